namespace PgSsl.SslModes;

/// <summary>What a client checks of the server before it trusts it.</summary>
internal enum Verification
{
    /// <summary>Nothing: whoever answers will do.</summary>
    None,
    /// <summary>The chain ends at a trusted root.</summary>
    Chain,
    /// <summary>The chain ends at a trusted root, and the certificate names the host.</summary>
    ChainAndHost,
}
