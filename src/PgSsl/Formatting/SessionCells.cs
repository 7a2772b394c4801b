using System.Management.Automation;
using System.Management.Automation.Host;
using PgSsl.Binding;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Formatting;

/// <summary>What Session.Format.ps1xml shows in its columns. Values may come deserialized, so nothing here relies on their types.</summary>
public static class SessionCells
{
    private const int Wide = 100;

    /// <summary>The server as host:port; its -Endpoint is a connection string if it is more than that.</summary>
    public static string Server(object? endpoint) => EndpointName.Of($"{endpoint}") ?? PrintableText.Of($"{endpoint}");

    /// <summary>Where the session comes from.</summary>
    public static string From(PSObject session)
    {
        ArgumentNullException.ThrowIfNull(session);
        string address = $"{session.Properties["ClientAddress"]?.Value}";
        return address.Length == 0 ? "" : Cells.Server(address, session.Properties["ClientPort"]?.Value);
    }

    /// <summary>The same for a table: in a narrow window without the port, and of a long address both ends.</summary>
    public static string From(PSObject session, PSHost? host)
    {
        ArgumentNullException.ThrowIfNull(session);
        string from = Columns.WindowOf(host) < Wide ? PrintableText.Of($"{session.Properties["ClientAddress"]?.Value}") : From(session);
        return Columns.CutMiddle(from, host, 15, 40);
    }

    /// <summary>The application; this module's own session, by which it sees all others, is marked.</summary>
    public static string Application(PSObject session, PSHost? host, object? style)
    {
        ArgumentNullException.ThrowIfNull(session);
        string name = PrintableText.Of($"{session.Properties["ApplicationName"]?.Value}");
        return session.Properties["IsOwn"]?.Value is true ? Cells.Paint($"{name} (own)", "BrightBlack", style) : Columns.Cut(name, host, 11, 30);
    }

    /// <summary>Whether -Terminate ended it.</summary>
    public static string IsTerminated(object? value, object? style) => HbaCells.Proven(value, style);

    /// <summary>The database; physical replication has none.</summary>
    public static string Database(PSObject session)
    {
        ArgumentNullException.ThrowIfNull(session);
        string database = $"{session.Properties["Database"]?.Value}";
        return database.Length == 0 && session.Properties["IsReplication"]?.Value is true ? "(replication)" : PrintableText.Of(database);
    }

    /// <summary>The same for a table: in a narrow window the protocol only.</summary>
    public static string Cipher(PSObject session, PSHost? host)
    {
        ArgumentNullException.ThrowIfNull(session);
        return Columns.WindowOf(host) < Wide ? PrintableText.Of($"{session.Properties["Protocol"]?.Value}")
            : Columns.Cut(Cipher(session), host, 7, 20);
    }

    /// <summary>What encrypts it.</summary>
    public static string Cipher(PSObject session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return PrintableText.Of($"{session.Properties["Protocol"]?.Value} {session.Properties["CipherSuite"]?.Value}".Trim());
    }
}
