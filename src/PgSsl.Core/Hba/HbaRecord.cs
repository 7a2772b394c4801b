namespace PgSsl.Hba;

/// <summary>An entry that the server understands (hba.h, HbaLine).</summary>
internal sealed class HbaRecord : HbaEntry
{
    internal HbaRecord(HbaFields fields, string? error, int? number)
        : base(fields, error, number)
    {
    }

    /// <summary>Which connections.</summary>
    public required HbaConnectionType Type { get; init; }

    /// <summary>To which databases.</summary>
    public required HbaName[] Databases { get; init; }

    /// <summary>As which users.</summary>
    public required HbaName[] Users { get; init; }

    /// <summary>From where; null for local.</summary>
    public required HbaAddress? Address { get; init; }

    /// <summary>How they authenticate, as it takes effect: ident is peer in a local record.</summary>
    public required string Method { get; init; }

    /// <summary>Options of the method, in order.</summary>
    public required HbaOption[] Options { get; init; }

    /// <summary>The type as it is written.</summary>
    public HbaToken TypeToken => Line.Token(0);

    /// <summary>The method as it is written.</summary>
    public HbaToken MethodToken => Line.Token(MethodIndex);

    /// <summary>Where in the file the databases, users and addresses are.</summary>
    internal Range Subject => Line.Between(0, MethodIndex);

    /// <summary>Which of the line's tokens the method is.</summary>
    internal int MethodIndex { get; init; }

    /// <summary>Whether it refuses whoever it matches.</summary>
    public bool IsReject => Method == "reject";

    /// <summary>Whether it is about connections from the server's own host only, Unix-domain sockets included.</summary>
    public bool IsLoopback => Address is null || Address.IsLoopback;

    /// <summary>Whether it lets connections of that kind in.</summary>
    public bool LetsIn(HbaTransport transport) => !IsReject && Type.Admits(transport);

    /// <summary>The value of an option; null where it is not there. The last one counts.</summary>
    public string? Option(string name)
    {
        for (int i = Options.Length - 1; i >= 0; i--)
            if (Options[i].Name == name)
                return Options[i].Value;
        return null;
    }
}
