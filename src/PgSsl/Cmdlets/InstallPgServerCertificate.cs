using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using PgSsl.Binding;
using PgSsl.Certificates.Deployment;
using PgSsl.Hosting;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Cmdlets;

/// <summary>Gives a server a certificate and its key, has it reload them, and sees that it serves them, or puts the old ones back.</summary>
[Cmdlet(VerbsLifecycle.Install, "PgServerCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(ServerCertificateInstallation))]
public sealed class InstallPgServerCertificateCommand : ServerCertificateCmdlet
{
    private const string Caption = "Install the certificate?";

    private readonly Dictionary<string, CertificatePieces> _pieces = [];

    /// <summary>
    /// What the CA gave: files (PEM in any order, DER, PKCS #7, PKCS #12), PEM text, also line by line, or certificates. All that comes with
    /// one key is one certificate and its intermediates.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("InputObject", "FilePath")]
    [CertificatePieceTransformation]
    [AllowEmptyCollection]
    public CertificatePiece[] Certificate { get; set; } = [];

    /// <summary>The key that the certificate was requested with; without it, the one in PKCS #12, or the server's present one.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>The password of a PKCS #12 file.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Pkcs12Password { get; set; }

    /// <summary>The server's certificate file (ssl_cert_file), where no server is asked, or it has another name on this machine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SslCertFile { get; set; }

    /// <summary>The server's key file (ssl_key_file), likewise.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SslKeyFile { get; set; }

    /// <summary>On Windows, the account that the server runs as: it may read the key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ServiceAccount { get; set; }

    /// <summary>Installs what clients would refuse, too. What the server would refuse is never installed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        char[]? password = null;
        try
        {
            password = Secret.CharactersOf(Pkcs12Password, nameof(Pkcs12Password));
            string key = KeyPath is null ? "" : ResolveFilePath(KeyPath);
            if (!_pieces.TryGetValue(key, out CertificatePieces? pieces))
                _pieces[key] = pieces = new CertificatePieces(ResolveFilePath);
            foreach (CertificatePiece piece in Certificate)
                pieces.Add(piece, password);
        }
        catch (PgSslException failure)
        {
            ThrowFailure(failure, Target);
        }
        finally
        {
            Array.Clear(password ?? []);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_pieces.Count > 1)
            ThrowFailure(
                new PgSslException(
                    PgSslError.ContradictoryParameters,
                    $"Certificates for {_pieces.Count} keys were given, and a server has one: {string.Join(", ", _pieces.Keys)}.",
                    "Install them one at a time, each with its own -Endpoint."),
                Target);
        foreach ((string key, CertificatePieces pieces) in _pieces)
        {
            try
            {
                InstallOne(pieces.ToAnswer(), key.Length == 0 ? null : key);
            }
            catch (PgSslException failure)
            {
                WriteFailure(failure, Target ?? SslCertFile);
            }
        }
    }

    private void InstallOne(CertificateAnswer answer, string? keyPath)
    {
        if (Endpoint is null)
        {
            if (SslCertFile is null || SslKeyFile is null)
                throw new PgSslException(
                    PgSslError.InvalidParameterValue, "Neither a server nor its two files are named.",
                    "Give -Endpoint for a running server, or -SslCertFile and -SslKeyFile.");
            InstallInto(answer, keyPath, new DeploymentTarget(ResolveFilePath(SslCertFile), ResolveFilePath(SslKeyFile), ServerConditions.Unknown), null, null);
            return;
        }
        (LiveServer live, ServerTlsFacts facts) = OpenServer();
        try
        {
            DeploymentTarget.CheckMayReload(facts);
            string? Resolve(string? path) => path is null ? null : ResolveFilePath(path);
            InstallInto(answer, keyPath, DeploymentTarget.Of(facts, live.IsLocal, Resolve(SslCertFile), Resolve(SslKeyFile)), live, facts);
        }
        finally
        {
            Close(live.Session);
        }
    }

    private void InstallInto(CertificateAnswer answer, string? keyPath, DeploymentTarget target, LiveServer? live, ServerTlsFacts? facts)
    {
        target = target with { Server = Complete(target.Server), ServiceAccount = ServiceAccount };
        target.CheckOwners();
        char[]? passphrase = Secret.CharactersOf(KeyPassphrase, nameof(KeyPassphrase));
        byte[] key = keyPath is not null ? Read(keyPath) : answer.KeyPem ?? Read(target.KeyPath);
        try
        {
            var serverKey = ServerKey.Read(key, passphrase, keyPath ?? target.KeyPath);
            var bundle = CertificateBundle.Create(answer.Certificates, serverKey, Roots, DateTimeOffset.UtcNow);
            IReadOnlyList<ServedAt> served = live is null ? [] : Wait(new ServedCertificates(live).LookAsync);
            using var plan = ServerCertificatePlan.Create(
                bundle, key, passphrase, target, planned => Complete(planned) with { Served = served.FirstOrDefault(one => one.Fingerprint is not null)?.Facts.Tls!.Chain[0] });
            Install(plan, live, facts?.SslIsOn == true, served);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            Array.Clear(passphrase ?? []);
        }
    }

    private void Install(ServerCertificatePlan plan, LiveServer? live, bool sslIsOn, IReadOnlyList<ServedAt> served)
    {
        string? endpoint = live?.Session.Host.ToString();
        var change = new ServerCertificateChange(plan, live, sslIsOn, served, DateTimeOffset.UtcNow);
        if (change.IsNothingToDo)
        {
            WriteVerbose($"{plan.Target.CertificatePath}: nothing to change.");
            WriteObject(ServerCertificateInstallation.Of(plan, endpoint, null, DateTimeOffset.UtcNow));
            return;
        }
        string text = plan.Describe(endpoint);
        try
        {
            plan.Check(Force);
        }
        catch (PgSslException) when (IsWhatIf)
        {
            ShouldProcess(text, text, Caption);
            throw;
        }
        if (!ShouldProcess(text, text, Caption))
            return;
        foreach (string warning in plan.Warnings)
            WriteWarning(warning);
        ServerCertificateChangeResult result = Wait(change.ApplyAsync);
        foreach (string file in result.WrittenInPlace)
            WriteWarning($"{file} is mounted by itself, and was written in place: its backup is the only way back if the machine had died in between.");
        WriteObject(ServerCertificateInstallation.Of(plan, endpoint, result, DateTimeOffset.UtcNow));
    }

    private static byte[] Read(string path)
    {
        var file = ServerFile.Read(path);
        return file.Content ?? throw file.Failure!;
    }
}
