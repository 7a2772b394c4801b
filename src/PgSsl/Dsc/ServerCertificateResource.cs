using System.Collections.Specialized;

namespace PgSsl.Dsc;

/// <summary>The certificate and key of a server (Install-PgServerCertificate).</summary>
internal sealed class ServerCertificateResource : Resource
{
    private const string FingerprintName = "fingerprint";
    private const string ServedFingerprint = "servedFingerprint";

    /// <inheritdoc/>
    public override string Name => "ServerCertificate";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Parameters { get; } = new Dictionary<string, string?>
    {
        ["endpoint"] = "Endpoint",
        ["certificate"] = "Certificate",
        ["keyPath"] = "KeyPath",
        ["keyPassphrase"] = "KeyPassphrase",
        ["pkcs12Password"] = "Pkcs12Password",
        ["sslCertFile"] = "SslCertFile",
        ["sslKeyFile"] = "SslKeyFile",
        ["pgBouncerIni"] = "PgBouncerIni",
        ["serverAccount"] = "ServerAccount",
        ["serviceAccount"] = "ServiceAccount",
        ["rootCertificate"] = "RootCertificate",
        ["hostName"] = "HostName",
        ["minimumDays"] = "MinimumDays",
        ["backupDirectory"] = "BackupDirectory",
        [Force] = "Force",
        [Credential] = "Credential",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Facts => [FingerprintName, "subject", "notAfter", "daysRemaining", ServedFingerprint];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files =>
        ["certificate", "keyPath", "sslCertFile", "sslKeyFile", "pgBouncerIni", "rootCertificate", "backupDirectory"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> WriteOnly => [.. base.WriteOnly, .. Secrets, "certificate"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Secrets => [.. base.Secrets, "keyPassphrase", "pkcs12Password"];

    /// <inheritdoc/>
    public override ResourceResult Get(AskedProperties asked, ResourceShell shell)
    {
        OrderedDictionary state = asked.ToState(this);
        if (asked["endpoint"] is not null)
            Describe(state, shell.Run<SslConfiguration>(
                "Get-PgSslConfiguration", asked.Parameters(("endpoint", "Endpoint"), (Credential, "Credential")))[0]);
        else if (asked["sslCertFile"] is string path && File.Exists(path))
            Describe(state, shell.Run<FileCertificate>("Get-PgCertificate", asked.Parameters(("sslCertFile", "Path")))[0]);
        return new ResourceResult(state);
    }

    /// <inheritdoc/>
    protected override string Main => FingerprintName;

    /// <inheritdoc/>
    protected override string CommandFor(AskedProperties asked) => "Install-PgServerCertificate";

    /// <remarks>The plan has seen the wire as well: the same certificate is installed again where the server has not loaded it.</remarks>
    protected override IReadOnlyList<string> Differing(ChangeOutput change) =>
        change is ServerCertificateInstallation installed && installed.Fingerprint == installed.PreviousFingerprint
            ? ["certificate"] : [FingerprintName];

    /// <inheritdoc/>
    protected override ResourceResult Compare(AskedProperties asked, ChangeOutput planned, ResourceShell shell)
    {
        var plan = (ServerCertificateInstallation)planned;
        OrderedDictionary state = asked.ToState(this);
        if (plan.PreviousFingerprint is not null)
        {
            state[FingerprintName] = plan.PreviousFingerprint;
            state["notAfter"] = plan.PreviousNotAfter;
        }
        return new ResourceResult(state) { Differing = plan.IsChanged ? Differing(plan) : [], Plan = plan.Plan };
    }

    private static void Describe(OrderedDictionary state, SslConfiguration seen)
    {
        Add(state, FingerprintName, seen.FileFingerprint);
        Add(state, "subject", seen.FileSubject);
        Add(state, "notAfter", seen.FileNotAfter);
        Add(state, "daysRemaining", seen.DaysRemaining);
        Add(state, ServedFingerprint, seen.ServedFingerprint);
    }

    private static void Describe(OrderedDictionary state, FileCertificate file)
    {
        Add(state, FingerprintName, file.Fingerprint);
        Add(state, "subject", file.Subject);
        Add(state, "notAfter", file.NotAfter);
        Add(state, "daysRemaining", file.DaysRemaining);
    }
}
