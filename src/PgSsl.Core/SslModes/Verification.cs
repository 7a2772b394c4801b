namespace PgSsl.SslModes;

/// <summary>What a client verifies about the server.</summary>
internal enum Verification
{
    /// <summary>Nothing: any server is accepted.</summary>
    None,
    /// <summary>The chain ends at a trusted root.</summary>
    Chain,
    /// <summary>The chain ends at a trusted root, and the certificate names the host.</summary>
    ChainAndHost,
}
