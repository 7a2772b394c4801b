using System.Text;

namespace PgSsl.Requests;

/// <summary>The rules for the passphrase of a new key: servers and clients must be able to read the key with it.</summary>
internal static class KeyPassphrase
{
    // OpenSSL has a buffer of PEM_BUFSIZE bytes for a passphrase (pem.h); PostgreSQL and libpq end the text in it with a NUL.
    private const int LongestInBytes = 1023;

    /// <summary>Throws for a passphrase with which PostgreSQL or libpq could not read the key.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>; the message does not hold the passphrase.</exception>
    public static void Check(ReadOnlySpan<char> passphrase)
    {
        if (Encoding.UTF8.GetByteCount(passphrase) is var bytes and > LongestInBytes)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"The passphrase has {bytes} bytes in UTF-8, and OpenSSL reads {LongestInBytes} at most: it could not read the key.",
                "Use a shorter passphrase.");
        // be-secure-common.c, run_ssl_passphrase_command: the server reads the command's output up to the end of the line, as a C string.
        if (passphrase.IndexOfAny('\0', '\r', '\n') >= 0)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                "The passphrase contains a NUL or a line break: ssl_passphrase_command could not give it to the server.",
                "Use a passphrase without these characters. If you read it from a file, remove the line break at its end.");
    }
}
