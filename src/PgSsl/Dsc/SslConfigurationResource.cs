using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using PgSsl.Server.Configuration;

namespace PgSsl.Dsc;

/// <summary>A server's TLS: on or off, with which files and limits (Enable-PgSsl, Disable-PgSsl).</summary>
internal sealed class SslConfigurationResource : Resource
{
    private const string Ssl = "ssl";

    // postgresql.conf's names of what can be asked for; ssl_ecdh_curve is what ssl_groups was called before 18.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["ssl"] = Ssl,
        ["ssl_cert_file"] = "certificatePath",
        ["ssl_key_file"] = "keyPath",
        ["ssl_ca_file"] = "caPath",
        ["ssl_crl_file"] = "crlPath",
        ["ssl_crl_dir"] = "crlPath",
        ["ssl_min_protocol_version"] = "minimumProtocol",
        ["ssl_ciphers"] = "ciphers",
        ["ssl_tls13_ciphers"] = "tls13Ciphers",
        ["ssl_groups"] = "groups",
        ["ssl_ecdh_curve"] = "groups",
        ["ssl_dh_params_file"] = "dhParametersPath",
    };

    /// <inheritdoc/>
    public override string Name => "SslConfiguration";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Parameters { get; } = new Dictionary<string, string?>
    {
        ["endpoint"] = "Endpoint",
        ["configurationPath"] = "ConfigurationPath",
        [Ssl] = null,
        ["certificatePath"] = "CertificatePath",
        ["keyPath"] = "KeyPath",
        ["caPath"] = "CaPath",
        ["crlPath"] = "CrlPath",
        ["minimumProtocol"] = "MinimumProtocol",
        ["ciphers"] = "Ciphers",
        ["tls13Ciphers"] = "Tls13Ciphers",
        ["groups"] = "Groups",
        ["dhParametersPath"] = "DhParametersPath",
        [Force] = "Force",
        [Credential] = "Credential",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Facts =>
        ["serverVersion", "servesTls", "protocol", "servedFingerprint", "servedNotAfter", "daysRemaining", "isDrifted", "findings"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files =>
        ["configurationPath", "certificatePath", "keyPath", "caPath", "crlPath", "dhParametersPath"];

    /// <inheritdoc/>
    public override ResourceResult Get(AskedProperties asked, ResourceShell shell)
    {
        // What is asked for is not what is there: a setting that cannot be seen is left out.
        OrderedDictionary state = asked.ToState(this);
        foreach (string property in Settings.Values.Distinct())
            state.Remove(property);
        if (asked["endpoint"] is not null)
            Describe(state, ReadServer(asked, shell), asked);
        else if (asked["configurationPath"] is not null)
            return ReadFile(asked, shell) ?? new ResourceResult(state);
        return new ResourceResult(state);
    }

    /// <inheritdoc/>
    protected override string Main => Ssl;

    /// <inheritdoc/>
    protected override IReadOnlyList<PgSslError> Prerequisites => [PgSslError.FileNotFound];

    /// <inheritdoc/>
    protected override string CommandFor(AskedProperties asked) => IsToBeOn(asked) ? "Enable-PgSsl" : "Disable-PgSsl";

    /// <inheritdoc/>
    protected override Hashtable ParametersFor(AskedProperties asked) => IsToBeOn(asked)
        ? asked.ParametersOf(this)
        : asked.Parameters(("endpoint", "Endpoint"), ("configurationPath", "ConfigurationPath"), (Force, "Force"), (Credential, "Credential"));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Differing(ChangeOutput change) =>
        [.. ((SslConfigurationChange)change).Changes.Select(parameter => Settings[parameter.Name]).Distinct()];

    /// <inheritdoc/>
    protected override ResourceResult Compare(AskedProperties asked, ChangeOutput planned, ResourceShell shell)
    {
        var plan = (SslConfigurationChange)planned;
        OrderedDictionary state = asked.ToState(this);
        state[Ssl] = IsToBeOn(asked);
        foreach (ParameterChange change in plan.Changes)
        {
            string property = Settings[change.Name];
            state.Remove(property);
            Add(state, property, property switch
            {
                Ssl => change.Before == "on",
                "groups" => change.Before?.Split(':'),
                _ => change.Before,
            });
        }
        List<string> differing = [.. Differing(plan)];
        // What is in the files is known; whether the server has loaded it, only the server tells.
        if (differing.Count == 0 && plan.Endpoint is not null)
        {
            SslConfiguration seen = ReadServer(asked, shell);
            Describe(state, seen, asked);
            if (seen.Ssl is { } isOn && isOn != IsToBeOn(asked))
                differing.Add(Ssl);
            if (seen.IsDrifted == true)
                differing.Add("isDrifted");
        }
        return new ResourceResult(state) { Differing = differing, Plan = plan.Plan };
    }

    // A plan for the file tells what is in it.
    private ResourceResult? ReadFile(AskedProperties asked, ResourceShell shell)
    {
        try
        {
            return new ResourceResult(Compare(asked, Plan(asked.With(Force, true), shell), shell).State);
        }
        catch (RuntimeException failure) when (IsUnmet(failure))
        {
            return null;
        }
    }

    private static bool IsToBeOn(AskedProperties asked) => asked[Ssl] is not false;

    private static SslConfiguration ReadServer(AskedProperties asked, ResourceShell shell) =>
        shell.Run<SslConfiguration>("Get-PgSslConfiguration", asked.Parameters(("endpoint", "Endpoint"), (Credential, "Credential")))[0];

    private static void Describe(OrderedDictionary state, SslConfiguration seen, AskedProperties asked)
    {
        Add(state, Ssl, seen.Ssl);
        Add(state, "certificatePath", seen.CertificatePath);
        Add(state, "keyPath", seen.KeyPath);
        Add(state, "caPath", seen.CaPath);
        Add(state, "crlPath", seen.CrlPath);
        Add(state, "minimumProtocol", seen.MinimumProtocol);
        Add(state, "ciphers", seen.Ciphers);
        Add(state, "tls13Ciphers", seen.Tls13Ciphers);
        Add(state, "groups", seen.Groups?.Split(':'));
        // The others, where they were asked for: an empty one is told as well.
        foreach (IGrouping<string, SslSetting> settings in seen.Settings
            .Where(setting => Settings.ContainsKey(setting.Name)).GroupBy(setting => Settings[setting.Name]))
            if (asked[settings.Key] is string && !state.Contains(settings.Key))
                state[settings.Key] = settings.Select(setting => setting.Value).FirstOrDefault(value => value.Length > 0) ?? "";
        Add(state, "serverVersion", seen.ServerVersion);
        Add(state, "servesTls", seen.ServesTls);
        Add(state, "protocol", seen.Protocol);
        Add(state, "servedFingerprint", seen.ServedFingerprint);
        Add(state, "servedNotAfter", seen.ServedNotAfter);
        Add(state, "daysRemaining", seen.DaysRemaining);
        Add(state, "isDrifted", seen.IsDrifted);
        Add(state, "findings", seen.Findings.Select(finding => $"{finding.Code}: {finding.Message}").ToArray());
        // Nothing of TLS needs a restart; what does was changed by somebody else, and the next start is when it takes effect.
        if (seen.Settings.Any(setting => setting.IsRestartPending))
            state[RestartRequired] = new[] { seen.Endpoint };
    }
}
