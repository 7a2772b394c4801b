using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba.Policy;
using PgSsl.Managers;
using PgSsl.Probing;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Hba.Live;

/// <summary>Checks what must be true before pg_hba.conf is changed. Nothing is changed here.</summary>
internal static class HbaPreflight
{
    /// <summary>Refuses files that something else writes.</summary>
    /// <returns>What the user should know about lines that something else writes.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.ManagedElsewhere"/>.</exception>
    public static IReadOnlyList<string> CheckOwner(HbaDocument document)
    {
        (HbaFile File, ConfigurationManager Manager)[] found =
            [.. document.Files.SelectMany(file => ConfigurationManagers.FindInFile(file.Content).Select(manager => (file, manager)))];
        foreach ((HbaFile file, ConfigurationManager manager) in found)
            if (!manager.OwnsMarkedLinesOnly)
                throw ManagedElsewhere($"{file.Path} is written by {manager.Name}", manager);
        return
        [
            .. found.Select(mark => $"{mark.File.Path} has lines that {mark.Manager.Name} marks as its own and may write again. {mark.Manager.Knob}"),
        ];
    }

    /// <summary>Refuses a server that cannot be changed from here, or whose clients could not connect afterwards.</summary>
    /// <returns>What was proven.</returns>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ManagedElsewhere"/>, <see cref="PgSslError.InsufficientPrivilege"/>,
    /// <see cref="PgSslError.ContradictoryParameters"/> (the server reads another file), <see cref="PgSslError.TlsNotOffered"/> and other
    /// failures of TLS, <see cref="PgSslError.LockOut"/> (client certificates that the server cannot verify).
    /// </exception>
    public static async Task<IReadOnlyList<Proof>> CheckServerAsync(HbaPlan plan, HbaLive live, CancellationToken cancellationToken)
    {
        if (live.Facts.Managers is [var manager, ..])
            throw ManagedElsewhere($"{live.Session.Host} is {manager.Name}", manager);
        LiveServer.RefusePooler(live.Session);
        CheckPrivileges(live);
        string path = plan.Before.Files[0].Path;
        if (ServerRule.Differs(await live.ReadRulesAsync(cancellationToken).ConfigureAwait(false), plan.Before) is { } difference)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{live.Session.Host} reads {live.Facts.HbaPath ?? "another file"}, whose rules are not those in {path}: {difference}.",
                "Run this on the server's machine. Pass -Path if the file has another name there (a container's volume).");
        CheckFile(live, path);
        CheckOwners(plan, live);
        bool demandsCertificates = plan.Changes.Any(change => DemandsCertificate(change.After) && !DemandsCertificate(change.Before));
        if (demandsCertificates && !live.Facts.HasClientCa)
            throw NoClientCa("the server has no ssl_ca_file");
        if (demandsCertificates && await ReadTrustAsync(live, cancellationToken).ConfigureAwait(false) is { VerifiesAny: false } trust)
            throw NoClientCa(trust.WhyNone);
        if (!demandsCertificates && !plan.Changes.Any(change => IsForTls(change.After) && !IsForTls(change.Before)))
            return [];
        (Proof proof, X509Certificate2? served) = await ProveTlsAsync(live, demandsCertificates, cancellationToken).ConfigureAwait(false);
        // Whoever logs in with SCRAM in plaintext would have to do so over TLS.
        return served is not null && ChannelBinding.LackOf(served) is { } lack && plan.Changes.Any(UsesScram)
            ? [proof, new Proof(HbaImpact.BindingProof, ProofState.NotMade, $"{lack} The changed rules ask for a password. {ChannelBinding.Remedy}")]
            : [proof];
    }

    private static async Task<ClientTrust?> ReadTrustAsync(HbaLive live, CancellationToken cancellationToken)
    {
        ServerTlsFacts facts = await ServerTlsReader.ReadAsync(live.Session, cancellationToken).ConfigureAwait(false);
        return (await TlsTerms.ReadAsync(live, facts, facts.Values, cancellationToken).ConfigureAwait(false)).Trust;
    }

    private static bool UsesScram(HbaEntryChange change) => IsForTls(change.After) && change.After!.Record!.Method is "scram-sha-256" or "md5";

    /// <summary>A copy of the server's file has its rules, and a change of it changes nothing.</summary>
    private static void CheckFile(HbaLive live, string path)
    {
        if (live.FilesAreHere && live.Facts.HbaPath is { } read && !AreSame(path, read))
            throw new PgSslException(
                PgSslError.ContradictoryParameters, $"{live.Session.Host} reads {read}, and {path} is another file. Nothing was changed.",
                "Leave out -Path.");
    }

    /// <summary>
    /// Whoever writes hba_file or an include can name another service's file, which root can change (docs/decisions/0065). It is the server's if
    /// root or the caller wrote it, or if the server's account could change it without us.
    /// </summary>
    private static void CheckOwners(HbaPlan plan, HbaLive live)
    {
        if (OperatingSystem.IsWindows() || !live.FilesAreHere || UnixAccount.OwnerOf(live.DataDirectory!) is not { } account)
            return;
        foreach (HbaFileChange file in plan.Files)
        {
            string real = RealPath.Of(file.Path);
            uint owner = UnixStatus.OfTarget(real).Owner.UserId;
            if (owner != 0 && owner != account.UserId && owner != UnixAccount.EffectiveUserId && !FileTarget.MayWrite(account, real))
                throw new PgSslException(
                    PgSslError.UnexpectedFile,
                    $"{FileTarget.Both(file.Path, real)} is not written: it belongs to {UnixAccount.NameOf(owner)}, and {account.Name}, the account "
                        + "of the server, may not write it. So it may be another service's. Nothing was changed.",
                    $"If it is the right file, give it to root or to {account.Name} first.");
        }
    }

    private static bool AreSame(string path, string other)
    {
        try
        {
            // One file may have two names: a bind mount.
            return RealPath.Comparer.Equals(RealPath.Of(path), RealPath.Of(other))
                || (!OperatingSystem.IsWindows() && UnixStatus.OfTarget(path).Identity == UnixStatus.OfTarget(other).Identity);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static async Task<(Proof Proof, X509Certificate2? Served)> ProveTlsAsync(
        HbaLive live, bool demandsCertificates, CancellationToken cancellationToken)
    {
        ServerRoute? tried = null;
        PgSslException? failure = null;
        foreach (ServerRoute route in live.Routes)
        {
            ConnectionFacts facts = await live.ProbeTlsAsync(route, cancellationToken).ConfigureAwait(false);
            // The setting may be there although its file could not be loaded.
            if (facts.Tls is { RequestsClientCertificate: false } && demandsCertificates)
                throw NoClientCa($"{route.Host} does not ask for one, because its ssl_ca_file could not be loaded");
            if (facts.Tls is { } tls)
            {
                var offered = new Proof("TlsOffered", ProofState.Proven, $"{route.Host} offers {tls.Protocol}.");
                return (offered, tls.Chain is [var leaf, ..] ? leaf : null);
            }
            // The server need not listen at every address of this machine. What it answers where it does listen counts.
            if (facts.Stage != ProbeStage.None || tried is null)
                (tried, failure) = (route, facts.Failure);
            if (facts.Stage != ProbeStage.None)
                break;
        }
        if (failure is null or { Error: PgSslError.ConnectionRefused or PgSslError.ConnectionTimedOut or PgSslError.ConnectionFailed })
        {
            const string Detail = "the server does not answer over TCP, so there was nothing to check on the network.";
            return (new Proof("TlsOffered", ProofState.NotMade, Detail), null);
        }
        string setting = live.Facts.Dialect.SslIsOn == true ? "ssl = on" : "ssl = off";
        throw new PgSslException(
            failure.Error,
            $"{tried!.Host} says {setting}, and does not offer TLS: {failure.Message} Nobody could connect any more, so nothing was changed.",
            "Make TLS work first: certificate, key, ssl = on, reload. Look for \"SSL configuration was not reloaded\" in the server's log.");
    }

    private static void CheckPrivileges(HbaLive live)
    {
        string role = SqlQuoting.Identifier(live.Session.UserName);
        var missing = new List<string>();
        if (!live.Facts.MayReload)
            missing.Add($"GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {role}");
        if (!live.Facts.MaySeeRules)
            missing.Add($"GRANT SELECT ON pg_hba_file_rules TO {role}; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {role}");
        if (missing.Count > 0)
            throw new PgSslException(
                PgSslError.InsufficientPrivilege,
                $"A proven change needs a privilege that role {live.Session.UserName} does not have: "
                    + $"{(live.Facts.MayReload ? "see pg_hba_file_rules" : "reload the configuration")}.",
                $"Use a superuser, or let a superuser run: {string.Join("; ", missing)}.");
    }

    private static bool IsForTls(HbaEntry? entry) => entry?.Record?.Type == HbaConnectionType.HostSsl;

    private static bool DemandsCertificate(HbaEntry? entry) =>
        entry?.Record is { IsReject: false, CertificateDemand: not ClientCertificateDemand.None };

    private static PgSslException NoClientCa(string why) => new(
        PgSslError.LockOut,
        $"The rules would demand client certificates, and {why}: nobody could connect. Nothing was changed.",
        "First set ssl_ca_file to the CA of your client certificates, reload, and look into the server's log.");

    private static PgSslException ManagedElsewhere(string what, ConfigurationManager manager) => new(
        PgSslError.ManagedElsewhere, $"{what}: a change that is made here would be lost, or cannot be made. Nothing was changed.", manager.Knob);
}
