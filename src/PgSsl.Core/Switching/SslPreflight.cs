using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Managers;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>What must be true before a server's TLS is switched on or off. Nothing is changed here.</summary>
internal static class SslPreflight
{
    /// <summary>Throws if the server cannot be changed from here.</summary>
    /// <param name="values">The parameters that are to be set.</param>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it said.</param>
    /// <param name="altersSystem">Whether ALTER SYSTEM is to set them, and not a file.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ManagedElsewhere"/>, <see cref="PgSslError.ContradictoryParameters"/> (a pooler; a parameter from the command
    /// line; ALTER SYSTEM is switched off), <see cref="PgSslError.InsufficientPrivilege"/>.
    /// </exception>
    public static void CheckServer(IReadOnlyDictionary<string, string> values, LiveServer live, ServerTlsFacts facts, bool altersSystem)
    {
        if (facts.Managers is [var manager, ..])
            throw new PgSslException(
                PgSslError.ManagedElsewhere,
                $"{live.Session.Host} is {manager.Name}, which manages its certificate and its TLS settings itself. Nothing was changed.",
                manager.Knob);
        LiveServer.RefusePooler(live.Session);
        CheckPrivileges(values.Keys, live, facts, altersSystem);
        if (altersSystem && !facts.AllowsAlterSystem)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{live.Session.Host} has allow_alter_system = off, because its configuration is managed in files. Nothing was changed.",
                "Give -ConfigurationPath, or set the parameters in whatever writes these files.");
        if (values.Keys.FirstOrDefault(name => facts.Settings.GetValueOrDefault(name)?.IsFromCommandLine == true) is { } given)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{given} was given to {live.Session.Host} on its command line, which neither ALTER SYSTEM nor a file can override. " +
                "Nothing was changed.",
                "Remove it from the server's start command, and restart the server.");
    }

    /// <summary>What the user should know about the server before it is changed.</summary>
    public static IEnumerable<string> NotesOf(ServerTlsFacts facts, LiveServer live)
    {
        if (facts.IsStandby)
            yield return $"{live.Session.Host} is a standby with a configuration of its own: the primary's configuration does not change.";
    }

    /// <summary>Refuses a configuration file that somebody else writes.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ManagedElsewhere"/>.</exception>
    /// <returns>What the user should know about lines that other programs mark as their own.</returns>
    public static IReadOnlyList<string> CheckOwner(ConfigurationDocument document, string path)
    {
        if (document.File(path) is not { } file)
            return [];
        IReadOnlyList<ConfigurationManager> managers = ConfigurationManagers.FindInFile(file.Content);
        if (managers.FirstOrDefault(manager => !manager.OwnsMarkedLinesOnly) is { } owner)
            throw new PgSslException(
                PgSslError.ManagedElsewhere,
                $"{path} is written by {owner.Name}, so a change made here would be lost. Nothing was changed.",
                owner.Name == "Patroni"
                    ? "Set the parameters below postgresql.parameters, with patronictl edit-config or in patroni.yml."
                    : $"Set the parameters in the configuration of {owner.Name}, and let it write the file.");
        return [.. managers.Select(manager => $"{path} has lines that {manager.Name} marks as its own, and may write again.")];
    }

    /// <summary>Checks whether the server would load the files that it is to have.</summary>
    /// <param name="target">How its TLS is to be.</param>
    /// <param name="certificatePath">The certificate that it would load, absolute; null where that is not known.</param>
    /// <param name="keyPath">The key.</param>
    /// <param name="conditions">What is known about the server; null where its files are not on this machine.</param>
    /// <param name="isReloaded">Whether a reload has to load them, and not a start.</param>
    /// <returns>What was seen, the certificate that it would serve, and what clients would object to.</returns>
    /// <exception cref="PgSslException">
    /// It would not, or clients would refuse the certificate because it is not valid now: the errors of files, of keys and of certificates.
    /// </exception>
    public static SslFileCheck CheckFiles(
        SslTarget target, string? certificatePath, string? keyPath, ServerConditions? conditions, bool isReloaded)
    {
        const string Name = "Files";
        if (!target.IsOn)
            return new SslFileCheck([], null, []);
        if (conditions is null)
            return NotLooked("they are on the server's machine: only loading them shows whether it can.");
        if (certificatePath is null || keyPath is null)
            return NotLooked("it is not known where the server has its certificate and its key: name them with -CertificatePath and -KeyPath.");
        ServerCertificateFacts found = ServerCertificateFacts.Read(certificatePath, keyPath) with { Server = conditions };
        IReadOnlyList<ServerCertificateRequirement> requirements = ServerCertificateCheck.Judge(found);
        if (requirements.FirstOrDefault(requirement => IsFatal(requirement, isReloaded)) is { } unmet)
            throw new PgSslException(
                found.CertificateFile.Failure?.Error
                    ?? (unmet.Requirement == Requirement.KeyFileAccess.Name ? found.KeyFile.Failure?.Error : null)
                    ?? ErrorOf(unmet.Requirement),
                $"{unmet.Detail} Nothing was changed.", unmet.Remedy);
        string[] notJudged = [.. requirements.Where(requirement => requirement is { IsMet: null, Source: RequirementSource.Server })
            .Select(requirement => requirement.Detail)];
        Proof proof = notJudged.Length == 0
            ? new Proof(Name, ProofState.Proven, $"{certificatePath} and {keyPath} are as the server demands.")
            : new Proof(Name, ProofState.NotMade, string.Join(" ", notJudged));
        string[] unmetDetails = [.. requirements.Where(requirement => requirement.IsMet == false).Select(requirement => requirement.Detail)];
        return new SslFileCheck([proof], found.Leaf is { } leaf ? Fingerprint.Of(leaf) : null, unmetDetails);

        SslFileCheck NotLooked(string why) => new([new Proof(Name, ProofState.NotMade, why)], null, []);
    }

    /// <summary>Checks whether the server takes the settings that it is to have, those included that it has already.</summary>
    /// <param name="settings">The settings.</param>
    /// <returns>What could not be judged.</returns>
    /// <exception cref="PgSslException">
    /// It does not: <see cref="PgSslError.InvalidParameterValue"/>, <see cref="PgSslError.ContradictoryParameters"/>, or the errors of files.
    /// </exception>
    public static IReadOnlyList<Verdict> CheckSettings(ServerSettingFacts settings)
    {
        IReadOnlyList<Verdict> verdicts = SettingRequirements.Judge(settings);
        if (verdicts.FirstOrDefault(verdict => verdict.IsMet == false) is { } unmet)
            throw new PgSslException(ErrorOf(unmet.Requirement, settings), $"{unmet.Detail} Nothing was changed.", unmet.Remedy);
        return [.. verdicts.Where(verdict => verdict.IsMet is null)];
    }

    /// <summary>
    /// What clients would miss in the certificate that is to be served instead of the present one. It is served as its file has it. Nothing is known
    /// where another machine has the file.
    /// </summary>
    public static async Task<IReadOnlyList<ClientLoss>> FindClientLossesAsync(
        SslTarget target, LiveServer live, ServerTlsFacts facts, CancellationToken cancellationToken)
    {
        if (target is not { IsOn: true, CertificatePath: { } path } || !live.FilesAreHere
            || (target.KeyPath ?? facts.PathOf("ssl_key_file")) is not { } keyPath)
            return [];
        ServerCertificateFacts found = ServerCertificateFacts.Read(path, keyPath);
        IReadOnlyList<ServedAt> served = await new ServedCertificates(live).ObserveAsync(cancellationToken).ConfigureAwait(false);
        return found.Certificates is { Certificates: { Count: > 0 } chain }
            ? [.. ClientLosses.Find(chain, [.. PresentChain.Of(served)], found)]
            : [];
    }

    private static void CheckPrivileges(IEnumerable<string> names, LiveServer live, ServerTlsFacts facts, bool altersSystem)
    {
        string role = SqlQuoting.Identifier(facts.UserName);
        string[] lacking = altersSystem ? [.. names.Where(name => !facts.MayAlter.Contains(name))] : [];
        // Some are visible only to superusers (guc_tables.c, GUC_SUPERUSER_ONLY).
        string[] hidden = [.. names.Where(name => !facts.Settings.ContainsKey(name))];
        List<string> actions = [], grants = [];
        if (lacking.Length > 0)
        {
            actions.Add($"set {string.Join(", ", lacking)}");
            grants.Add($"GRANT ALTER SYSTEM ON PARAMETER {string.Join(", ", lacking)} TO {role}");
        }
        if (hidden.Length > 0)
        {
            actions.Add($"see {string.Join(", ", hidden)}");
            grants.Add($"GRANT pg_read_all_settings TO {role}");
        }
        if (!facts.MayReload)
        {
            actions.Add("reload the configuration");
            grants.Add($"GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {role}");
        }
        if (actions.Count > 0)
            throw new PgSslException(
                PgSslError.InsufficientPrivilege,
                $"Role {facts.UserName} may not {actions[0]} on {live.Session.Host}. Nothing was changed.",
                lacking.Length > 0 && facts.Version.Major < 15
                    ? "Before PostgreSQL 15 only superusers may do this: connect as one."
                    : $"Connect as a superuser, or have a superuser run: {string.Join("; ", grants)}.");
    }

    // A server takes a certificate that is not valid now, but no client does.
    private static bool IsFatal(ServerCertificateRequirement requirement, bool isReloaded) => requirement.IsMet == false
        && (requirement.Source == RequirementSource.Server || requirement.Requirement == Requirement.Valid.Name
            || (isReloaded && requirement.Requirement == Requirement.KeyReload.Name));

    private static PgSslError ErrorOf(Requirement requirement, ServerSettingFacts settings)
    {
        if (requirement == Requirement.ProtocolRange)
            return PgSslError.ContradictoryParameters;
        if (requirement == Requirement.Ciphers || requirement == Requirement.Tls13Ciphers || requirement == Requirement.Groups)
            return PgSslError.InvalidParameterValue;
        SslParameter parameter = requirement == Requirement.CaFile ? SslParameters.CaFile
            : requirement == Requirement.CrlFile ? SslParameters.CrlFile : SslParameters.DhParametersFile;
        return settings.Files.GetValueOrDefault(parameter.Name)?.Failure?.Error ?? PgSslError.InvalidCertificateFile;
    }

    private static PgSslError ErrorOf(string requirement) => requirement switch
    {
        nameof(Requirement.KeyMatches) or nameof(Requirement.LeafFirst) => PgSslError.KeyMismatch,
        nameof(Requirement.Valid) => PgSslError.CertificateNotValid,
        _ when requirement.StartsWith("Key", StringComparison.Ordinal) => PgSslError.InvalidKeyFile,
        _ => PgSslError.InvalidCertificateFile,
    };
}

/// <summary>What was found in the files that a server is to load.</summary>
/// <param name="Proofs">Whether the server would load them; empty where it needs no files.</param>
/// <param name="Fingerprint">SHA-256 of the certificate that it would serve, upper-case hex; null where it could not be read.</param>
/// <param name="Notes">What clients would object to.</param>
internal sealed record SslFileCheck(IReadOnlyList<Proof> Proofs, string? Fingerprint, IReadOnlyList<string> Notes);
