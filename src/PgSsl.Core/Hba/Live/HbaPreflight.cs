using PgSsl.Changes;
using PgSsl.Hba.Policy;
using PgSsl.Managers;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>What must be so before pg_hba.conf is touched. Nothing is changed here.</summary>
internal static class HbaPreflight
{
    /// <summary>Whether the files are anybody else's to write.</summary>
    /// <returns>What is worth knowing about lines that are.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.ManagedElsewhere"/>.</exception>
    public static IReadOnlyList<string> CheckOwner(HbaDocument document)
    {
        (HbaFile File, ConfigurationManager Manager)[] found =
            [.. document.Files.SelectMany(file => ConfigurationManagers.FindInFile(file.Content).Select(manager => (file, manager)))];
        foreach ((HbaFile file, ConfigurationManager manager) in found)
            if (!manager.OwnsMarkedLinesOnly)
                throw ManagedElsewhere($"{file.Path} is written by {manager.Name}", manager);
        return [.. found.Select(one => $"{one.File.Path} has lines that {one.Manager.Name} marks as its own, and may write again. {one.Manager.Knob}")];
    }

    /// <summary>Whether the server can be changed from here, and what it would do then.</summary>
    /// <returns>What was proven on the way.</returns>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ManagedElsewhere"/>, <see cref="PgSslError.InsufficientPrivilege"/>, <see cref="PgSslError.ContradictoryParameters"/>
    /// (the server reads another file), <see cref="PgSslError.TlsNotOffered"/> and other failures of TLS, <see cref="PgSslError.LockOut"/>
    /// (client certificates that the server cannot verify).
    /// </exception>
    public static async Task<IReadOnlyList<Proof>> CheckServerAsync(HbaPlan plan, HbaLive live, CancellationToken cancellationToken)
    {
        if (live.Facts.Managers is [var manager, ..])
            throw ManagedElsewhere($"{live.Session.Host} is {manager.Name}", manager);
        live.RefusePooler();
        CheckPrivileges(live);
        string path = plan.Before.Files[0].Path;
        if (ServerRule.Differs(await live.ReadRulesAsync(cancellationToken).ConfigureAwait(false), plan.Before) is { } difference)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{live.Session.Host} reads {live.Facts.HbaPath ?? "another file"}, and that is not what is in {path}: {difference}.",
                "Run this on the server's machine, with -Path where the file has another name there (in a container, a volume).");
        bool demandsCertificates = plan.Changes.Any(change => DemandsCertificate(change.After) && !DemandsCertificate(change.Before));
        if (demandsCertificates && !live.Facts.HasClientCa)
            throw NoClientCa("the server has no ssl_ca_file");
        return demandsCertificates || plan.Changes.Any(change => IsForTls(change.After) && !IsForTls(change.Before))
            ? [await ProveTlsAsync(live, demandsCertificates, cancellationToken).ConfigureAwait(false)]
            : [];
    }

    private static async Task<Proof> ProveTlsAsync(HbaLive live, bool demandsCertificates, CancellationToken cancellationToken)
    {
        ServerRoute? tried = null;
        PgSslException? failure = null;
        foreach (ServerRoute way in live.Routes)
        {
            ConnectionFacts facts = await live.ProbeTlsAsync(way, cancellationToken).ConfigureAwait(false);
            // The setting may be there, and its file not have been loaded.
            if (facts.Tls is { RequestsClientCertificate: false } && demandsCertificates)
                throw NoClientCa($"{way.Host} does not ask for any, as its ssl_ca_file could not be loaded");
            if (facts.Tls is { } tls)
                return new Proof("TlsOffered", ProofState.Proven, $"{way.Host} does {tls.Protocol}.");
            // The server need not listen at every address of this machine; what it says where it does counts.
            if (facts.Stage != ProbeStage.None || tried is null)
                (tried, failure) = (way, facts.Failure);
            if (facts.Stage != ProbeStage.None)
                break;
        }
        if (failure is null or { Error: PgSslError.ConnectionRefused or PgSslError.ConnectionTimedOut or PgSslError.ConnectionFailed })
            return new Proof("TlsOffered", ProofState.NotMade, "the server does not answer over TCP: nobody comes over the network.");
        string setting = live.Facts.Dialect.SslIsOn == true ? "ssl = on" : "ssl = off";
        throw new PgSslException(
            failure.Error,
            $"{tried!.Host} says {setting}, and does no TLS: {failure.Message} Nobody could come in any more, so nothing was changed.",
            "Get TLS to work first: certificate and key, ssl = on, reload, and look into the server's log for \"SSL configuration was not reloaded\".");
    }

    private static void CheckPrivileges(HbaLive live)
    {
        string role = MissingPrivilege.QuoteIdentifier(live.Session.UserName);
        string[] missing =
        [
            .. live.Facts.MayReload ? (string[])[] : [$"GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {role}"],
            .. live.Facts.MaySeeRules ? (string[])[] : [$"GRANT SELECT ON pg_hba_file_rules TO {role}", $"GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {role}"],
        ];
        if (missing.Length > 0)
            throw new PgSslException(
                PgSslError.InsufficientPrivilege,
                $"Role {live.Session.UserName} may not do what a proven change needs: {(live.Facts.MayReload ? "see pg_hba_file_rules" : "reload the configuration")}.",
                $"Use a superuser, or have one say: {string.Join("; ", missing)}.");
    }

    private static bool IsForTls(HbaEntry? entry) => entry?.Record?.Type == HbaConnectionType.HostSsl;

    private static bool DemandsCertificate(HbaEntry? entry) => entry?.Record?.Option("clientcert") is "verify-ca" or "verify-full";

    private static PgSslException NoClientCa(string why) => new(
        PgSslError.LockOut,
        $"Client certificates are to be demanded, and {why}: nobody would get in. Nothing was changed.",
        "Set ssl_ca_file to the CA of your client certificates, reload, and look into the server's log, first.");

    private static PgSslException ManagedElsewhere(string what, ConfigurationManager manager) => new(
        PgSslError.ManagedElsewhere, $"{what}: a change made here would be lost, or cannot be made. Nothing was changed.", manager.Knob);
}
