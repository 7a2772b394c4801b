namespace PgSsl.Hba;

/// <summary>An entry that the server takes (hba.h, HbaLine).</summary>
internal sealed class HbaRecord : HbaEntry
{
    internal HbaRecord(HbaFields fields, HbaError? error, int? number)
        : base(fields, error, number)
    {
    }

    /// <summary>The connections that it matches.</summary>
    public required HbaConnectionType Type { get; init; }

    /// <summary>The databases that it matches.</summary>
    public required HbaName[] Databases { get; init; }

    /// <summary>The users that it matches.</summary>
    public required HbaName[] Users { get; init; }

    /// <summary>The addresses that it matches; null for local.</summary>
    public required HbaAddress? Address { get; init; }

    /// <summary>The method that takes effect: ident becomes peer in a local record.</summary>
    public required string Method { get; init; }

    /// <summary>The options of the method, in order.</summary>
    public required HbaOption[] Options { get; init; }

    /// <summary>What it demands of client certificates.</summary>
    public ClientCertificateDemand CertificateDemand { get; init; }

    /// <summary>The type as it is written.</summary>
    public HbaToken TypeToken => Line.Token(0);

    /// <summary>The method as it is written.</summary>
    public HbaToken MethodToken => Line.Token(MethodIndex);

    /// <summary>The part of the file with the databases, users and addresses.</summary>
    internal Range Subject => Line.Between(0, MethodIndex);

    /// <summary>The index of the method among the line's tokens.</summary>
    internal int MethodIndex { get; init; }

    /// <summary>Whether it refuses every client that it matches.</summary>
    public bool IsReject => Method == "reject";

    /// <summary>Whether it matches only connections from the server's own host, Unix-domain sockets included.</summary>
    public bool IsLoopback => Address is null || Address.IsLoopback;

    /// <summary>Whether it matches connections of a kind and does not refuse them.</summary>
    public bool LetsIn(HbaTransport transport) => !IsReject && Type.Admits(transport);

    /// <summary>Whether there may be a connection that both match.</summary>
    public bool MayOverlap(HbaRecord other) =>
        Enum.GetValues<HbaTransport>().Any(transport => Type.Admits(transport) && other.Type.Admits(transport))
        && (Address is { } address && other.Address is { } otherAddress
            ? address.Covers(otherAddress) || otherAddress.Covers(address) || address is not HbaAddress.Network
                || otherAddress is not HbaAddress.Network
            : Address is null && other.Address is null)
        && MayOverlap(Databases, other.Databases) && MayOverlap(Users, other.Users);

    private static bool MayOverlap(HbaName[] names, HbaName[] others) =>
        !Array.TrueForAll(names, name => name.Kind == HbaNameKind.Literal) || !Array.TrueForAll(others, name => name.Kind == HbaNameKind.Literal)
        || Array.Exists(names, name => Array.Exists(others, other => other.Text == name.Text));

    /// <summary>The value of an option; null without the option. If it is written twice, the last one counts.</summary>
    public string? Option(string name)
    {
        for (int i = Options.Length - 1; i >= 0; i--)
            if (Options[i].Name == name)
                return Options[i].Value;
        return null;
    }
}
