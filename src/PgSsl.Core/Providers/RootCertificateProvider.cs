using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.Providers;

namespace PgSsl;

/// <summary>A provider of managed PostgreSQL, and how clients can verify its servers.</summary>
public sealed record RootCertificateProvider
{
    /// <summary>The name that -Provider takes.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's own name for the service.</summary>
    public required string Title { get; init; }

    /// <summary><c>Public</c>, <c>Download</c> or <c>Account</c>: see <see cref="ProviderKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The strongest sslmode that works with its certificates.</summary>
    public required string SslMode { get; init; }

    /// <summary>What to set as sslrootcert: <c>system</c>; or the URL to download it from; null where the owner downloads it.</summary>
    public required string? RootCertificate { get; init; }

    /// <summary>SHA-256 of its roots, upper-case hex without separators; empty where none is published.</summary>
    public required OutputList<string> Fingerprint { get; init; }

    /// <summary>The common names of its roots, in the order of <see cref="Fingerprint"/>.</summary>
    public required OutputList<string> Root { get; init; }

    /// <summary>The names of its servers: <c>*.rds.amazonaws.com</c>.</summary>
    public required OutputList<string> HostPattern { get; init; }

    /// <summary>How the owner gets the root, if each account has its own.</summary>
    public required string? Instructions { get; init; }

    /// <summary>Frequent mistakes, one sentence each.</summary>
    public required OutputList<string> Trap { get; init; }

    /// <summary>The provider's page about this.</summary>
    public required string DocumentationUrl { get; init; }

    /// <summary>What this was checked against, and when.</summary>
    public required string Checked { get; init; }

    /// <summary>Makes the record from an entry of the catalogue.</summary>
    internal static RootCertificateProvider Create(Provider provider) => new()
    {
        Provider = provider.Name,
        Title = provider.Title,
        Kind = provider.Kind.ToString(),
        SslMode = provider.SslMode,
        RootCertificate = provider.Kind == ProviderKind.Public ? ConnectionSettings.SystemRoots : provider.Url?.AbsoluteUri,
        Fingerprint = [.. provider.Roots.Select(root => root.Sha256)],
        Root = [.. provider.Roots.Select(root => root.Subject)],
        HostPattern = [.. provider.HostPatterns],
        Instructions = provider.Instructions,
        Trap = [.. provider.Traps],
        DocumentationUrl = provider.DocumentationUrl.AbsoluteUri,
        Checked = provider.Checked,
    };
}
