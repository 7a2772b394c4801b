namespace PgSsl.Certificates.Verification;

/// <summary>Where a certificate of a completed chain comes from.</summary>
internal enum ChainSource
{
    /// <summary>A file of roots on this machine, which its user trusts.</summary>
    RootFile,
    /// <summary>The operating system's roots.</summary>
    System,
    /// <summary>A provider's published root: its fingerprint is in the catalogue, or https vouches for it.</summary>
    Provider,
    /// <summary>The URL that a certificate names for its issuer. Nothing vouches for it.</summary>
    Aia,
    /// <summary>The server itself. Nothing vouches for it.</summary>
    Wire,
}
