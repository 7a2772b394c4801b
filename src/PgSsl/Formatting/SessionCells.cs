using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Formatting;

/// <summary>What Session.Format.ps1xml shows in its columns. Values may come deserialized, so nothing here relies on their types.</summary>
public static class SessionCells
{
    /// <summary>The server as host:port; its -Endpoint is a connection string if it is more than that.</summary>
    public static string Server(object? endpoint) => EndpointName.Of($"{endpoint}") ?? PrintableText.Of($"{endpoint}");

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
        return database.Length == 0 && session.Properties["IsReplication"]?.Value is true ? "(replication)" : PrintableText.Of(database);
    }

    /// <summary>What encrypts it.</summary>
    public static string Cipher(PSObject session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return PrintableText.Of($"{session.Properties["Protocol"]?.Value} {session.Properties["CipherSuite"]?.Value}".Trim());
    }
}
