using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PgSsl.Wire;

/// <summary>
/// Reads the first message after a StartupMessage from the bytes that have come so far. Limits and order of checks are libpq's
/// (fe-connect.c, PQconnectPoll, CONNECTION_AWAITING_RESPONSE), so memory stays bounded whatever length the server claims.
/// </summary>
internal static class BackendMessages
{
    /// <summary>No answer is longer than this many bytes: libpq's MAX_ERRLEN and the type byte.</summary>
    public const int MaxAnswerLength = 30_000 + 1;

    private const int HeaderLength = 5;
    private const int MaxAuthenticationLength = 2_000;

    /// <summary>Reads the answer, or says that more bytes are needed.</summary>
    /// <param name="received">All bytes received since the StartupMessage.</param>
    /// <returns>The answer; null while it is incomplete.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.NotPostgreSql"/> or <see cref="PgSslError.ProtocolViolation"/>.</exception>
    public static StartupAnswer? ReadStartupAnswer(ReadOnlySpan<byte> received)
    {
        while (true)
        {
            if (received.Length == 0)
                return null;
            byte type = received[0];
            if (type is not ((byte)'R' or (byte)'E' or (byte)'v'))
                throw new PgSslException(
                    PgSslError.NotPostgreSql,
                    $"The server should have sent an authentication request or an error, but it sent {WireText.Quote(received)}.",
                    "Check host and port: what listens there does not speak the PostgreSQL protocol.");
            if (received.Length < HeaderLength)
                return null;

            int length = BinaryPrimitives.ReadInt32BigEndian(received[1..]);
            if (type == 'E')
            {
                if (length is < 8 or > MaxAnswerLength - 1)
                    return ReadOldError(received[1..]);
            }
            else if (length is < 8 or > MaxAuthenticationLength)
            {
                throw new PgSslException(
                    PgSslError.ProtocolViolation,
                    $"The server sent a message of type '{(char)type}' with an impossible length of {length} bytes.",
                    "Check host and port: what listens there does not speak the PostgreSQL protocol.");
            }
            if (received.Length < 1 + length)
                return null;

            ReadOnlySpan<byte> body = received[HeaderLength..(1 + length)];
            if (type == 'R')
                return ReadAuthenticationRequest(body);
            if (type == 'E')
                return ReadError(body);
            // NegotiateProtocolVersion says which options the server does not know. The real answer follows.
            received = received[(1 + length)..];
        }
    }

    private static StartupAnswer.Admitted ReadAuthenticationRequest(ReadOnlySpan<byte> body)
    {
        // src/include/libpq/protocol.h, AUTH_REQ_*
        int request = BinaryPrimitives.ReadInt32BigEndian(body);
        return request switch
        {
            0 => new("none", false),
            3 => new("password", false),
            5 => new("md5", false),
            7 => new("gss", false),
            9 => new("sspi", false),
            10 => ReadMechanisms(body[4..]),
            _ => new(request.ToString(CultureInfo.InvariantCulture), false),
        };
    }

    private static StartupAnswer.Admitted ReadMechanisms(ReadOnlySpan<byte> body)
    {
        List<string> mechanisms = [];
        while (body.IndexOf((byte)0) is var end and > 0)
        {
            mechanisms.Add(Encoding.ASCII.GetString(body[..end]));
            body = body[(end + 1)..];
        }

        bool offersChannelBinding = mechanisms.Contains("SCRAM-SHA-256-PLUS");
        if (offersChannelBinding || mechanisms.Contains("SCRAM-SHA-256"))
            return new("scram-sha-256", offersChannelBinding);
        if (mechanisms.Contains("OAUTHBEARER"))
            return new("oauth", false);
        throw new PgSslException(
            PgSslError.ProtocolViolation,
            "The server asks for SASL authentication, but it offers none of the mechanisms that PostgreSQL has.",
            "Check that a PostgreSQL server or pooler has this address.");
    }

    /// <summary>Fields of one byte and a NUL-terminated string each (PostgreSQL documentation, "Error and Notice Message Fields").</summary>
    private static StartupAnswer.Refused ReadError(ReadOnlySpan<byte> body)
    {
        string severity = "", sqlState = "", message = "", routine = "";
        while (body.Length > 1 && body[0] != 0 && body[1..].IndexOf((byte)0) is var end and >= 0)
        {
            string value = WireText.Decode(body.Slice(1, end));
            switch ((char)body[0])
            {
                case 'V' or 'S' when severity.Length == 0 || body[0] == 'V':
                    severity = value;
                    break;
                case 'C':
                    sqlState = value;
                    break;
                case 'M':
                    message = value;
                    break;
                case 'R':
                    routine = value;
                    break;
            }
            body = body[(end + 2)..];
        }
        return new(severity, sqlState, message) { Routine = routine };
    }

    /// <summary>
    /// A server that has a problem before the protocol is agreed on (it could not fork, for example) sends the error of protocol 2: E and
    /// a text that ends with a NUL or a line end. libpq takes any E with an implausible length for such an error.
    /// </summary>
    private static StartupAnswer.Refused? ReadOldError(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAny((byte)0, (byte)'\n');
        if (end < 0 && text.Length < MaxAnswerLength - 1)
            return null;
        return new("FATAL", "", WireText.Decode(end < 0 ? text : text[..end]));
    }
}
