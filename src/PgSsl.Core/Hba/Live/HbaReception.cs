namespace PgSsl.Hba.Live;

/// <summary>How a server receives a client, as far as its first answer shows it.</summary>
/// <param name="IsLetIn">Whether a rule lets the client begin to authenticate.</param>
/// <param name="Method">What the server asks for, in the words of require_auth; null where the answer does not tell.</param>
internal sealed record HbaReception(bool IsLetIn, string? Method)
{
    /// <summary>No rule, or one that rejects.</summary>
    public static HbaReception Refused { get; } = new(false, null);

    /// <summary>What a rule says to a client without a certificate; null where that is not certain.</summary>
    /// <param name="verdict">The rule.</param>
    /// <param name="passwords">How passwords are stored; null where that is hidden.</param>
    /// <param name="user">The role.</param>
    public static HbaReception? Of(HbaVerdict verdict, StoredPasswords? passwords, string user)
    {
        if (!verdict.IsCertain)
            return null;
        if (verdict.Entry is not { Record: { IsReject: false } record, Error: null })
            return Refused;
        return record.Method switch
        {
            // A client without a certificate is refused at once, just as it is without a rule (auth.c, ClientAuthentication).
            "cert" => null,
            _ when record.CertificateDemand != ClientCertificateDemand.None => null,
            "trust" => new(true, "none"),
            "scram-sha-256" => new(true, record.Method),
            "password" or "ldap" or "radius" or "bsd" => new(true, "password"),
            "gss" or "sspi" => new(true, record.Method),
            // The stored password decides what is asked for; without one, password_encryption (auth.c, CheckPWChallengeAuth).
            "md5" => new(true, passwords?[user] is { } kind and (StoredPasswords.Md5 or StoredPasswords.Scram) ? kind : null),
            // ident and peer ask the client for nothing: they let it in, or refuse it as if there was no rule, but elsewhere in the source.
            _ => new(true, null),
        };
    }

    /// <summary>Whether an answer can be told from this one.</summary>
    public bool DiffersFrom(HbaReception other) =>
        IsLetIn != other.IsLetIn || (Method is not null && other.Method is not null && Method != other.Method);

    /// <summary>Whether an answer is as it should be.</summary>
    public bool Is(HbaReception? seen) => seen is not null && !DiffersFrom(seen);

    /// <summary>In words, as what happens to a client.</summary>
    public override string ToString() => !IsLetIn ? "refused" : Method switch
    {
        null => "let in",
        "none" => "let in without a password",
        _ => $"asked for {Method}",
    };
}
