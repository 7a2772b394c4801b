using PgSsl.Patterns;
using PgSsl.Server;

namespace PgSsl.Hba.Live;

/// <summary>pg_ident.conf as it is on the disk (pg_ident_file_mappings, from PostgreSQL 15 on).</summary>
/// <param name="lines">The lines.</param>
internal sealed class IdentMap(IReadOnlyList<IdentMapLine> lines)
{
    /// <summary>Asks the server; null where nothing is known, or the server would not load the file, and go on with what it has.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<IdentMap?> ReadAsync(IServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            const string Sql = "SELECT map_name, sys_name, pg_username, error FROM pg_ident_file_mappings";
            IReadOnlyList<SqlRow> rows = await session.QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false);
            return rows.Any(row => row["error"] is not null) ? null : new IdentMap(
                [.. rows.Select(row => new IdentMapLine(row.Required("map_name"), row.Required("sys_name"), row.Required("pg_username")))]);
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return null;
        }
    }

    /// <summary>Whether a map may let somebody in as a role (hba.c, check_ident_usermap).</summary>
    /// <param name="map">The map's name.</param>
    /// <param name="systemName">Who it is in the certificate, in Kerberos or in the operating system; null if that is not known.</param>
    /// <param name="role">The role.</param>
    /// <param name="comparison">Whether letters of another case may be the same: in Kerberos, by krb_caseins_users.</param>
    public bool MayMap(string map, string? systemName, string role, StringComparison comparison = StringComparison.Ordinal) =>
        lines.Any(line => line.Map == map && line.MayBeFor(systemName, comparison) && line.MayStandFor(role, systemName, comparison));
}

/// <summary>A line of pg_ident.conf.</summary>
/// <param name="Map">The map's name.</param>
/// <param name="SystemName">Who it is elsewhere, or a slash and a regular expression.</param>
/// <param name="Role">The role: all, +role and /pattern may stand for any, and so may one with <c>\1</c>.</param>
internal sealed record IdentMapLine(string Map, string SystemName, string Role)
{
    private const string Captured = "\\1";

    /// <summary>Whether it may be for somebody.</summary>
    /// <param name="name">Who it is; null if that is not known.</param>
    /// <param name="comparison">How names are compared.</param>
    public bool MayBeFor(string? name, StringComparison comparison)
    {
        if (name is null || !SystemName.StartsWith('/'))
            return name is null || string.Equals(SystemName, name, comparison);
        return comparison != StringComparison.Ordinal || AdvancedRegex.TryParse(SystemName[1..], out _) is not { } pattern
            || !pattern.TryMatch(name, out bool isMatch) || isMatch;
    }

    /// <summary>Whether it may stand for a role.</summary>
    /// <param name="role">The role.</param>
    /// <param name="name">Who it is; null if that is not known.</param>
    /// <param name="comparison">How names are compared.</param>
    public bool MayStandFor(string role, string? name, StringComparison comparison)
    {
        if (Role == role || Role == "all" || Role.StartsWith('+') || Role.StartsWith('/'))
            return true;
        int index = Role.IndexOf(Captured, StringComparison.Ordinal);
        if (index < 0)
            return false;
        string start = Role[..index], end = Role[(index + Captured.Length)..];
        return role.Length >= start.Length + end.Length && role.StartsWith(start, StringComparison.Ordinal)
            && role.EndsWith(end, StringComparison.Ordinal)
            && (name is null || name.Contains(role[start.Length..(role.Length - end.Length)], comparison));
    }
}
