using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Wire;

/// <summary>The first message of a session: who wants in, and where to (PostgreSQL documentation, "Message Formats: StartupMessage").</summary>
internal static class StartupMessage
{
    // The server refuses more than this, its own length word aside (src/include/libpq/pqcomm.h, MAX_STARTUP_PACKET_LENGTH).
    private const int MaxLength = 10_000;

    /// <summary>Protocol 3.0: what every server since 7.4 speaks.</summary>
    private const int ProtocolVersion = 3 << 16;

    /// <summary>Encodes the message. It holds no secret: a password is only ever sent in answer to the server's request.</summary>
    /// <param name="userName">The role to log in as.</param>
    /// <param name="database">The database to connect to.</param>
    /// <param name="applicationName">How the server's log and pg_stat_activity name the client.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidParameterValue"/> for a NUL inside a value or a message the server would refuse.
    /// </exception>
    public static byte[] Encode(string userName, string database, string applicationName)
    {
        var message = new MemoryStream();
        message.Write(stackalloc byte[4]);
        WriteInt32(message, ProtocolVersion);
        WriteParameter(message, "user", userName);
        WriteParameter(message, "database", database);
        WriteParameter(message, "application_name", applicationName);
        message.WriteByte(0);

        if (message.Length > MaxLength)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"User and database name take {message.Length} bytes in the startup message; a server reads at most {MaxLength}.",
                "Check -UserName and -Database: PostgreSQL cuts names at 63 bytes.");

        byte[] bytes = message.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length);
        return bytes;
    }

    private static void WriteParameter(MemoryStream message, string name, string value)
    {
        if (value.Contains('\0'))
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"The value of \"{name}\" holds a NUL character; a startup message cannot carry one.",
                $"Remove the NUL from \"{name}\".");
        foreach (string text in (ReadOnlySpan<string>)[name, value])
        {
            message.Write(Encoding.UTF8.GetBytes(text));
            message.WriteByte(0);
        }
    }

    private static void WriteInt32(MemoryStream message, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        message.Write(bytes);
    }
}
