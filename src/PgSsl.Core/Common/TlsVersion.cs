using System.Security.Authentication;

namespace PgSsl.Common;

/// <summary>A version of TLS; a newer one is greater.</summary>
internal enum TlsVersion
{
    /// <summary><c>TLSv1</c></summary>
    Tls10,
    /// <summary><c>TLSv1.1</c></summary>
    Tls11,
    /// <summary><c>TLSv1.2</c></summary>
    Tls12,
    /// <summary><c>TLSv1.3</c></summary>
    Tls13,
}

/// <summary>What OpenSSL, libpq and PostgreSQL call each version of TLS, and what .NET calls it.</summary>
internal static class TlsVersions
{
#pragma warning disable CA5397, SYSLIB0039 // The user asked for them, or a server was found to speak them.
    private static readonly (string Name, SslProtocols Protocol)[] All =
        [("TLSv1", SslProtocols.Tls), ("TLSv1.1", SslProtocols.Tls11), ("TLSv1.2", SslProtocols.Tls12), ("TLSv1.3", SslProtocols.Tls13)];
#pragma warning restore CA5397, SYSLIB0039

    /// <summary>The names, the oldest version first.</summary>
    public static string[] Names { get; } = Array.ConvertAll(All, entry => entry.Name);

    /// <summary><c>TLSv1.2</c></summary>
    public static string Name(this TlsVersion version) => All[(int)version].Name;

    /// <summary>What .NET calls it.</summary>
    public static SslProtocols Protocol(this TlsVersion version) => All[(int)version].Protocol;

    /// <summary>Whether nobody should use it any more (RFC 8996).</summary>
    public static bool IsDeprecated(this TlsVersion version) => version < TlsVersion.Tls12;

    /// <summary>
    /// The version of a name, in any case, as libpq and the server read it (fe-secure-openssl.c, ssl_protocol_version_to_openssl; guc.c,
    /// config_enum_lookup_by_name); null for other words.
    /// </summary>
    public static TlsVersion? FromName(string? name) => Find(entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The version of a connection; null for SSL.</summary>
    public static TlsVersion? FromProtocol(SslProtocols protocol) => Find(entry => entry.Protocol == protocol);

    /// <summary>Reads what people write: <c>TLSv1.2</c>, <c>TLS 1.2</c>, <c>Tls12</c> or <c>1.2</c>.</summary>
    public static bool TryParse(string text, out TlsVersion version)
    {
        string number = text.Trim();
        if (number.StartsWith("TLS", StringComparison.OrdinalIgnoreCase))
            number = number[3..].TrimStart(' ', 'v', 'V');
        number = number.Replace(".", "", StringComparison.Ordinal);
        int index = Array.IndexOf(["10", "11", "12", "13"], number == "1" ? "10" : number);
        version = (TlsVersion)index;
        return index >= 0;
    }

    /// <summary>What .NET is to offer for two bounds of libpq's; <see cref="SslProtocols.None"/> leaves it to the operating system.</summary>
    public static SslProtocols Between(TlsVersion? minimum, TlsVersion? maximum)
    {
        // libpq's default, TLS 1.2 and up, is what operating systems do by themselves.
        if (minimum is TlsVersion.Tls12 && maximum is null)
            return SslProtocols.None;
        var protocols = SslProtocols.None;
        for (TlsVersion version = minimum ?? TlsVersion.Tls10; version <= (maximum ?? TlsVersion.Tls13); version++)
            protocols |= version.Protocol();
        return protocols;
    }

    private static TlsVersion? Find(Predicate<(string Name, SslProtocols Protocol)> isMeant) =>
        Array.FindIndex(All, isMeant) is >= 0 and int index ? (TlsVersion)index : null;
}
