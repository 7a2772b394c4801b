using System.Buffers.Binary;
using System.Text;

namespace PgSsl.Wire;

/// <summary>The first message of a session: the role and the database (PostgreSQL documentation, "Message Formats: StartupMessage").</summary>
internal static class StartupMessage
{
    // The server refuses a longer one; its length word is not counted (src/include/libpq/pqcomm.h, MAX_STARTUP_PACKET_LENGTH).
    private const int MaxLength = 10_000;

    /// <summary>Protocol 3.0, which every server since 7.4 knows.</summary>
    private const int ProtocolVersion = 3 << 16;

    /// <summary>Encodes the message. It has no secret in it: a password is sent only when the server asks for it.</summary>
    /// <param name="userName">The role to log in as.</param>
    /// <param name="database">The database to connect to.</param>
    /// <param name="applicationName">The client's name in the server's log and in pg_stat_activity.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidParameterValue"/>: a value has a NUL in it, or the server would refuse the message.
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
                $"With this user and database the startup message has {message.Length} bytes, and a server reads at most {MaxLength}.",
                "Check -UserName and -Database: names in PostgreSQL have at most 63 bytes.");

        byte[] bytes = message.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length);
        return bytes;
    }

    private static void WriteParameter(MemoryStream message, string name, string value)
    {
        if (value.Contains('\0'))
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"The value of \"{name}\" has a NUL character in it, which a startup message cannot carry.",
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
