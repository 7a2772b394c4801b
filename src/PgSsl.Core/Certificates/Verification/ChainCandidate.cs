namespace PgSsl.Certificates.Verification;

/// <summary>A certificate that may be a link of the chain, and where it is from.</summary>
internal sealed record ChainCandidate(ParsedCertificate Certificate, ChainSource Source, string Origin)
{
    public ChainMember ToMember() => new(Certificate.Certificate, Source, Origin);
}
