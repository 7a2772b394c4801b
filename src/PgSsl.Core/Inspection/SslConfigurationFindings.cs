using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using PgSsl.Requirements;

namespace PgSsl.Inspection;

/// <summary>What is the matter with a server's TLS, seen from all sides.</summary>
internal static class SslConfigurationFindings
{
    // Reported from the chain itself, so that a server whose files are out of reach is judged too.
    private static readonly Dictionary<ChainFindingKind, (FindingSeverity Severity, string Remedy)> OfChains = new()
    {
        [ChainFindingKind.SelfSigned] = (FindingSeverity.Warning, "Have a CA sign one: New-PgCsr, then Install-PgServerCertificate. Until then clients must be given this very certificate."),
        [ChainFindingKind.MissingIntermediate] = (FindingSeverity.Warning, "Send the intermediates: Install-PgServerCertificate puts them behind the certificate."),
        [ChainFindingKind.OutOfOrder] = (FindingSeverity.Information, "Put each certificate behind the one that it issued: Install-PgServerCertificate does."),
        [ChainFindingKind.UnrelatedCertificate] = (FindingSeverity.Information, "Take it out of ssl_cert_file."),
        [ChainFindingKind.DuplicateCertificate] = (FindingSeverity.Information, "Take it out of ssl_cert_file."),
        [ChainFindingKind.ExpiredMember] = (FindingSeverity.Critical, "Renew it: New-PgCsr, then Install-PgServerCertificate."),
        [ChainFindingKind.NotYetValidMember] = (FindingSeverity.Critical, "Look at the clocks, or wait."),
        [ChainFindingKind.IncludesRoot] = (FindingSeverity.Information, "Leave it out: clients have it, or do not trust it."),
        [ChainFindingKind.WeakSignature] = (FindingSeverity.Warning, "Have it signed with SHA-256 or better."),
        [ChainFindingKind.WeakKey] = (FindingSeverity.Warning, "Make a new key: New-PgCsr."),
    };

    private const int SoonDays = 30;

    /// <summary>The findings, the most severe first.</summary>
    public static Finding[] Find(SslConfigurationFacts facts) =>
    [
        .. FindBetween(facts)
            .Concat(facts.Sql is { } sql ? SettingFindings.Find(sql) : [])
            .Concat(facts.Served is { } served ? FindInServed(served, facts.At) : [])
            .Concat(FindInFiles(facts))
            .OrderByDescending(finding => finding.Severity),
    ];

    private static IEnumerable<Finding> FindBetween(SslConfigurationFacts facts)
    {
        if (facts.SqlFailure is { } unseen)
            yield return new(
                "SettingsNotSeen", FindingSeverity.Information, $"There was no session, so that settings and files were not looked at: {unseen.Message}",
                unseen.Remedy ?? "Give -Credential.");
        if (facts.IsPooled)
            yield return new(
                "Pooled", FindingSeverity.Information, "A pooler is in between: the certificate is the pooler's, the settings are the server's.",
                "Ask the server itself, with its own port.");
        bool isRefused = facts.WireFailure?.Error == PgSslError.TlsNotOffered;
        if (isRefused && facts is { Sql.SslIsOn: true, IsPooled: false })
            yield return new(
                "SslOnButNotServed", FindingSeverity.Critical,
                "ssl is on, and the server does no TLS: it could not load certificate, key or CA, and clients with sslmode=prefer come in plaintext.",
                "Put the files right (Test-PgServerCertificate), reload, and look into the server's log for \"SSL configuration was not reloaded\".");
        else if (isRefused && facts.Sql is null)
            yield return new("TlsIsOff", FindingSeverity.Critical, "The server does no TLS: whoever is on the way reads along.", "Enable-PgSsl, with a certificate and its key.");
        if (facts.IsDrifted == true)
            yield return new(
                "CertificateDrift", FindingSeverity.Warning,
                $"{facts.Sql!.PathOf("ssl_cert_file")} holds another certificate ({CertificateNames.Display(facts.InFile!)}, valid until {CertificateTime.Day(facts.InFile!.NotAfter)}) " +
                $"than is served (valid until {CertificateTime.Day(facts.Served!.NotAfter)}): nobody has reloaded, or the server could not load it.",
                "SELECT pg_reload_conf(); if that changes nothing, the server's log says why, and the next restart would fail.");
    }

    /// <summary>What keeps the server from loading its files; and what clients will meet, where they do not meet it yet.</summary>
    private static IEnumerable<Finding> FindInFiles(SslConfigurationFacts facts) =>
        from requirement in facts.Files is { } files ? ServerCertificateCheck.Judge(files) : []
        where requirement.IsMet == false && (requirement.RequiredBy == RequirementSource.Server || facts.IsDrifted != false)
        let isFatal = requirement.RequiredBy == RequirementSource.Server
        select new Finding(
            requirement.Requirement,
            requirement.RequiredBy switch
            {
                RequirementSource.Server => FindingSeverity.Critical,
                RequirementSource.Clients => FindingSeverity.Warning,
                _ => FindingSeverity.Information,
            },
            requirement.Detail + (isFatal && facts.Sql?.SslIsOn == true ? " The next restart would fail." : ""),
            requirement.Remedy ?? "");

    private static IEnumerable<Finding> FindInServed(ServerCertificate served, DateTimeOffset at)
    {
        // Which roots are known decides whether an intermediate is missing, and was decided before.
        foreach (ChainFinding finding in ServedChain.Examine(served.Chain, at).Findings.Where(one => served.ChainStatus.Contains($"{one.Kind}")))
            yield return new($"{finding.Kind}", OfChains[finding.Kind].Severity, Sentence.Of(finding.Message), OfChains[finding.Kind].Remedy);
        if (served.DaysRemaining is >= 0 and < SoonDays)
            yield return new(
                "ExpiresSoon", FindingSeverity.Warning, $"The certificate expires on {CertificateTime.Day(served.NotAfter)}, in {served.DaysRemaining} days.",
                "Renew it: Get-PgServerCertificate | New-PgCsr, then Install-PgServerCertificate.");
    }
}
