using PgSsl.RootCertificates;
using PgSsl.RootFiles;

namespace PgSsl;

/// <summary>What Install-PgRootCert or Uninstall-PgRootCert did to a root file. There is nothing that could be proven on the wire.</summary>
public sealed record RootCertificateChange : ChangeOutput
{
    /// <summary>The root file.</summary>
    public required string Path { get; init; }

    /// <summary>The service of pg_service.conf that uses it; null where none was named.</summary>
    public required string? Service { get; init; }

    /// <summary>How many certificates are in the file afterwards.</summary>
    public required int CertificateCount { get; init; }

    /// <summary>The certificates that were added: subject, end of validity, SHA-256.</summary>
    public required OutputList<string> Added { get; init; }

    /// <summary>The certificates that were removed, likewise.</summary>
    public required OutputList<string> Removed { get; init; }

    /// <summary>What was corrected in the file so that libpq reads it.</summary>
    public required OutputList<string> Corrections { get; init; }

    internal RootFilePlan FilePlan { get; init; } = null!;

    /// <summary>Describes a change.</summary>
    /// <param name="plan">How the file changes, or changed.</param>
    /// <param name="service">The service that uses the file; null for none.</param>
    internal static RootCertificateChange Of(RootFilePlan plan, string? service) => new()
    {
        Path = plan.Path,
        Service = service,
        CertificateCount = plan.Added.Count + plan.Kept.Count,
        Added = Texts(plan.Added),
        Removed = Texts([.. plan.Replaced, .. plan.Removed]),
        Corrections = [.. plan.Corrections],
        FilePlan = plan,
    };

    private static OutputList<string> Texts(IReadOnlyList<RootFileEntry> entries) => [.. entries.Select(entry => entry.Describe())];
}
