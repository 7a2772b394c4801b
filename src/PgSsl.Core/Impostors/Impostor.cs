namespace PgSsl.Impostors;

/// <summary>One server to be played, as data.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Flaw">What is wrong with it, as the end of a sentence that begins with "a server".</param>
/// <param name="Proves">What a client checks that refuses it.</param>
/// <param name="Remedy">What to do where a client accepts it.</param>
internal sealed record Impostor(ImpostorKind Kind, string Flaw, string Proves, string Remedy)
{
    private const string VerifyFull = 
        "Use sslmode=verify-full with sslrootcert=FILE, or what the driver calls it: Test-PgSslMode -Client has its modes.";

    private const string Required = "Use verify-full, or at least require: with disable, allow and prefer, whoever is in the middle turns TLS off.";

    /// <summary>All of them, the control first.</summary>
    public static IReadOnlyList<Impostor> All { get; } =
    [
        new(
            ImpostorKind.Genuine,
            "that is the genuine one",
            "The control: the client must accept it.",
            "Make the client trust the root in $PgRootCertificate and connect to $PgHost; otherwise what it refuses proves nothing."),
        new(ImpostorKind.SelfSigned, "whose certificate is self-signed", "The chain must lead to a trusted root.", VerifyFull),
        new(
            ImpostorKind.OtherCa,
            "whose certificate is by a CA that the client does not trust",
            "The root must be the one that the client trusts.",
            VerifyFull),
        new(
            ImpostorKind.WrongName,
            "whose certificate is for another host",
            "The certificate must be for the host that the client connects to.",
            "Use sslmode=verify-full: verify-ca accepts every certificate of the CA, also that of somebody else's server."),
        new(ImpostorKind.Expired, "whose certificate has expired", "The certificate must be valid now.", VerifyFull),
        new(ImpostorKind.NotYetValid, "whose certificate is not valid yet", "The certificate must be valid now.", VerifyFull),
        new(
            ImpostorKind.ClientOnlyUsage,
            "whose certificate is for clients only",
            "The certificate must be for servers: otherwise each user who has one can pose as the server.",
            "Use a client that checks the extended key usage, as libpq does, or another CA for clients than for servers."),
        new(
            ImpostorKind.MissingIntermediate,
            "that does not send its intermediate certificate",
            "The chain must lead to a trusted root, without a gap.",
            VerifyFull),
        new(ImpostorKind.TlsRefused, "that does not offer TLS", "TLS is required.", Required),
        new(ImpostorKind.ErrorAnswer, "that answers the question for TLS with an error", "TLS is required.", Required),
        new(
            ImpostorKind.Tls10Only,
            "that speaks TLS 1.0 only",
            "The version of TLS must be one that is still in use (RFC 8996).",
            "Set the lowest version of TLS: ssl_min_protocol_version=TLSv1.2 for libpq."),
    ];

    /// <summary>Whether it is the control.</summary>
    public bool IsGenuine => Kind == ImpostorKind.Genuine;

    /// <summary>Whether it makes a handshake at all.</summary>
    public bool HasTls => Kind is not (ImpostorKind.TlsRefused or ImpostorKind.ErrorAnswer);

    /// <summary>One of them.</summary>
    public static Impostor Of(ImpostorKind kind) => All[(int)kind];
}
