namespace PgSsl.Providers;

/// <summary>How one comes by the root of a provider's servers.</summary>
internal enum ProviderKind
{
    /// <summary>A public authority: the operating system has the root already, and <c>sslrootcert=system</c> finds it.</summary>
    Public,
    /// <summary>The provider's own authority, whose roots it publishes for all to download.</summary>
    Download,
    /// <summary>An authority for each account, project or server: only its owner can download the root.</summary>
    Account,
}
