namespace PgSsl.Hba;

/// <summary>What a rule demands of client certificates: the method cert, or the option clientcert as the server's version reads it.</summary>
internal enum ClientCertificateDemand
{
    /// <summary>None.</summary>
    None,
    /// <summary>A certificate of a CA that the server trusts.</summary>
    VerifyCa,
    /// <summary>A certificate of such a CA with the user's name.</summary>
    VerifyFull,
}
