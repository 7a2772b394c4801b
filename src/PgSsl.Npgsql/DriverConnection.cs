using System.Net.Sockets;
using System.Reflection;
using Npgsql;
using Npgsql.Util;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Server;

namespace PgSsl.Sql;

/// <summary>
/// Npgsql's connection below <see cref="NpgsqlConnection"/>. Npgsql believes the lengths and counts that a server sends, and reads an answer to its
/// end before it closes a connection; so whoever answers could fill the memory, occupy a processor, and be waited for without end. Npgsql has no
/// settings against that, so this class reaches below it. That is possible because the module brings its own version of Npgsql and shares it with
/// nobody; tests fail if another version has other members.
/// </summary>
internal sealed class DriverConnection
{
    // Rows are read in pieces and have bounds of their own (ResultReader). No other message of PostgreSQL gets near to it.
    private const int LongestMessage = 1 << 20;

    // Npgsql keeps each of them by its name. PostgreSQL 18 and PgBouncer have fewer than twenty.
    private const int MostParameters = 100;

    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    // How much a server can send meanwhile does not matter.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private static readonly Type ConnectorType = typeof(NpgsqlConnection).Assembly.GetType("Npgsql.Internal.NpgsqlConnector", throwOnError: true)!;
    private static readonly Type BufferType = typeof(NpgsqlConnection).Assembly.GetType("Npgsql.Internal.NpgsqlReadBuffer", throwOnError: true)!;
    private static readonly PropertyInfo Buffer = ConnectorType.GetProperty("ReadBuffer", Members)!;
    private static readonly FieldInfo OtherBuffer = ConnectorType.GetField("_origReadBuffer", Members)!;
    private static readonly PropertyInfo Parameters = ConnectorType.GetProperty("PostgresParameters", Members)!;
    private static readonly FieldInfo SocketField = ConnectorType.GetField("_socket", Members)!;
    private static readonly PropertyInfo ConnectorLogger = ConnectorType.GetProperty("ConnectionLogger", Members)!;
    private static readonly FieldInfo ConnectionLogger = typeof(NpgsqlConnection).GetField("_connectionLogger", Members)!;
    private static readonly PropertyInfo BufferSize = BufferType.GetProperty("Size", Members)!;
    private static readonly PropertyInfo BytesLeft = BufferType.GetProperty("ReadBytesLeft", Members)!;
    private static readonly PropertyInfo Source = BufferType.GetProperty("Underlying", Members)!;

    private readonly NpgsqlDataSource _dataSource;
    private readonly NpgsqlConnection _unopened;
    private readonly ConnectionHost _host;
    private readonly object _connector;

    /// <summary>Makes a connection that is not open.</summary>
    public DriverConnection(NpgsqlDataSource dataSource, ConnectionHost host)
    {
        _dataSource = dataSource;
        _host = host;
        _unopened = dataSource.CreateConnection();
        _connector = Create(ConnectorType, dataSource, _unopened);
    }

    /// <summary>Why the connection was aborted; null if the server did nothing that is out of bounds.</summary>
    public PgSslException? Violation { get; private set; }

    /// <summary>What Npgsql does to open a connection, except that this class knows it before it is open (NpgsqlConnection.Open).</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        object timeout = Create(typeof(NpgsqlTimeout), TimeSpan.FromSeconds(_unopened.ConnectionTimeout));
        await ((Task)ConnectorType.GetMethod("Open", Members)!.Invoke(_connector, [timeout, true, cancellationToken])!).ConfigureAwait(false);
        var connection = (NpgsqlConnection)Create(typeof(NpgsqlConnection), _dataSource, _connector);
        // Closing needs it, and that constructor leaves it out.
        ConnectionLogger.SetValue(connection, ConnectorLogger.GetValue(_connector));
        return connection;
    }

    /// <summary>Looks at the server's next message before Npgsql does, which is about to answer a demand for the password.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnexpectedAnswer"/>: the next message has begun already.</exception>
    public void LimitIterations()
    {
        if ((int)BytesLeft.GetValue(Buffer.GetValue(_connector))! > 0)
            throw ScramLimit.Unexpected(_host, "more than a demand for the password, without waiting for it");
        // There are two if the server's request was longer than the buffer.
        foreach (object? buffer in (object?[])[Buffer.GetValue(_connector), OtherBuffer.GetValue(_connector)])
        {
            if (buffer is not null && Source.GetValue(buffer) is Stream source)
                Source.SetValue(buffer, new ScramLimit(source, _host));
        }
    }

    /// <summary>
    /// Ends the connection if the server announces a message that is too long, or more parameters than any has. Npgsql makes a buffer of that
    /// length, which costs nothing until it is filled.
    /// </summary>
    /// <returns>Ends the watch.</returns>
    public IDisposable WatchMessages() => new Timer(_ => Look(), null, LookInterval, LookInterval);

    /// <summary>Closes the socket. Whatever waits for it fails.</summary>
    public void Abort() => (SocketField.GetValue(_connector) as Socket)?.Dispose();

    /// <summary>The account of this machine that accepted the connection; null if that is not known.</summary>
    public uint? PeerUser
    {
        get
        {
            try
            {
                return SocketField.GetValue(_connector) is Socket socket ? SocketPeer.UserOf(socket) : null;
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException or IOException)
            {
                return null;
            }
        }
    }

    private void Look()
    {
        if (Violation is not null)
            return;
        if (Buffer.GetValue(_connector) is { } buffer && (int)BufferSize.GetValue(buffer)! > LongestMessage)
            Refuse($"a message of more than {LongestMessage >> 20} MB that is not a row");
        else if (((Dictionary<string, string>)Parameters.GetValue(_connector)!).Count > MostParameters)
            Refuse($"more than {MostParameters} parameters");
    }

    private void Refuse(string what)
    {
        Violation = ScramLimit.Unexpected(_host, what);
        Abort();
    }

    private static object Create(Type type, params object[] arguments) =>
        Activator.CreateInstance(type, Members, null, arguments, null)!;
}
