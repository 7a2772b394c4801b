using System.Security.Cryptography.X509Certificates;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates;

/// <summary>One chain to be judged by us and by openssl.</summary>
public sealed record ChainCase(string Name, IReadOnlyList<X509Certificate2> Served, string TrustPem, string? CrlPem = null)
{
    public DateTimeOffset At { get; init; } = MintOptions.Now;

    public static ChainCase Of(string name, IEnumerable<MintedCertificate> served, IEnumerable<MintedCertificate> trusted, params string[] crls) =>
        new(
            name,
            [.. served.Select(item => item.Certificate)],
            string.Concat(trusted.Select(item => item.Pem)),
            crls.Length == 0 ? null : string.Concat(crls));

    public override string ToString() => Name;
}
