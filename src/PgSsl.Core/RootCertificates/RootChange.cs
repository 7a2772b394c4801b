using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.RootCertificates;

/// <summary>A change of a root file: what is edited, and which connections it affects. Nothing is written yet.</summary>
internal sealed class RootChange
{
    private readonly Func<string, byte[]?, RootFilePlan> _plan;
    private readonly RootFileWriter _files;

    private RootChange(RootTarget target, Func<string, byte[]?, RootFilePlan> plan, RootFileWriter files)
    {
        (Target, _plan, _files) = (target, plan, files);
        File = plan(target.Path, files.Read(target.Path));
        ServiceEdits = target.ServiceEdits(files);
    }

    /// <summary>The file, and the service that uses it.</summary>
    public RootTarget Target { get; }

    /// <summary>How the root file changes.</summary>
    public RootFilePlan File { get; }

    /// <summary>How the service file changes; empty where it stays as it is.</summary>
    public IReadOnlyList<FileEdit> ServiceEdits { get; }

    /// <summary>Whether everything is already as it should be.</summary>
    public bool IsNoChange => File.IsNoChange && ServiceEdits.Count == 0;

    /// <summary>The root files as they will be, for a <see cref="RootChangeCheck"/>.</summary>
    public IReadOnlyDictionary<string, byte[]?> PlannedFiles => new Dictionary<string, byte[]?> { [Target.Path] = File.After };

    /// <summary>Plans a change. Reads the files that are involved.</summary>
    /// <param name="target">The file.</param>
    /// <param name="plan">Makes the plan for a path and its content (null: there is no file). It must be pure: it may be called again.</param>
    /// <param name="files">The file system; the real one if null.</param>
    /// <exception cref="PgSslException">What the plan throws; or a file cannot be read.</exception>
    public static RootChange Prepare(RootTarget target, Func<string, byte[]?, RootFilePlan> plan, IFileLayer? files = null)
    {
        return new RootChange(target, plan, new RootFileWriter(files));
    }

    /// <summary>The change as lines of text: what is edited.</summary>
    public IReadOnlyList<string> Describe() => [.. File.Describe(), .. Target.Describe(ServiceEdits)];

    /// <summary>Which connections the change affects, in sentences; empty where the root file stays as it is.</summary>
    /// <param name="environment">The account whose connections are meant.</param>
    /// <param name="at">The moment to judge validity for, in UTC.</param>
    public IReadOnlyList<string> DescribeImpact(ConnectionEnvironment environment, DateTime at) => File.IsNoChange
        ? []
        : RootFileImpact.Describe(
            environment, Target.Path, existed: File.Before is not null, remains: File.After is not null,
            gainsRoots: File.Added.Count + File.Corrections.Count > 0, losesRoots: LosesRoots(at));

    /// <summary>Whether a root is removed that verifies servers now; an expired root verifies nothing.</summary>
    /// <param name="at">The moment to judge validity for, in UTC.</param>
    public bool LosesRoots(DateTime at) => File.Removed.Any(root => root.NotAfter >= at);

    /// <summary>Makes the change. If somebody else changed the file in the meantime, the change is planned again for the new content.</summary>
    /// <param name="at">The time in the names of backups.</param>
    /// <returns>The plan that was carried out, and the backups.</returns>
    /// <exception cref="PgSslException">As <see cref="FileTransaction.Apply"/>: nothing was changed.</exception>
    public (RootFilePlan Plan, IReadOnlyList<string> Backups) Apply(DateTimeOffset at) =>
        _files.Apply(Target.Path, before => _plan(Target.Path, before), () => Target.ServiceEdits(_files), at);
}
