namespace PgSsl.Hba.Policy;

/// <summary>What pg_hba.conf should be like.</summary>
internal sealed record HbaPolicy
{
    /// <summary>The rules that it applies to.</summary>
    public HbaSelection Selection { get; init; } = new();

    /// <summary>Whether plaintext is allowed again, instead of refused.</summary>
    public bool AllowsPlaintext { get; init; }

    /// <summary>Whether a rule of its own refuses plaintext.</summary>
    public bool RejectsPlaintext { get; init; }

    /// <summary>What the rules demand of client certificates; null to leave that unchanged.</summary>
    public ClientCertificateDemand? ClientCertificate { get; init; }

    /// <summary>The method that replaces trust, password and md5; null to leave methods unchanged.</summary>
    public string? Method { get; init; }

    /// <summary>Refuses a policy that contradicts itself.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ContradictoryParameters"/>.</exception>
    public void Check()
    {
        bool demandsCertificate = ClientCertificate is ClientCertificateDemand.VerifyCa or ClientCertificateDemand.VerifyFull;
        if (AllowsPlaintext && (RejectsPlaintext || Method is not null || demandsCertificate))
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                "-Allow lets plaintext in again, and the other parameters do the opposite.",
                "Use -Allow by itself, or with -ClientCertificate none.");
    }
}
