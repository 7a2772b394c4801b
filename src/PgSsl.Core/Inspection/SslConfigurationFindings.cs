using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using PgSsl.Requirements;
using PgSsl.Server.Live;

namespace PgSsl.Inspection;

/// <summary>Finds the problems of a server's TLS, from all sides.</summary>
internal static class SslConfigurationFindings
{
    // From the chain itself, so that a server whose files are out of reach is judged, too.
    private static readonly Dictionary<ChainFindingKind, (FindingSeverity Severity, string Remedy)> OfChains = new()
    {
        [ChainFindingKind.SelfSigned] = (
            FindingSeverity.Warning,
            "Have a CA sign one: New-PgCsr, then Install-PgServerCertificate. Until then clients need this very certificate as their root."),
        [ChainFindingKind.MissingIntermediate] = (
            FindingSeverity.Warning, "Send the intermediates: Install-PgServerCertificate puts them behind the certificate."),
        [ChainFindingKind.OutOfOrder] = (
            FindingSeverity.Information, "Put each certificate behind the one that it issued: Install-PgServerCertificate does it."),
        [ChainFindingKind.UnrelatedCertificate] = (FindingSeverity.Information, "Remove it from ssl_cert_file."),
        [ChainFindingKind.DuplicateCertificate] = (FindingSeverity.Information, "Remove it from ssl_cert_file."),
        [ChainFindingKind.ExpiredMember] = (FindingSeverity.Critical, "Renew it: New-PgCsr, then Install-PgServerCertificate."),
        [ChainFindingKind.NotYetValidMember] = (FindingSeverity.Critical, "Check the clocks, or wait."),
        [ChainFindingKind.IncludesRoot] = (FindingSeverity.Information, "Leave it out: clients already have it, or do not trust it."),
        [ChainFindingKind.WeakSignature] = (FindingSeverity.Warning, "Have it signed with SHA-256 or better."),
        [ChainFindingKind.WeakKey] = (FindingSeverity.Warning, "Make a new key: New-PgCsr."),
    };

    private const int SoonDays = 30;

    /// <summary>The findings, the most severe first.</summary>
    public static Finding[] Find(SslConfigurationFacts facts) =>
    [
        .. FindBetween(facts)
            .Concat(facts.Sql is { } sql ? SettingFindings.Find(sql, TakesTls(facts)) : [])
            .Concat(facts.Served is { } served ? FindInServed(served, facts.At) : [])
            .Concat(FindInFiles(facts))
            .Concat(FindInNextFiles(facts))
            .Concat(FindInSettings(facts))
            .Concat(facts is { Sql: { } asked, Plaintext: { } plaintext } ? PlaintextFindings.Find(plaintext, asked) : [])
            .OrderByDescending(finding => finding.Level),
    ];

    private static IEnumerable<Finding> FindBetween(SslConfigurationFacts facts)
    {
        if (facts.SqlFailure is { } unseen)
            yield return new(
                "SettingsNotSeen", FindingSeverity.Information, $"There was no session, so settings and files were not examined: {unseen.Message}",
                unseen.Remedy ?? "Give -Credential.");
        if (facts is { IsPooled: true, WireFailure.Error: PgSslError.TlsNotOffered })
            yield return new(
                "PooledWithoutTls", FindingSeverity.Critical,
                "There is a pooler in between, and it does no TLS: its clients are in plaintext, whatever the settings of the server say.",
                "PgBouncer: Install-PgServerCertificate -PgBouncerIni sets its certificate and client_tls_sslmode. Then ask the server itself.");
        else if (facts.IsPooled)
            yield return new(
                "Pooled",
                FindingSeverity.Information,
                "There is a pooler in between: the certificate is the pooler's, the settings are the server's.",
                "Ask the server itself, with its own port.");
        if (facts.SeveralServers is { } several)
            yield return new(
                "SeveralServers", FindingSeverity.Warning,
                $"{several} The settings and files are those of one of them, and the certificate may be that of another one.",
                SeveralServers.Remedy);
        if (facts.Elsewhere is { } elsewhere)
            yield return new(
                "AnsweredElsewhere", FindingSeverity.Information,
                elsewhere + (facts is { IsDrifted: null, InFile: not null, Served: not null }
                    ? " The certificate that is served is not the one in the file: it is another server's, or nobody has reloaded this one." : ""),
                SeveralServers.Remedy);
        bool isRefused = facts.WireFailure?.Error == PgSslError.TlsNotOffered;
        if (isRefused && facts is { Sql.SslIsOn: true, IsPooled: false, SeveralServers: null })
            yield return new(
                "SslOnButNotServed", FindingSeverity.Critical,
                "ssl is on, but the server does no TLS: it could not load certificate, key or CA, and clients with sslmode=prefer use plaintext.",
                "Correct the files (Test-PgServerCertificate), reload, and look into the server's log for \"SSL configuration was not reloaded\".");
        else if (isRefused && facts.Sql is null)
            yield return new(
                "TlsIsOff", FindingSeverity.Critical, "The server does no TLS: anybody on the network path can read everything.",
                "Enable-PgSsl, with a certificate and its key.");
        if (facts.IsDrifted == true)
            yield return new(
                "CertificateDrift", FindingSeverity.Warning,
                $"{facts.Sql!.PathOf("ssl_cert_file")} holds another certificate ({CertificateNames.Display(facts.InFile!)}, " +
                $"valid until {CertificateTime.Day(facts.InFile!.NotAfter)}) than the one that is served " +
                $"(valid until {CertificateTime.Day(facts.Served!.NotAfter)}): nobody has reloaded the server, or it could not load the file.",
                "SELECT pg_reload_conf(); if that changes nothing, the server's log says why, and the next restart would fail.");
    }

