using PgSsl.Wire;

namespace PgSsl.Impostors;

/// <summary>How far a client went on one connection, without a judgement. No value that it sent is in it.</summary>
internal sealed record ClientSteps
{
    /// <summary>Its number, in the order of the connections.</summary>
    public required int Number { get; init; }

    /// <summary>The account of this machine that connected; null where the system does not say.</summary>
    public uint? Account { get; init; }

    /// <summary>Whether it asked for TLS with an SSLRequest.</summary>
    public bool AskedForTls { get; set; }

    /// <summary>Whether it began with TLS, without asking.</summary>
    public bool BeganWithTls { get; set; }

    /// <summary>Whether it asked for GSSAPI's encryption, which is always answered with N.</summary>
    public bool AskedForGssapi { get; set; }

    /// <summary>What it offered; null where it sent no ClientHello that can be read.</summary>
    public ClientHello? Hello { get; set; }

    /// <summary>The alert that it sent; null for none. A farewell (close_notify) is not one.</summary>
    public TlsAlert? Alert { get; set; }

    /// <summary>The alert with which the impostor had to end the handshake, such as protocol_version; null for none.</summary>
    public TlsAlert? OwnAlert { get; set; }

    /// <summary>Whether the handshake was completed, which alone says little: some clients judge the certificate afterwards.</summary>
    public bool CompletedHandshake { get; set; }

    /// <summary>The version agreed on.</summary>
    public string? Protocol { get; set; }

    /// <summary>Whether it sent its StartupMessage inside of TLS.</summary>
    public bool StartedInTls { get; set; }

    /// <summary>Whether it sent its StartupMessage in plaintext.</summary>
    public bool StartedInPlaintext { get; set; }

    /// <summary>The names of the parameters in its StartupMessage: <c>user</c>, <c>database</c> …</summary>
    public IReadOnlyList<string> Parameters { get; set; } = [];

    /// <summary>Its answer to the offer of SCRAM; null for none.</summary>
    public SaslInitialResponse? Login { get; set; }

    /// <summary>Whether it sent something that is not PostgreSQL's protocol.</summary>
    public bool SentSomethingElse { get; set; }

    /// <summary>Whether it had to be ended, because its time or its number of bytes was used up.</summary>
    public bool WasCutOff { get; set; }

    /// <summary>Whether it sent its StartupMessage at all.</summary>
    public bool Started => StartedInTls || StartedInPlaintext;

    /// <summary>Whether it wanted TLS on this connection.</summary>
    public bool WantedTls => AskedForTls || BeganWithTls;

    /// <summary>What it did, in words, in order.</summary>
    public IEnumerable<string> Describe()
    {
        if (AskedForGssapi)
            yield return "GSSENCRequest";
        if (AskedForTls)
            yield return "SSLRequest";
        if (Hello is not null)
            yield return "ClientHello";
        if (Alert is not null)
            yield return $"alert {Alert.Name}";
        if (CompletedHandshake)
            yield return $"handshake ({Protocol})";
        if (StartedInTls)
            yield return "StartupMessage in TLS";
        if (StartedInPlaintext)
            yield return "StartupMessage in plaintext";
        if (Login is not null)
            yield return $"{Login.Mechanism}";
        if (SentSomethingElse)
            yield return "something else";
        yield return WasCutOff ? "cut off" : "end";
    }
}
