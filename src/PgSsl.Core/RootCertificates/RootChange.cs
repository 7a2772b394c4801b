using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.RootCertificates;

/// <summary>A change of a root file with everything that belongs to it: what is edited, and whom it concerns. Nothing is written yet.</summary>
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

    /// <summary>The file, and the service that goes by it.</summary>
    public RootTarget Target { get; }

    /// <summary>What the root file becomes.</summary>
    public RootFilePlan File { get; }

    /// <summary>What the service file becomes; empty where it stays as it is.</summary>
    public IReadOnlyList<FileEdit> ServiceEdits { get; }

    /// <summary>Whether everything is as it is to be already.</summary>
    public bool IsNoChange => File.IsNoChange && ServiceEdits.Count == 0;

    /// <summary>The root files as they will be, for a <see cref="RootChangeCheck"/>.</summary>
    public IReadOnlyDictionary<string, byte[]?> PlannedFiles => new Dictionary<string, byte[]?> { [Target.Path] = File.After };

    /// <summary>Plans a change. Reads the files concerned.</summary>
    /// <param name="target">The file.</param>
    /// <param name="plan">Makes the plan for the path and the content it is given (null: no file); pure, as it may be asked again.</param>
    /// <param name="files">The file system; the real one if null.</param>
    /// <exception cref="PgSslException">What the plan throws; a file that cannot be read.</exception>
    public static RootChange Prepare(RootTarget target, Func<string, byte[]?, RootFilePlan> plan, IFileLayer? files = null)
    {
        return new RootChange(target, plan, new RootFileWriter(files));
    }

    /// <summary>The change as lines of text: what is edited.</summary>
    public IReadOnlyList<string> Describe() => [.. File.Describe(), .. Target.Describe(ServiceEdits)];

    /// <summary>Whom the change concerns, in sentences; empty where the root file stays as it is.</summary>
    /// <param name="environment">The account whose connections are meant.</param>
    /// <param name="at">The moment to judge validity for, in UTC.</param>
    public IReadOnlyList<string> DescribeImpact(ConnectionEnvironment environment, DateTime at) => File.IsNoChange
        ? []
        : RootFileImpact.Describe(environment, Target.Path, new RootFileFate(File.Before is not null, File.After is not null)
        {
            GainsRoots = File.Added.Count + File.Mended.Count > 0,
            LosesRoots = LosesRoots(at),
        });

    /// <summary>Whether a root goes that verifies servers now; what has expired verifies nothing as it is.</summary>
    /// <param name="at">The moment to judge validity for, in UTC.</param>
    public bool LosesRoots(DateTime at) => File.Removed.Any(root => root.NotAfter >= at);

    /// <summary>Makes the change. Another one made in between is kept: then this one is planned anew, for what is there now.</summary>
    /// <param name="at">The time that the names of backups carry.</param>
    /// <returns>What the root file became, and the backups made.</returns>
    /// <exception cref="PgSslException">As <see cref="FileTransaction.Apply"/>: nothing was changed.</exception>
    public (RootFilePlan Plan, IReadOnlyList<string> Backups) Apply(DateTimeOffset at) =>
        _files.Apply(Target.Path, before => _plan(Target.Path, before), () => Target.ServiceEdits(_files), at);
}
