namespace PgSsl.Hba;

/// <summary>The first field of a record (hba.h, ConnType).</summary>
internal enum HbaConnectionType
{
    /// <summary>local: Unix-domain sockets.</summary>
    Local,
    /// <summary>host: TCP, encrypted or not.</summary>
    Host,
    /// <summary>hostssl: TCP with TLS.</summary>
    HostSsl,
    /// <summary>hostnossl: TCP without TLS, connections that GSSAPI encrypts included.</summary>
    HostNoSsl,
    /// <summary>hostgssenc: TCP with GSSAPI encryption.</summary>
    HostGssEnc,
    /// <summary>hostnogssenc: TCP without GSSAPI encryption, TLS included.</summary>
    HostNoGssEnc,
}

/// <summary>How a client connects, as far as pg_hba.conf distinguishes it.</summary>
internal enum HbaTransport
{
    /// <summary>A Unix-domain socket.</summary>
    Socket,
    /// <summary>TCP, not encrypted.</summary>
    Plaintext,
    /// <summary>TCP with TLS.</summary>
    Tls,
    /// <summary>TCP with GSSAPI encryption, which is never TLS at the same time.</summary>
    Gss,
}

/// <summary>The rules of connection types (hba.c, check_hba).</summary>
internal static class HbaConnectionTypes
{
    private static readonly string[] Words = ["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"];

    /// <summary>The word of pg_hba.conf.</summary>
    public static string ToWord(this HbaConnectionType type) => Words[(int)type];

    /// <summary>The type that a word stands for; null for none. The case of letters counts.</summary>
    public static HbaConnectionType? FromWord(string word) =>
        Array.IndexOf(Words, word) is >= 0 and int index ? (HbaConnectionType)index : null;

    /// <summary>Whether records of a type match connections of a kind.</summary>
    public static bool Admits(this HbaConnectionType type, HbaTransport transport) => (Transports(type) & Bit(transport)) != 0;

    /// <summary>Whether a type matches every connection that another one matches.</summary>
    public static bool Covers(this HbaConnectionType type, HbaConnectionType other) => (Transports(type) & Transports(other)) == Transports(other);

    private static int Transports(HbaConnectionType type) => type switch
    {
        HbaConnectionType.Local => Bit(HbaTransport.Socket),
        HbaConnectionType.Host => Bit(HbaTransport.Plaintext) | Bit(HbaTransport.Tls) | Bit(HbaTransport.Gss),
        HbaConnectionType.HostSsl => Bit(HbaTransport.Tls),
        HbaConnectionType.HostNoSsl => Bit(HbaTransport.Plaintext) | Bit(HbaTransport.Gss),
        HbaConnectionType.HostGssEnc => Bit(HbaTransport.Gss),
        HbaConnectionType.HostNoGssEnc => Bit(HbaTransport.Plaintext) | Bit(HbaTransport.Tls),
        _ => throw new InvalidOperationException($"There is no connection type {type}."),
    };

    private static int Bit(HbaTransport transport) => 1 << (int)transport;

    /// <summary>What a connection is called in messages.</summary>
    public static string ToWords(this HbaTransport transport) => transport switch
    {
        HbaTransport.Socket => "over a Unix-domain socket",
        HbaTransport.Plaintext => "in plaintext",
        HbaTransport.Tls => "over TLS",
        _ => "encrypted by GSSAPI",
    };
}
