using System.Net.Sockets;
using System.Reflection;
using Npgsql;

namespace PgSsl.Sql;

/// <summary>
/// Ends a connection whose other end goes on talking. Npgsql reads an answer to its end before it closes a connection, also one that was
/// cancelled, and a hostile server's answer has no end. It has no method for that, so its socket is closed below it; a test fails if another
/// version of Npgsql keeps it elsewhere.
/// </summary>
internal static class ConnectionAbort
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    /// <summary>Closes the socket. Whatever waits for it fails.</summary>
    public static void Abort(NpgsqlConnection connection)
    {
        object? connector = typeof(NpgsqlConnection).GetProperty("Connector", Internal)?.GetValue(connection);
        (connector?.GetType().GetField("_socket", Internal)?.GetValue(connector) as Socket)?.Dispose();
    }
}
