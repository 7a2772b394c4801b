using System.Management.Automation;

namespace PgSsl.Formatting;

/// <summary>What Session.Format.ps1xml shows in its columns. Values may come deserialized, so nothing here relies on their types.</summary>
public static class SessionCells
{
    /// <summary>Where the session comes from.</summary>
    public static string From(PSObject session)
    {
        ArgumentNullException.ThrowIfNull(session);
        string address = $"{session.Properties["ClientAddress"]?.Value}";
        return address.Length == 0 ? "" : Cells.Server(address, session.Properties["ClientPort"]?.Value);
    }

    /// <summary>The database; physical replication has none.</summary>
    public static string Database(PSObject session)
    {
        ArgumentNullException.ThrowIfNull(session);
        string database = $"{session.Properties["Database"]?.Value}";
        return database.Length == 0 && session.Properties["IsReplication"]?.Value is true ? "(replication)" : database;
    }

    /// <summary>What encrypts it.</summary>
    public static string Cipher(PSObject session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return $"{session.Properties["Protocol"]?.Value} {session.Properties["CipherSuite"]?.Value}".Trim();
    }
}
