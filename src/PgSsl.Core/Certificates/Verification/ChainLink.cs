namespace PgSsl.Certificates.Verification;

/// <summary>One certificate of the path being verified.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Anchor">Its entry in the trust store; null for one that the server sent.</param>
internal sealed record ChainLink(ParsedCertificate Certificate, TrustAnchor? Anchor);

/// <summary>The first thing wrong with a path.</summary>
/// <param name="Error">What.</param>
/// <param name="Depth">Where: 0 is the leaf.</param>
/// <param name="Crl">The CRL concerned, where it is about one.</param>
internal sealed record ChainFault(ChainError Error, int Depth, CertificateRevocationList? Crl = null);
