using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// What a server's (or client's) certificate says. Without any subject alternative name it has no such extension.
/// </summary>
public sealed record LeafOptions : CertificateOptions
{
    /// <summary>id-kp-serverAuth.</summary>
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>id-kp-clientAuth.</summary>
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Subject alternative names of type dNSName.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Subject alternative names of type iPAddress.</summary>
    public IReadOnlyList<IPAddress> IpAddresses { get; init; } = [];

    /// <summary>dNSName entries byte by byte (with a NUL inside, not ASCII …), after <see cref="DnsNames"/>.</summary>
    public IReadOnlyList<byte[]> RawDnsNames { get; init; } = [];

    /// <summary>iPAddress entries byte by byte (of a wrong length …), after <see cref="IpAddresses"/>.</summary>
    public IReadOnlyList<byte[]> RawIpAddresses { get; init; } = [];

    /// <summary>Subject alternative names of type rfc822Name, which no TLS client compares.</summary>
    public IReadOnlyList<string> EmailAddresses { get; init; } = [];

    /// <summary>The basic constraints: false and true write them, null (the default) leaves the extension out.</summary>
    public bool? IsAuthority { get; init; }

    /// <inheritdoc/>
    public override X509KeyUsageFlags? KeyUsage { get; init; } =
        X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ExtendedKeyUsages { get; init; } = [ServerAuthentication];

    internal override MintOptions ToMintOptions()
    {
        string[] names =
        [
            .. DnsNames.Select(name => Hex("DNS", Encoding.UTF8.GetBytes(name))),
            .. RawDnsNames.Select(name => Hex("DNS", name)),
            .. IpAddresses.Select(address => $"IP:{address}"),
            .. RawIpAddresses.Select(address => Hex("IP", address)),
            .. EmailAddresses.Select(address => $"email:{address}"),
        ];
        return base.ToMintOptions() with { IsCa = IsAuthority, AlternativeNames = names.Length > 0 ? names : null };
    }

    private static string Hex(string kind, byte[] bytes) => $"HEX{kind}:{Convert.ToHexString(bytes)}";

    /// <summary>A server certificate for these DNS names, the first of which is the common name too.</summary>
    public static LeafOptions ForHosts(params IReadOnlyList<string> hosts) =>
        new() { CommonNames = [hosts[0]], DnsNames = hosts };

    /// <summary>A server certificate for everything that a loopback server is called: localhost, 127.0.0.1 and ::1.</summary>
    public static LeafOptions ForLoopback() =>
        ForHosts("localhost") with { IpAddresses = [IPAddress.Loopback, IPAddress.IPv6Loopback] };
}