    /// <summary>What prevents the server from loading its files; and, unless clients see it already, what they will object to.</summary>
    private static IEnumerable<Finding> FindInFiles(SslConfigurationFacts facts) =>
        from requirement in facts.Files is { } files ? ServerCertificateCheck.Judge(files) : []
        where requirement.IsMet == false && (requirement.Source == RequirementSource.Server || facts.IsDrifted != false)
        let isFatal = requirement.Source == RequirementSource.Server
        select new Finding(
            requirement.Requirement,
            requirement.Source switch
            {
                RequirementSource.Server => FindingSeverity.Critical,
                RequirementSource.Clients => FindingSeverity.Warning,
                _ => FindingSeverity.Information,
            },
            requirement.Detail + (isFatal && facts.Sql?.SslIsOn == true ? " The next restart would fail." : ""),
            requirement.Remedy ?? "");

    /// <summary>
    /// Whether a reload takes TLS from the server. An ordinary one keeps what it has if it cannot load its files (be-secure-openssl.c); where each
    /// process reads them, it goes on without TLS (postmaster.c, SubPostmasterMain).
    /// </summary>
    private static bool TakesTls(SslConfigurationFacts facts) => facts is { Settings: { Server.EachProcessReads: true } settings, Sql.SslIsOn: true }
        && (SettingRequirements.Judge(settings).Any(verdict => verdict.IsMet == false) || (facts.NextFiles is { } files
            && ServerCertificateCheck.Judge(files).Any(judged => judged is { IsMet: false, Source: RequirementSource.Server })));

    private const string DoNotReload = "Do not reload: each connection of this server reads the files for TLS itself, so after a reload there would "
        + "be no TLS, and sslmode=prefer would go on in plaintext.";

    /// <summary>The same for the files that somebody named and nobody has loaded yet.</summary>
    private static IEnumerable<Finding> FindInNextFiles(SslConfigurationFacts facts) =>
        from files in facts is { NextFiles: { } next, Sql.SslIsOn: true } ? [next] : Array.Empty<ServerCertificateFacts>()
        from requirement in ServerCertificateCheck.Judge(files)
        where requirement is { IsMet: false, Source: RequirementSource.Server }
        let takesTls = files.Server.EachProcessReads
        select new Finding(
            requirement.Requirement, FindingSeverity.Critical,
            $"After ssl_cert_file and ssl_key_file were changed: {requirement.Detail} "
                + (takesTls ? DoNotReload : "A reload keeps what it has, and the next restart would fail."),
            takesTls && PendingPair.Find(facts.Sql!) is { } pair ? $"Take it back: {pair.WayBack}" : requirement.Remedy ?? "");

    /// <summary>What prevents the server from loading its TLS again, apart from certificate and key.</summary>
    private static IEnumerable<Finding> FindInSettings(SslConfigurationFacts facts) =>
        from verdict in facts is { Settings: { } settings, Sql.SslIsOn: true } ? SettingRequirements.Judge(settings) : []
        where verdict.IsMet == false
        select new Finding(
            verdict.Requirement.Name, FindingSeverity.Critical,
            $"{verdict.Detail} {(TakesTls(facts) ? DoNotReload : "The next restart would fail, or go on without it.")}",
            verdict.Remedy ?? "");

    private static IEnumerable<Finding> FindInServed(ServerCertificate served, DateTimeOffset at)
    {
        // ChainStatus was found with the roots of this machine, which decide whether an intermediate is missing.
        foreach (ChainFinding finding in ServedChain.Examine(served.Chain, at).Findings)
            if (served.ChainStatus.Contains($"{finding.Kind}"))
                yield return new($"{finding.Kind}", OfChains[finding.Kind].Severity, Sentence.Of(finding.Message), OfChains[finding.Kind].Remedy);
        if (served.DaysRemaining is >= 0 and < SoonDays)
            yield return new(
                "ExpiresSoon",
                FindingSeverity.Warning,
                $"The certificate expires on {CertificateTime.Day(served.NotAfter)}, in {served.DaysRemaining} days.",
                "Renew it: Get-PgServerCertificate | New-PgCsr, then Install-PgServerCertificate.");
    }
}
