using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Connections;
using PgSsl.Managers;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>What must be so before a server's TLS is switched. Nothing is changed here.</summary>
internal static class SslPreflight
{
    // What no file overrides (guc.h, GucSource: PGC_S_ENV_VAR is below PGC_S_FILE, PGC_S_ARGV above).
    private const string CommandLine = "command line";

    /// <summary>Whether the server can be changed from here.</summary>
    /// <param name="values">The parameters that are to be set.</param>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it told.</param>
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
                $"{live.Session.Host} is {manager.Name}, which has its certificate and its TLS settings in its own hands. Nothing was changed.", manager.Knob);
        live.RefusePooler();
        CheckPrivileges(values.Keys, live, facts, altersSystem);
        if (altersSystem && !facts.AllowsAlterSystem)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{live.Session.Host} has allow_alter_system = off: its configuration is managed in files. Nothing was changed.",
                "Give -ConfigurationPath, or set the parameters where these files come from.");
        if (values.Keys.FirstOrDefault(name => facts.Settings.GetValueOrDefault(name)?.Source == CommandLine) is { } given)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{given} was given to {live.Session.Host} on its command line, which neither ALTER SYSTEM nor a file overrides. Nothing was changed.",
                "Take it out of the way in which the server is started, and restart it.");
    }

    /// <summary>What is worth knowing about the server before it is changed.</summary>
    public static IEnumerable<string> NotesOf(ServerTlsFacts facts, LiveServer live)
    {
        if (facts.IsStandby)
            yield return $"{live.Session.Host} is a standby: its configuration is its own, and the primary's stays as it is.";
    }

    /// <summary>Refuses a configuration file that somebody else writes.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ManagedElsewhere"/>.</exception>
    /// <returns>What is worth knowing about lines that somebody else marks as his own.</returns>
    public static IReadOnlyList<string> CheckOwner(ConfigurationDocument document, string path)
    {
        if (document.File(path) is not { } file)
            return [];
        IReadOnlyList<ConfigurationManager> managers = ConfigurationManagers.FindInFile(file.Content);
        if (managers.FirstOrDefault(one => !one.OwnsMarkedLinesOnly) is { } manager)
            throw new PgSslException(
                PgSslError.ManagedElsewhere,
                $"{path} is written by {manager.Name}: a change made here would be lost. Nothing was changed.",
                manager.Name == "Patroni"
                    ? "Set the parameters below postgresql.parameters, with patronictl edit-config or in patroni.yml."
                    : $"Set the parameters where {manager.Name} has them, and let it write the file.");
        return [.. managers.Select(one => $"{path} has lines that {one.Name} marks as its own, and may write again.")];
    }

    /// <summary>Whether the server would load the files that it is to have.</summary>
    /// <param name="target">What it is to be like.</param>
    /// <param name="certificatePath">The certificate that it would load, absolute; null where that is not known.</param>
    /// <param name="keyPath">The key.</param>
    /// <param name="conditions">What is known of the server; null where its files are not on this machine.</param>
    /// <returns>What was seen, and the certificate that it would serve; and what clients would make of it.</returns>
    /// <exception cref="PgSslException">
    /// It would not, or clients would not take the certificate because it is not valid now: the errors of files, of keys and of certificates.
    /// </exception>
    public static SslFileCheck CheckFiles(SslTarget target, string? certificatePath, string? keyPath, ServerConditions? conditions)
    {
        const string Name = "Files";
        if (!target.IsOn)
            return new SslFileCheck(null, null, []);
        if (conditions is null)
            return NotLooked("they are on the server's machine: whether it can load them shows when it does.");
        foreach (string path in new[] { target.CaPath, target.IsCrlDirectory ? null : target.CrlPath, target.DhParametersPath }.Where(path => !string.IsNullOrEmpty(path)).OfType<string>())
            CheckReadable(path, isCertificate: path == target.CaPath);
        if (certificatePath is null || keyPath is null)
            return NotLooked("where the server has its certificate and its key is not known: name them with -CertificatePath and -KeyPath.");
        ServerCertificateFacts found = ServerCertificateFacts.Read(certificatePath, keyPath) with { Server = conditions };
        IReadOnlyList<ServerCertificateRequirement> requirements = ServerCertificateCheck.Judge(found);
        if (requirements.FirstOrDefault(IsFatal) is { } unmet)
            throw new PgSslException(
                found.CertificateFile.Failure?.Error
                    ?? (unmet.Requirement == Requirement.KeyFileAccess.Name ? found.KeyFile.Failure?.Error : null)
                    ?? ErrorOf(unmet.Requirement),
                $"{unmet.Detail} Nothing was changed.", unmet.Remedy);
        string[] notJudged = [.. requirements.Where(requirement => requirement is { IsMet: null, RequiredBy: RequirementSource.Server })
            .Select(requirement => requirement.Detail)];
        return new SslFileCheck(
            new Proof(
                Name, notJudged.Length == 0 ? ProofState.Proven : ProofState.NotMade,
                notJudged.Length == 0 ? $"{certificatePath} and {keyPath} are as the server wants them." : string.Join(" ", notJudged)),
            found.Leaf?.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256),
            [.. requirements.Where(one => one is { IsMet: false }).Select(one => one.Detail)]);

        SslFileCheck NotLooked(string why) => new(new Proof(Name, ProofState.NotMade, why), null, []);
    }

    /// <summary>Who could not come any more once TLS is off.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<IReadOnlyList<string>> FindLockOutsAsync(LiveServer live, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        if (live.Session.Transport == SessionTransport.Tls && live.Settings.SslMode is SslMode.Require or SslMode.VerifyCa or SslMode.VerifyFull)
            found.Add($"this session, which comes with sslmode={live.Settings.SslMode.ToLibpq()}");
        const string Rules = "SELECT line_number AS line FROM pg_hba_file_rules WHERE type = 'hostssl' AND auth_method <> 'reject' ORDER BY 1";
        const string Replicas = "SELECT count(*) AS number FROM pg_stat_ssl JOIN pg_stat_replication USING (pid) WHERE ssl";
        if ((await live.Session.QueryAsync(Replicas, null, cancellationToken).ConfigureAwait(false))[0].GetInt64("number") is > 0 and var replicas)
            found.Add($"replication, {replicas} connection{(replicas == 1 ? "" : "s")} over TLS");
        try
        {
            IReadOnlyList<SqlRow> rows = await live.Session.QueryAsync(Rules, null, cancellationToken).ConfigureAwait(false);
            if (rows.Count > 0)
                found.Add($"everybody whom hostssl rules of pg_hba.conf let in, as these match nobody then (line{(rows.Count == 1 ? "" : "s")} "
                    + $"{string.Join(", ", rows.Take(10).Select(row => row["line"]))}{(rows.Count > 10 ? " …" : "")})");
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            found.Add($"whom hostssl rules let in: role {live.Session.UserName} may not see whether there are any (pg_hba_file_rules)");
        }
        return found;
    }

    private static void CheckPrivileges(IEnumerable<string> names, LiveServer live, ServerTlsFacts facts, bool altersSystem)
    {
        string role = MissingPrivilege.QuoteIdentifier(facts.UserName);
        string[] lacking = altersSystem ? [.. names.Where(name => !facts.MayAlter.Contains(name))] : [];
        // Some are for superusers to see (guc_tables.c, GUC_SUPERUSER_ONLY).
        string[] hidden = [.. names.Where(name => !facts.Settings.ContainsKey(name))];
        if (lacking.Length == 0 && hidden.Length == 0 && facts.MayReload)
            return;
        string[] grants =
        [
            .. lacking.Length > 0 ? (string[])[$"GRANT ALTER SYSTEM ON PARAMETER {string.Join(", ", lacking)} TO {role}"] : [],
            .. hidden.Length > 0 ? (string[])[$"GRANT pg_read_all_settings TO {role}"] : [],
            .. facts.MayReload ? (string[])[] : [$"GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {role}"],
        ];
        throw new PgSslException(
            PgSslError.InsufficientPrivilege,
            $"Role {facts.UserName} may not {(lacking.Length > 0 ? $"set {string.Join(", ", lacking)}" : hidden.Length > 0 ? $"see {string.Join(", ", hidden)}" : "reload the configuration")} on {live.Session.Host}. Nothing was changed.",
            lacking.Length > 0 && facts.Version.Major < 15
                ? "Before PostgreSQL 15 only superusers may do this: connect as one."
                : $"Use a superuser, or have one say: {string.Join("; ", grants)}.");
    }

    private static void CheckReadable(string path, bool isCertificate)
    {
        ServerFile file = ServerFile.Read(path);
        if (file.Failure is { } failure)
            throw failure;
        if (isCertificate && ServerCertificateFile.Parse(file.Content).Fault is { } fault)
            throw new PgSslException(
                PgSslError.InvalidCertificateFile, $"The server cannot load {path}: {fault}. Nothing was changed.", "Name a PEM file with the CA's certificate.");
    }

    // A server takes a certificate that is not valid now, but no client does.
    private static bool IsFatal(ServerCertificateRequirement requirement) => requirement.IsMet == false
        && (requirement.RequiredBy == RequirementSource.Server || requirement.Requirement == Requirement.Valid.Name);

    private static PgSslError ErrorOf(string requirement) => requirement switch
    {
        nameof(Requirement.KeyMatches) or nameof(Requirement.LeafFirst) => PgSslError.KeyMismatch,
        nameof(Requirement.Valid) => PgSslError.CertificateNotValid,
        _ when requirement.StartsWith("Key", StringComparison.Ordinal) => PgSslError.InvalidKeyFile,
        _ => PgSslError.InvalidCertificateFile,
    };
}

/// <summary>What was found in the files that a server is to load.</summary>
/// <param name="Proof">Whether the server would load them; null where it needs none.</param>
/// <param name="Fingerprint">SHA-256 of the certificate that it would serve, upper-case hex; null where it could not be read.</param>
/// <param name="Notes">What clients would make of it, where that is not all good.</param>
internal sealed record SslFileCheck(Proof? Proof, string? Fingerprint, IReadOnlyList<string> Notes);
