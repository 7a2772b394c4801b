namespace PgSsl.Hba.Policy;

/// <summary>What a rule demands of client certificates (the option clientcert).</summary>
internal enum ClientCertificateDemand
{
    /// <summary>None.</summary>
    None,
    /// <summary>One of a CA that the server trusts.</summary>
    VerifyCa,
    /// <summary>One whose name is the user's.</summary>
    VerifyFull,
}

/// <summary>What pg_hba.conf is to be like.</summary>
internal sealed record HbaPolicy
{
    /// <summary>The rules that it is about.</summary>
    public HbaSelection Selection { get; init; } = new();

    /// <summary>Whether plaintext is to be let in again, instead of refused.</summary>
    public bool AllowsPlaintext { get; init; }

    /// <summary>Whether a rule is to refuse plaintext by itself, beside those that do not let it in.</summary>
    public bool RejectsPlaintext { get; init; }

    /// <summary>What is to be demanded of client certificates; null to leave that alone.</summary>
    public ClientCertificateDemand? ClientCertificate { get; init; }

    /// <summary>The method that takes the place of trust, password and md5; null to leave methods alone.</summary>
    public string? Method { get; init; }

    /// <summary>Finds what cannot be asked for together.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ContradictoryParameters"/>.</exception>
    public void Check()
    {
        if (AllowsPlaintext && (RejectsPlaintext || Method is not null || ClientCertificate is ClientCertificateDemand.VerifyCa or ClientCertificateDemand.VerifyFull))
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                "-Allow lets plaintext in again, and what is asked for with it does the opposite.",
                "Use -Allow by itself, or with -ClientCertificate none.");
    }
}
