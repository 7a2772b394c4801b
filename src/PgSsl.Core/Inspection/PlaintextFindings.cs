using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Inspection;

/// <summary>Finds that connections are without TLS, or may be, though the server has it.</summary>
internal static class PlaintextFindings
{
    private const int MostNamed = 3;

    /// <summary>The findings.</summary>
    /// <param name="facts">What the server shows.</param>
    /// <param name="sql">What it says of its settings.</param>
    public static IEnumerable<Finding> Find(PlaintextFacts facts, ServerTlsFacts sql)
    {
        // Without TLS everything is plaintext, as another finding says.
        if (sql.SslIsOn)
            foreach (Finding finding in FindInRules(facts).Concat(FindInSessions(facts.Sessions)).Concat(FindHidden(facts, sql)))
                yield return finding;
        if (facts.ReceiverSslMode is { } mode && SslModeText.TryParse(mode, out SslMode parsed) && parsed <= SslMode.Require)
            yield return new(
                "StandbySslMode", parsed < SslMode.Require ? FindingSeverity.Warning : FindingSeverity.Information,
                $"This standby connects to its primary with sslmode={mode}, so "
                    + (parsed < SslMode.Require ? "replication may be in plaintext." : "replication goes to whoever answers, encrypted."),
                "Set sslmode=verify-full and sslrootcert in primary_conninfo.");
    }

    private static IEnumerable<Finding> FindInRules(PlaintextFacts facts)
    {
        if (facts.Rules is not { } rules)
            yield break;
        if (!rules.IsLoadable)
            yield return new(
                "RulesRefused", FindingSeverity.Critical,
                rules.Refused.FirstOrDefault() is { } refused
                    ? $"The server refuses pg_hba.conf because of {rules.PlaceOf(refused.Line)}, and uses the rules that it had before. "
                        + "The next restart would fail."
                    : "There is no rule in pg_hba.conf. The server uses those that it had before, and the next restart would fail.",
                "Correct it: Get-PgHbaRule shows what is wrong. Until then nobody can see which rules are used.");
        else if (facts.RulesWaiting.Count > 0)
            yield return new(
                "RulesNotLoaded", FindingSeverity.Warning,
                $"{string.Join(" ", facts.RulesWaiting)} The server uses other rules than those in the file, perhaps.",
                "Find out who changed it; SELECT pg_reload_conf() loads it.");
        string[] places = [.. rules.LettingPlaintextIn.Select(entry => rules.PlaceOf(entry.Line))];
        if (places.Length > 0)
            yield return new(
                "PlaintextLetIn", FindingSeverity.Warning,
                $"Clients may connect without TLS: {ListOf(places)} {(places.Length == 1 ? "lets" : "let")} them in, or some of them.",
                "Demand TLS in pg_hba.conf: Set-PgHbaSsl. Get-PgHbaRule shows the rules, and Test-PgHbaRule -NoSsl what they do with a client.");
    }

    private static IEnumerable<Finding> FindInSessions(SessionList list)
    {
        SslSession[] sessions = [.. list.Sessions.Where(session => session is { IsPlaintext: true, IsOwn: false, IsLoopback: false })];
        if (sessions.Length > 0)
        {
            string[] roles = [.. sessions.GroupBy(session => session.UserName).OrderByDescending(role => role.Count())
                .Select(role => $"{role.Key} ({role.Count()})")];
            yield return new(
                "PlaintextSessions", FindingSeverity.Warning,
                $"{sessions.Length} {(sessions.Length == 1 ? "session is" : "sessions are")} in plaintext over the network now: {ListOf(roles)}.",
                "Set sslmode=verify-full in these applications. Get-PgSslSession -Plaintext shows the sessions.");
        }
    }

    private static IEnumerable<Finding> FindHidden(PlaintextFacts facts, ServerTlsFacts sql)
    {
        string role = SqlQuoting.Identifier(sql.UserName);
        int hidden = facts.Sessions.HiddenCount;
        var (what, grants) = (new List<string>(), new List<string>());
        // A service keeps its rules to itself, and nobody could grant a look at them.
        if (facts.Rules is null && sql.Managers.Count == 0)
        {
            what.Add("pg_hba.conf");
            if (sql.HbaFile is null)
                grants.Add($"GRANT pg_read_all_settings TO {role}");
            grants.Add(ServerHbaFiles.GrantsFor(sql.UserName));
        }
        if (hidden > 0)
        {
            what.Add($"{hidden} {(hidden == 1 ? "session" : "sessions")} of other roles");
            grants.Add($"GRANT pg_read_all_stats TO {role}");
        }
        if (what.Count > 0)
            yield return new(
                "PlaintextNotSeen", FindingSeverity.Information,
                $"Role {sql.UserName} may not see {string.Join(" and ", what)}, so it is not known whether there is plaintext.",
                $"As a superuser: {string.Join("; ", grants)}");
    }

    private static string ListOf(string[] names) => string.Join(", ", names.Take(MostNamed))
        + (names.Length > MostNamed ? $" and {names.Length - MostNamed} more" : "");
}
