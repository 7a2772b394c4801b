using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>What <see cref="HostileSql"/> answers to a statement.</summary>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Rows">The rows, each with a value per column, or with another number of them. They may never end.</param>
public sealed record HostileAnswer(IReadOnlyList<string> Columns, IEnumerable<IReadOnlyList<string?>> Rows)
{
    /// <summary>Refuses the statement, instead; null if it does not.</summary>
    public string? SqlState { get; init; }
}

/// <summary>A server that lets everybody in, and then answers statements as nobody expects; for <see cref="HostileServer"/>.</summary>
public static class HostileSql
{
    /// <summary>The first statement of a session: what it expects of a server of this version, without a pooler.</summary>
    public static HostileAnswer Greeting(int version = 180000) =>
        new(["set", "role", "database", "version"], [["", "postgres", "postgres", $"{version}"]]);

    /// <summary>Answers the first statement as PostgreSQL does, and the others by a function of their text.</summary>
    public static ServerScript AfterGreeting(Func<string, HostileAnswer> answer)
    {
        return HostileScripts.WithoutTls(async (client, cancellation) =>
        {
            bool isFirst = true;
            await ServeAsync(
                client,
                sql =>
                {
                    HostileAnswer given = isFirst ? Greeting() : answer(sql);
                    isFirst = false;
                    return given;
                },
                cancellation);
        });
    }

    /// <summary>Answers the first statement as PostgreSQL does, and the second by a script.</summary>
    public static ServerScript AfterGreetingRaw(ServerScript script) => HostileScripts.WithoutTls(async (client, cancellation) =>
    {
        bool isFirst = true;
        await ServeAsync(
            client,
            _ =>
            {
                bool wasFirst = isFirst;
                isFirst = false;
                return wasFirst ? Greeting() : null;
            },
            cancellation);
        await script(client, cancellation);
    });

    /// <summary>Answers the first statement by a script.</summary>
    public static ServerScript Raw(ServerScript script) => HostileScripts.WithoutTls(async (client, cancellation) =>
    {
        await ServeAsync(client, _ => null, cancellation);
        await script(client, cancellation);
    });

    /// <summary>Answers each statement, the first one too, by a function of its text.</summary>
    public static ServerScript Always(Func<string, HostileAnswer> answer) =>
        HostileScripts.WithoutTls((client, cancellation) => ServeAsync(client, answer, cancellation));

    /// <summary>Serves until the client ends the session, or there is no answer.</summary>
    private static async Task ServeAsync(Stream client, Func<string, HostileAnswer?> answer, CancellationToken cancellation)
    {
        await client.WriteAsync(
            (byte[])
            [
                .. HostileScripts.Message('R', new byte[4]),
                .. HostileScripts.Message('S', "server_version\018.0\0"u8.ToArray()),
                .. HostileScripts.Message('S', "client_encoding\0UTF8\0"u8.ToArray()),
                .. HostileScripts.Message('S', "standard_conforming_strings\0on\0"u8.ToArray()),
                .. HostileScripts.Message('K', new byte[8]),
                .. HostileScripts.Message('Z', "I"u8.ToArray()),
            ],
            cancellation);
        string sql = "";
        while (true)
        {
            (char type, byte[] body) = await ReadMessageAsync(client, cancellation);
            switch (type)
            {
                case 'P':
                    // The name of the statement, its text, and the types of its parameters.
                    sql = Encoding.UTF8.GetString(body).Split('\0')[1];
                    break;
                case 'S' when answer(sql) is { } given:
                    await AnswerAsync(client, given, cancellation);
                    break;
                case 'S':
                    return;
                case 'X':
                    return;
            }
        }
    }

    private static async Task AnswerAsync(Stream client, HostileAnswer answer, CancellationToken cancellation)
    {
        if (answer.SqlState is { } state)
        {
            byte[] fields = Encoding.UTF8.GetBytes($"SERROR\0VERROR\0C{state}\0Mpermission denied\0\0");
            await client.WriteAsync(
                (byte[])[.. HostileScripts.Message('E', fields), .. HostileScripts.Message('Z', "I"u8.ToArray())], cancellation);
            return;
        }
        await client.WriteAsync(
            (byte[])
            [
                .. HostileScripts.Message('1', []), .. HostileScripts.Message('2', []),
                .. HostileScripts.Message('T', [.. Int16(answer.Columns.Count), .. answer.Columns.SelectMany(DescribeText)]),
            ],
            cancellation);
        foreach (IReadOnlyList<string?> row in answer.Rows)
            await client.WriteAsync(HostileScripts.Message('D', [.. Int16(row.Count), .. row.SelectMany(Value)]), cancellation);
        await client.WriteAsync(
            (byte[])[.. HostileScripts.Message('C', "SELECT 1\0"u8.ToArray()), .. HostileScripts.Message('Z', "I"u8.ToArray())], cancellation);
    }

    // Name, table, column, type (text), length, modifier, format (text).
    private static byte[] DescribeText(string name) =>
        [.. Encoding.UTF8.GetBytes(name), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0];

    private static byte[] Value(string? value) =>
        value is null ? [0xFF, 0xFF, 0xFF, 0xFF] : [.. Int32(Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)];

    private static byte[] Int16(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, (short)value);
        return bytes;
    }

    private static byte[] Int32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static async Task<(char Type, byte[] Body)> ReadMessageAsync(Stream client, CancellationToken cancellation)
    {
        byte[] header = new byte[5];
        await client.ReadExactlyAsync(header, cancellation);
        byte[] body = new byte[Math.Clamp(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4, 0, 1 << 20)];
        await client.ReadExactlyAsync(body, cancellation);
        return ((char)header[0], body);
    }
}
