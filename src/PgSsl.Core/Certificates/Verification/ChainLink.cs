namespace PgSsl.Certificates.Verification;

/// <summary>A certificate of the path that is verified.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Anchor">Its entry in the trust store; null if the server sent it.</param>
internal sealed record ChainLink(ParsedCertificate Certificate, TrustAnchor? Anchor);

/// <summary>The first fault of a path.</summary>
/// <param name="Error">The fault.</param>
/// <param name="Depth">The certificate that has it: 0 is the leaf.</param>
/// <param name="Crl">The CRL that has it; null where it is not a fault of a CRL.</param>
internal sealed record ChainFault(ChainError Error, int Depth, CertificateRevocationList? Crl = null);
