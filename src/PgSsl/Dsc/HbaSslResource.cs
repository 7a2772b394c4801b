using System.Collections;
using System.Collections.Specialized;
using PgSsl.Common;

namespace PgSsl.Dsc;

/// <summary>Rules of pg_hba.conf that refuse plaintext (Set-PgHbaSsl).</summary>
internal sealed class HbaSslResource : Resource
{
    private const string Enforced = "enforced";

    /// <inheritdoc/>
    public override string Name => "HbaSsl";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Parameters { get; } = new Dictionary<string, string?>
    {
        ["endpoint"] = "Endpoint",
        ["path"] = "Path",
        ["serverVersion"] = "ServerVersion",
        ["user"] = "User",
        ["database"] = "Database",
        ["address"] = "Address",
        ["type"] = "Type",
        ["includeLoopback"] = "IncludeLoopback",
        ["rejectPlaintext"] = "RejectPlaintext",
        ["clientCertificate"] = "ClientCertificate",
        ["authenticationMethod"] = "AuthenticationMethod",
        [Force] = "Force",
        [Credential] = "Credential",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Facts => [Enforced, "plaintextRules"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files => ["path"];

    /// <inheritdoc/>
    public override ResourceResult Get(AskedProperties asked, ResourceShell shell)
    {
        Hashtable parameters = asked.Parameters(
            ("endpoint", "Endpoint"), ("path", "Path"), ("serverVersion", "ServerVersion"), (Credential, "Credential"));
        OrderedDictionary state = asked.ToState(this);
        state["plaintextRules"] = shell.Run<HbaRule>("Get-PgHbaRule", parameters)
            .Where(rule => rule.AllowsPlaintext)
            .Select(rule => $"{rule.FileName}:{rule.LineNumber}: {PrintableText.Of(rule.Raw)}")
            .ToArray();
        return new ResourceResult(state);
    }

    /// <inheritdoc/>
    protected override string Main => Enforced;

    /// <inheritdoc/>
    /// <remarks>
    /// SslConfiguration makes both: TLS, and ssl_ca_file for rules that demand client certificates, a lockout that no force makes. One that force
    /// makes has a plan.
    /// </remarks>
    protected override IReadOnlyList<PgSslError> Prerequisites => [PgSslError.TlsNotOffered, PgSslError.LockOut];

    /// <inheritdoc/>
    protected override void AddProven(OrderedDictionary state) => state[Enforced] = true;

    /// <inheritdoc/>
    protected override string CommandFor(AskedProperties asked) => "Set-PgHbaSsl";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Differing(ChangeOutput change) => [Enforced];

    /// <inheritdoc/>
    protected override ResourceResult Compare(AskedProperties asked, ChangeOutput planned, ResourceShell shell)
    {
        OrderedDictionary state = asked.ToState(this);
        state[Enforced] = !planned.IsChanged;
        return new ResourceResult(state) { Differing = planned.IsChanged ? [Enforced] : [], Plan = planned.Plan };
    }
}
