using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>pg_ident.conf as it is on the disk.</summary>
/// <param name="lines">The lines.</param>
internal sealed class IdentMap(IReadOnlyList<IdentMapLine> lines)
{
    /// <summary>Reads it; null where nothing is known, or the server would not load the file, and go on with what it has.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<IdentMap?> ReadAsync(LiveServer live, CancellationToken cancellationToken) =>
        await TryReadFileAsync(live, cancellationToken).ConfigureAwait(false)
            ?? await TryReadViewAsync(live.Session, cancellationToken).ConfigureAwait(false);

    /// <summary>The file tells which words are in quotes, and every version has it.</summary>
    private static async Task<IdentMap?> TryReadFileAsync(LiveServer live, CancellationToken cancellationToken)
    {
        const string Sql = $"SELECT CASE WHEN {VisibleSetting.Condition} THEN current_setting('ident_file') END AS ident";
        if ((await live.Session.QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false)).Only()["ident"] is not { } path
            || await ServerHbaFiles.TryReadAsync(live, path, cancellationToken).ConfigureAwait(false) is not { } document)
            return null;
        var lines = new List<IdentMapLine>();
        foreach (HbaEntry entry in document.Entries)
        {
            // Each field has one word (hba.c, parse_ident_line).
            if (entry.Line.Tokens is not [var map, var systemName, var role])
                return null;
            lines.Add(IdentMapLine.Of(map.Text, systemName.Text, role.Text, role.IsQuoted, document.Dialect.Major));
        }
        return new IdentMap(lines);
    }

    /// <summary>The view (from PostgreSQL 15 on) does not show quotes.</summary>
    private static async Task<IdentMap?> TryReadViewAsync(IServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            const string Sql = "SELECT map_name, sys_name, pg_username, error FROM pg_ident_file_mappings";
            IReadOnlyList<SqlRow> rows = await session.QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false);
            return rows.Any(row => row["error"] is not null) ? null : new IdentMap(
                [.. rows.Select(row => IdentMapLine.Of(
                    row.Required("map_name"), row.Required("sys_name"), row.Required("pg_username"), null, session.ServerVersion.Major))]);
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return null;
        }
    }

    /// <summary>Whether a map lets somebody in as a role (hba.c, check_ident_usermap); null if it cannot be told.</summary>
    /// <param name="map">The map's name.</param>
    /// <param name="systemName">Who it is in the certificate, in Kerberos or in the operating system; null if that is not known.</param>
    /// <param name="role">The role.</param>
    /// <param name="isMember">Whether a user is a member of a role; null if that is not known.</param>
    /// <param name="comparison">Whether letters of another case may be the same: in Kerberos, by krb_caseins_users.</param>
    public bool? Maps(
        string map, string? systemName, string role, Func<string, string, bool?> isMember, StringComparison comparison = StringComparison.Ordinal)
    {
        bool? answer = false;
        foreach (IdentMapLine line in lines.Where(line => line.Map == map))
        {
            bool? isForBoth = And(line.IsFor(systemName, comparison), line.StandsFor(role, systemName, isMember, comparison));
            if (isForBoth == true)
                return true;
            answer = isForBoth is null ? null : answer;
        }
        return answer;
    }

    private static bool? And(bool? one, bool? other) => one == false || other == false ? false : one & other;
}
