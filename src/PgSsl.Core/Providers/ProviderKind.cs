namespace PgSsl.Providers;

/// <summary>How a user gets the root of a provider's servers.</summary>
internal enum ProviderKind
{
    /// <summary>A public authority: the operating system already has the root, and <c>sslrootcert=system</c> finds it.</summary>
    Public,
    /// <summary>The provider's own authority, whose roots everybody can download.</summary>
    Download,
    /// <summary>An authority for each account, project or server: only its owner can download the root.</summary>
    Account,
}
