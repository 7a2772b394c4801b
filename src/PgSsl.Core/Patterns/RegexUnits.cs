namespace PgSsl.Patterns;

/// <summary>What a regular expression counts as one character.</summary>
internal enum RegexUnits
{
    /// <summary>
    /// Bytes of UTF-8: the server matches pg_hba.conf in this way. When it reads the file and when it authenticates, it does not have a database
    /// yet, and so no encoding (mbutils.c: DatabaseEncoding begins as SQL_ASCII; postinit.c sets it after PerformAuthentication). So
    /// <c>^.$</c> does not match a database called é, and <c>^..$</c> does.
    /// </summary>
    Bytes,

    /// <summary>Unicode code points: <c>~</c> and the view pg_hba_file_rules match in this way in a UTF8 database.</summary>
    CodePoints,
}
