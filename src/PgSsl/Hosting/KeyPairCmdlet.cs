using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Backups;
using PgSsl.Binding;
using PgSsl.Files;
using PgSsl.Requests;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that makes a private key and a document signed with it, and writes both to files.</summary>
public abstract class KeyPairCmdlet : CertificateNamingCmdlet
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The kind of key.</summary>
    [Parameter]
    [KeyAlgorithmTransformation]
    [ArgumentCompleter(typeof(KeyAlgorithmCompleter))]
    public string KeyAlgorithm { get; set; } = KeyAlgorithms.Default;

    /// <summary>The file for the private key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>A key file that is used instead of a new key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExistingKey { get; set; }

    /// <summary>Encrypts the new key, or decrypts the existing one.</summary>
    [Parameter]
    [Alias("KeyPassphrase")]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>On Windows, the account that the server runs as, by its name or its SID: it may read the key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceAccountCompleter))]
    public string? ServiceAccount { get; set; }

    /// <summary>Replaces existing files, and keeps them as backups.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>With -WhatIf, returns what would be done.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>
    /// Where backups go; without it, beside their files, except that of a key in a server's data directory, which goes to this account's directory.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BackupDirectory { get; set; }

    /// <summary>The file of the document; null if it is not named.</summary>
    protected abstract string? DocumentPath { get; }

    /// <summary>How the name of that file ends.</summary>
    protected abstract string DocumentExtension { get; }

    /// <summary>What the document is called in texts.</summary>
    protected abstract string DocumentName { get; }

    /// <summary>Makes the document, has it written, and returns what the cmdlet emits.</summary>
    /// <param name="profile">What the user asked for.</param>
    /// <param name="key">The key to make it with.</param>
    /// <param name="files">The files.</param>
    /// <param name="write">Writes the document, given as PEM, and the key; returns the backups.</param>
    private protected abstract ChangeOutput Make(
        CertificateProfile profile, CertificateKey key, KeyFilePlan files, Func<string, IReadOnlyList<string>> write);

    /// <summary>What <see cref="Make"/> would return, as far as it is known before.</summary>
    /// <param name="profile">What the user asked for.</param>
    /// <param name="algorithm">The kind of key.</param>
    /// <param name="key">The key; null if it is to be made.</param>
    /// <param name="files">The files.</param>
    private protected abstract ChangeOutput Plan(CertificateProfile profile, string algorithm, CertificateKey? key, KeyFilePlan files);

    /// <summary>What is there already, if it is what the user asks for; null if nothing is there.</summary>
    /// <param name="profile">What the user asked for.</param>
    /// <param name="algorithm">The kind of key.</param>
    /// <param name="key">The key that the user named; null for none.</param>
    /// <param name="files">The files.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="renewed">The certificate to renew; null if none is given.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileExists"/>: it is something else.</exception>
    private protected virtual ChangeOutput? FindPresent(
        CertificateProfile profile, string algorithm, CertificateKey? key, KeyFilePlan files, char[]? passphrase, X509Certificate2? renewed) => null;

    /// <summary>What the user should know before anything is made.</summary>
    private protected virtual IEnumerable<string> Warnings(CertificateProfile profile)
    {
        foreach (string warning in profile.Warnings)
            yield return warning;
        if (Passphrase is not null && ExistingKey is null && Role != CertificateRole.Client)
            yield return "A server can read an encrypted key only with ssl_passphrase_command, and loads a new certificate on reload only with " +
                "ssl_passphrase_command_supports_reload=on.";
        if (ServiceAccount is not null && !OperatingSystem.IsWindows())
            yield return "-ServiceAccount is for Windows. On this system the key belongs to you: give it to the server's account with chown.";
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Certificate?.Target ?? (string.IsNullOrEmpty(CommonName) ? Subject : CommonName), () =>
    {
        BeginItem();
        using var passphrase = Secret.Read(Passphrase, nameof(Passphrase));
        Process(passphrase.Characters);
    });

    private void Process(char[]? passphrase)
    {
        CertificateNaming naming = ReadNaming();
        var profile = CertificateProfile.Create(naming);
        string asked = KeyAlgorithm == KeyAlgorithms.Same ? KeyAlgorithms.SameAs(naming.Certificate) : KeyAlgorithm;
        KeyAlgorithms.Check(asked);
        if (ExistingKey is null)
            KeyPassphrase.Check(passphrase);
        KeyFilePlan files = Files(profile);
        string? expected = MyInvocation.BoundParameters.ContainsKey(nameof(KeyAlgorithm)) ? asked : null;
        using CertificateKey? existing = files.KeyExists ? CertificateKey.ReadFile(files.KeyPath, passphrase, expected) : null;
        string algorithm = existing?.Algorithm ?? asked;
        ChangeOutput? present = Force ? null : FindPresent(profile, algorithm, existing, files, passphrase, naming.Certificate);
        if (present is null)
            files.CheckTargets(Force);
        WriteWarnings(Warnings(profile));
        if (existing is null && expected is null && KeyAlgorithms.FindOtherKind(naming.Certificate, algorithm) is { } otherKind)
            WriteWarning(otherKind);
        if (present is not null)
        {
            if (PrivateKeyFile.FindExposure(files.KeyPath) is { } exposure)
                WriteWarning(exposure);
            _taken.UnionWith(files.Targets);
            string note = $"{files.DocumentPath} and its key {files.KeyPath} are what is asked for: nothing is written. -Force makes both anew.";
            WriteVerbose(note);
            // It may be the server's account that owns it, as it should.
            string[] remarks = [note, .. new[] { PrivateKeyFile.FindOtherOwner(files.KeyPath) }.OfType<string>()];
            WriteObject(WithRemarks(present with { Remarks = remarks }));
            return;
        }

        var terms = new BackupTerms { Directory = Resolve(BackupDirectory) };
        CheckBackupDirectory(terms, files.Edits);
        IReadOnlyList<FileTarget> targets = files.Look(Force);
        string change = string.Join(' ', [
            files.Describe(DocumentName, profile, algorithm, ServiceAccount), .. targets.Select(target => target.Remark).OfType<string>()]);
        WriteWarnings(targets.Select(target => target.Warning).OfType<string>());
        bool proceeds = Ask([change], MyInvocation.MyCommand.Name, "?", out ShouldProcessReason reason);
        if (proceeds || reason == ShouldProcessReason.WhatIf)
            _taken.UnionWith(files.Targets);
        if (!proceeds && reason == ShouldProcessReason.WhatIf && PassThru)
            WriteObject(WithRemarks(Plan(profile, algorithm, existing, files) with { Plan = [change] }));
        if (!proceeds)
            return;
        using CertificateKey? made = existing is null ? CertificateKey.Generate(algorithm) : null;
        CertificateKey key = existing ?? made!;
        ChangeOutput result;
        using (new TerminationGuard(StopProcessing))
            result = Make(profile, key, files, pem => KeepBackups(
                files.Write(key, passphrase, pem, Force, ServiceAccount, DateTimeOffset.UtcNow), files.Edits, terms));
        WriteObject(WithRemarks(result));
    }

    private KeyFilePlan Files(CertificateProfile profile)
    {
        // All items of a pipeline would be called server.key.
        string? name = (Certificate as CertificateSource.Served)?.FileName ?? (MyInvocation.ExpectingInput ? profile.Subject.CommonName : null);
        var files = KeyFilePlan.Create(
            WorkingDirectory, Resolve(KeyPath), Resolve(DocumentPath), Resolve(ExistingKey), name, Role, DocumentExtension);
        if (files.Targets.FirstOrDefault(_taken.Contains) is { } taken)
            throw new PgSslException(
                PgSslError.FileExists,
                $"{taken} was just written for another item of this pipeline.",
                "Leave out the paths: then files are named after the host, or the common name, of each item. Or make them one at a time.");
        return files;
    }
}
