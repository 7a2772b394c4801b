using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using PgSsl.Served;

namespace PgSsl.Dsc;

/// <summary>
/// A root certificate that clients on this machine verify servers with, or one that must not be there (Install-PgRootCert, Uninstall-PgRootCert).
/// </summary>
internal sealed class RootCertificateResource : Resource
{
    private const string Exists = "_exist";
    private const string FingerprintName = "fingerprint";
    private const string NoSource = "The root is not there, and PgSsl/RootCertificate is not told where it comes from.";

    /// <inheritdoc/>
    public override string Name => "RootCertificate";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string?> Parameters { get; } = new Dictionary<string, string?>
    {
        [FingerprintName] = "Fingerprint",
        ["certificate"] = "Certificate",
        ["provider"] = "Provider",
        ["region"] = "Region",
        ["path"] = "Path",
        ["replaceExpired"] = "ReplaceExpired",
        [Force] = "Force",
        [Exists] = null,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Facts => ["subject", "issuer", "notAfter", "daysRemaining", "problems"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files => ["path", "certificate"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> WriteOnly => [Force, "certificate", "provider", "region", "replaceExpired"];

    /// <inheritdoc/>
    public override ResourceResult Get(AskedProperties asked, ResourceShell shell)
    {
        string wanted = FingerprintOf(asked);
        return State(asked, Read(asked, shell).FirstOrDefault(root => root.Fingerprint == wanted));
    }

    /// <inheritdoc/>
    public override IEnumerable<ResourceResult> Export(AskedProperties asked, ResourceShell shell) =>
        Read(asked, shell).Select(root => State(asked, root));

    /// <inheritdoc/>
    public override ResourceResult Test(AskedProperties asked, ResourceShell shell)
    {
        if (!LacksSource(asked))
            return base.Test(asked, shell);
        ResourceResult found = Get(asked, shell);
        return found.State[Exists] is true ? found : found with { Differing = [Exists], Messages = [new ResourceMessage("warn", NoSource)] };
    }

    /// <summary>A root that is there needs no source; a state that get or export returned has none.</summary>
    protected override ResourceResult? Settled(AskedProperties asked, ResourceShell shell)
    {
        if (!LacksSource(asked))
            return null;
        ResourceResult found = Get(asked, shell);
        return found.State[Exists] is true ? found : throw new PgSslException(
            PgSslError.InvalidParameterValue, NoSource,
            "Give certificate, an absolute path or PEM text; or provider.");
    }

    /// <inheritdoc/>
    protected override string Main => Exists;

    /// <inheritdoc/>
    protected override string CommandFor(AskedProperties asked) => IsToExist(asked) ? "Install-PgRootCert" : "Uninstall-PgRootCert";

    /// <inheritdoc/>
    protected override Hashtable ParametersFor(AskedProperties asked)
    {
        asked = asked.With(FingerprintName, FingerprintOf(asked));
        return IsToExist(asked) ? asked.ParametersOf(this) : asked.Parameters((FingerprintName, "Fingerprint"), ("path", "Path"), (Force, "Force"));
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Differing(ChangeOutput change) =>
        change is RootCertificateChange { Added: [], Removed: [] } ? ["problems"] : [Exists];

    /// <inheritdoc/>
    protected override ResourceResult Compare(AskedProperties asked, ChangeOutput planned, ResourceShell shell)
    {
        IReadOnlyList<string> differing = planned.IsChanged ? Differing(planned) : [];
        OrderedDictionary state = asked.ToState(this);
        state[Exists] = IsToExist(asked) ^ differing.Contains(Exists);
        return new ResourceResult(state) { Differing = differing, Plan = planned.Plan };
    }

    private static string FingerprintOf(AskedProperties asked) => asked[FingerprintName] is string text
        ? CertificateExpectation.ParseFingerprint(text)
        : throw new PgSslException(
            PgSslError.InvalidParameterValue, "PgSsl/RootCertificate needs a fingerprint, which says which certificate is meant.",
            "Give the SHA-256 of the certificate, from a source that you trust.");

    private static bool IsToExist(AskedProperties asked) => asked[Exists] is not false;

    private static bool LacksSource(AskedProperties asked) => IsToExist(asked) && asked["certificate"] is null && asked["provider"] is null;

    private static IReadOnlyList<RootCertificate> Read(AskedProperties asked, ResourceShell shell)
    {
        try
        {
            return shell.Run<RootCertificate>("Get-PgRootCert", asked.Parameters(("path", "Path")));
        }
        catch (RuntimeException failure) when (failure.ErrorRecord.Exception is PgSslException { Error: PgSslError.FileNotFound })
        {
            return [];
        }
    }

    private ResourceResult State(AskedProperties asked, RootCertificate? root)
    {
        OrderedDictionary state = asked.ToState(this);
        state[Exists] = root is not null;
        if (root is not null)
        {
            state[FingerprintName] = root.Fingerprint;
            state["path"] = root.Path;
            state["subject"] = root.Subject;
            state["issuer"] = root.Issuer;
            state["notAfter"] = root.NotAfter;
            state["daysRemaining"] = root.DaysRemaining;
            state["problems"] = root.Problems.ToArray();
        }
        return new ResourceResult(state);
    }
}
