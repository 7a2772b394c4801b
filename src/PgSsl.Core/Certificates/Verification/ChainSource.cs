namespace PgSsl.Certificates.Verification;

/// <summary>Where a certificate of a completed chain comes from.</summary>
internal enum ChainSource
{
    /// <summary>A root file on this machine, which the user trusts.</summary>
    RootFile,
    /// <summary>The operating system's roots.</summary>
    System,
    /// <summary>A root that a provider publishes: its fingerprint is in the catalogue, or https vouches for it.</summary>
    Provider,
    /// <summary>The URL that a certificate names for its issuer. Nobody vouches for it.</summary>
    Aia,
    /// <summary>The server itself. Nobody vouches for it.</summary>
    Wire,
}
