namespace PgSsl.Hba;

/// <summary>An authentication option.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, as it is written.</param>
/// <param name="Token">Both, as they are written.</param>
public readonly record struct HbaOption(string Name, string Value, HbaToken Token)
{
    /// <summary>name=value, with three asterisks instead of a secret.</summary>
    public string Display => HbaSecrets.MaskOption(Name, Value);

    /// <summary>Whether the value is a secret.</summary>
    public bool IsSecret => HbaSecrets.IsSecret(Name);
}

/// <summary>A record that the server understands (hba.h, HbaLine).</summary>
/// <param name="Line">Where it is written.</param>
/// <param name="Type">Which connections.</param>
/// <param name="TypeToken">The type as it is written.</param>
/// <param name="Databases">To which databases.</param>
/// <param name="Users">As which users.</param>
/// <param name="Address">From where; null for local.</param>
/// <param name="Method">How they authenticate, as it takes effect: ident is peer in a local record.</param>
/// <param name="MethodToken">The method as it is written.</param>
/// <param name="Options">Options of the method, in order.</param>
public sealed record HbaRecord(
    HbaLine Line, HbaConnectionType Type, HbaToken TypeToken, HbaName[] Databases, HbaName[] Users, HbaAddress? Address, string Method,
    HbaToken MethodToken, IReadOnlyList<HbaOption> Options)
{
    /// <summary>Whether it refuses whoever it matches.</summary>
    public bool IsReject => Method == "reject";

    /// <summary>Whether it is about connections from the server's own host only, Unix-domain sockets included.</summary>
    public bool IsLoopback => Address is null || Address.IsLoopback;

    /// <summary>Whether it lets connections of that kind in.</summary>
    public bool LetsIn(HbaTransport transport) => !IsReject && Type.Admits(transport);

    /// <summary>The value of an option; null where it is not there. The last one counts.</summary>
    public string? Option(string name)
    {
        for (int i = Options.Count - 1; i >= 0; i--)
            if (Options[i].Name == name)
                return Options[i].Value;
        return null;
    }
}

/// <summary>A line of pg_hba.conf that is meant as a record, whether the server takes it or not.</summary>
/// <param name="Line">Where it is written.</param>
/// <param name="Record">What it says; null where the server refuses it, and with it the whole file.</param>
/// <param name="Error">
/// What the server says about it. A record with an error is loaded and never matches (hostssl while TLS is off); a line without record is
/// refused.
/// </param>
/// <param name="Number">Its number among the rules, as the view counts them from 16 on; null for a line with an error.</param>
public sealed record HbaEntry(HbaLine Line, HbaRecord? Record, string? Error, int? Number);
