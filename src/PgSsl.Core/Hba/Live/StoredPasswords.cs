namespace PgSsl.Hba.Live;

/// <summary>How the server stores the passwords of roles, which decides whether a rule can let them in (crypt.c, get_role_password).</summary>
/// <param name="kinds">
/// The kind of each login role's password: <see cref="Md5"/>, <see cref="Scram"/>, <see cref="None"/>, <see cref="Expired"/> or
/// <see cref="Unusable"/>.
/// </param>
internal sealed class StoredPasswords(IReadOnlyDictionary<string, string> kinds)
{
    /// <summary>Stored as md5: the methods md5 and password take it.</summary>
    public const string Md5 = "md5";

    /// <summary>Stored as a SCRAM verifier: all three methods take it.</summary>
    public const string Scram = "scram-sha-256";

    /// <summary>There is none.</summary>
    public const string None = "none";

    /// <summary>rolvaliduntil has passed.</summary>
    public const string Expired = "expired";

    /// <summary>What is stored is neither.</summary>
    public const string Unusable = "unusable";

    /// <summary>How a role's password is stored; null for a role that is not known.</summary>
    public string? this[string role] => kinds.GetValueOrDefault(role);

    /// <summary>How much a method demands of the stored password; 0 for a method that does not look at it.</summary>
    public static int DemandOf(string method) => method switch
    {
        "scram-sha-256" => 2,
        "md5" or "password" => 1,
        _ => 0,
    };

    /// <summary>Whether a role can log in by a rule with the right password; null where something else than the stored password decides.</summary>
    /// <param name="record">The rule.</param>
    /// <param name="role">The role.</param>
    public bool? LogsIn(HbaRecord record, string role) => record.Method switch
    {
        "reject" => false,
        "trust" => true,
        "scram-sha-256" => this[role] is { } kind ? kind == Scram : null,
        "md5" or "password" => this[role] is { } kind ? kind is Scram or Md5 : null,
        _ => null,
    };

    /// <summary>Why a role cannot log in by a method, as a clause.</summary>
    public string WhyNot(string role) => this[role] switch
    {
        Md5 => "the password is stored as md5",
        None => "the password is not set",
        Expired => "the password has expired",
        _ => "the password is stored in a form that is of no use",
    };
}
