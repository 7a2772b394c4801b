using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Served;

namespace PgSsl.Cmdlets;

/// <summary>Removes root certificates from the file that libpq verifies servers with.</summary>
[Cmdlet(VerbsLifecycle.Uninstall, "PgRootCert", SupportsShouldProcess = true, DefaultParameterSetName = FingerprintSet)]
[OutputType(typeof(RootCertificateChange), typeof(RootCertificate))]
public sealed class UninstallPgRootCertCommand : RootChangeCmdlet
{
    private const string FingerprintSet = "Fingerprint";
    private const string ExpiredSet = "Expired";

    // By root file, as the user wrote it. The empty name stands for the file that libpq reads.
    private readonly Dictionary<string, HashSet<string>> _fingerprints = new(StringComparer.Ordinal);

    /// <summary>SHA-256 of the certificates to remove. The output of Get-PgRootCert has it.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = FingerprintSet)]
    [FingerprintTransformation]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RootFingerprintCompleter))]
    public string[] Fingerprint { get; set; } = [];

    /// <summary>Removes all certificates that have expired.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ExpiredSet)]
    public SwitchParameter Expired { get; set; }

    /// <summary>The root file to change; without it, the file that libpq reads.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <inheritdoc/>
    protected override string AdviceAtRisk => "A root of those servers would be removed: renew their certificates first.";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        Try(Path, () =>
        {
            if (!Expired && Fingerprint.Length == 0)
                throw new PgSslException(
                    PgSslError.InvalidParameterValue, "There is nothing to remove: neither -Fingerprint nor -Expired is given.",
                    "Give the fingerprint of the certificate (Get-PgRootCert shows it), pipe the output of Get-PgRootCert, or use -Expired.");
            if (Path == ConnectionSettings.SystemRoots)
                throw new PgSslException(
                    PgSslError.InvalidParameterValue,
                    "This module does not change the roots of the operating system (sslrootcert=system).",
                    "Use the system's own tools, such as update-ca-certificates or the certificate store of Windows.");
            HashSet<string> fingerprints = _fingerprints.TryGetValue(Path ?? "", out HashSet<string>? known)
                ? known
                : _fingerprints[Path ?? ""] = new(StringComparer.Ordinal);
            fingerprints.UnionWith(Fingerprint.Select(CertificateExpectation.ParseFingerprint));
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((string path, HashSet<string> fingerprints) in _fingerprints)
        {
            BeginItem();
            HashSet<string> removed = [];
            string? missing = null;
            Change(
                () => FindTarget(path.Length == 0 ? null : Resolve(path)),
                (file, before) =>
                {
                    missing = before is null ? file : null;
                    RootFilePlan plan = RootFilePlan.Uninstall(file, before, Expired ? ExpiredIn(file, before) : fingerprints);
                    removed = [.. plan.Removed.Select(entry => entry.Fingerprint)];
                    return plan;
                },
                root => removed.Contains(root.Fingerprint),
                () => WriteMissing(missing, isNamed: path.Length > 0));
        }
    }

    /// <summary>A file that does not exist has nothing to remove. If the user named it, the name may be wrong.</summary>
    private void WriteMissing(string? file, bool isNamed)
    {
        string text = $"There is no file {file}, so there is nothing to remove.";
        if (file is not null && isNamed)
            WriteWarning(text);
        else if (file is not null)
            WriteVerbose(text);
    }

    private RootTarget FindTarget(string? path)
    {
        if (Service is null)
            return RootTarget.Find(Environment, path, null);
        var own = RootTarget.FindOf(Environment, Service);
        return path is null || path == own.Path ? own : throw new PgSslException(
            PgSslError.ContradictoryParameters,
            $"The certificates are to be removed from {path}, but service \"{Service}\" uses {own.Path}.",
            "Leave out -Service, or pipe the output of Get-PgRootCert for that file.");
    }

    private static IEnumerable<string> ExpiredIn(string path, byte[]? content) =>
        RootFile.Parse(content, path).Certificates
            .Where(certificate => certificate.NotAfter.ToUniversalTime() < DateTime.UtcNow)
            .Select(Certificates.Fingerprint.Of);
}
