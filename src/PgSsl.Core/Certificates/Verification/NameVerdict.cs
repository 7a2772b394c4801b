namespace PgSsl.Certificates.Verification;

/// <summary>The kind of name in the certificate that matched the host.</summary>
internal enum NameSource
{
    /// <summary>No name matched.</summary>
    None,
    /// <summary>A dNSName of the subject alternative names.</summary>
    DnsName,
    /// <summary>An iPAddress of the subject alternative names.</summary>
    IpAddress,
    /// <summary>The first common name of the subject.</summary>
    CommonName,
}

/// <summary>The verdict of libpq's verify-full on a certificate and a host name.</summary>
/// <param name="Matches">True if libpq would connect.</param>
/// <param name="MatchedBy">The kind of name that matched.</param>
/// <param name="FirstName">The first name that libpq compared, which its message shows; null if there was none.</param>
/// <param name="NamesExamined">How many names libpq compared, up to the one that matched.</param>
/// <param name="Reason">One sentence with the meaning of libpq's message; empty if it matches.</param>
internal sealed record NameVerdict(bool Matches, NameSource MatchedBy, string? FirstName, int NamesExamined, string Reason);
