using System.Text;
using Npgsql;
using PgSsl.Connections;
using PgSsl.Server;

namespace PgSsl.Sql;

/// <summary>
/// Reads a result into memory, as much as any of our statements may have: who answers is not always a PostgreSQL, nor a friend.
/// </summary>
internal sealed class ResultReader(NpgsqlDataReader reader, ConnectionHost host)
{
    // The longest answers are pg_hba.conf with a million rules (pg_read_binary_file, base64) and the sessions of a large server.
    private const long MostBytes = 128L << 20;
    private const int MostRows = 2_000_000;

    private long _bytes;

    /// <summary>Reads all rows.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnexpectedAnswer"/>: there are too many, or they are too large.</exception>
    public async Task<IReadOnlyList<SqlRow>> ReadAsync(CancellationToken cancellationToken)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < reader.FieldCount; i++)
            columns.TryAdd(reader.GetName(i), i);

        var rows = new List<SqlRow>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (rows.Count == MostRows)
                throw TooLarge($"more than {MostRows:N0} rows");
            string?[] values = new string?[reader.FieldCount];
            for (int i = 0; i < values.Length; i++)
                values[i] = await ReadValueAsync(i, cancellationToken).ConfigureAwait(false);
            rows.Add(new SqlRow(columns, values));
        }
        return rows;
    }

    private async Task<string?> ReadValueAsync(int column, CancellationToken cancellationToken)
    {
        // Also NULL takes a place.
        _bytes += IntPtr.Size;
        if (_bytes > MostBytes)
            throw TooLarge($"more than {MostBytes >> 20} MB");
        if (await reader.IsDBNullAsync(column, cancellationToken).ConfigureAwait(false))
            return null;
        using Stream stream = await reader.GetStreamAsync(column, cancellationToken).ConfigureAwait(false);
        _bytes += stream.Length;
        if (_bytes > MostBytes)
            throw TooLarge($"more than {MostBytes >> 20} MB");
        byte[] value = new byte[stream.Length];
        await stream.ReadExactlyAsync(value, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(value);
    }

    private PgSslException TooLarge(string what) => new(
        PgSslError.UnexpectedAnswer,
        string.Create(null, $"{host} answered a statement with {what}, which no PostgreSQL does."),
        "Find out what answers there: it may not be PostgreSQL.");
}
