namespace PgSsl.Patterns;

/// <summary>What a regular expression takes for one character.</summary>
internal enum RegexUnits
{
    /// <summary>
    /// Bytes of UTF-8: how pg_hba.conf is matched. When a server reads that file and when it authenticates, it has no database and
    /// thus no encoding yet (mbutils.c: DatabaseEncoding begins as SQL_ASCII; postinit.c sets it after PerformAuthentication), so
    /// <c>^.$</c> does not match a database called é, and <c>^..$</c> does.
    /// </summary>
    Bytes,

    /// <summary>Unicode code points: what <c>~</c> and the view pg_hba_file_rules do in a UTF8 database.</summary>
    CodePoints,
}
