using System.Text;

namespace PgSsl.Requests;

/// <summary>What the passphrase of a new key can be, so that servers and clients can read the key.</summary>
internal static class KeyPassphrase
{
    // OpenSSL gives a callback for a passphrase a buffer of PEM_BUFSIZE bytes (pem.h); PostgreSQL and libpq end the text in it with a NUL.
    private const int LongestInBytes = 1023;

    /// <summary>Throws for a passphrase that could not be given to the programs that are to read the key.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>; the message does not hold the passphrase.</exception>
    public static void Check(ReadOnlySpan<char> passphrase)
    {
        if (Encoding.UTF8.GetByteCount(passphrase) is var bytes and > LongestInBytes)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"The passphrase has {bytes} bytes in UTF-8, and OpenSSL has room for {LongestInBytes}: it could not read the key.",
                "Use a shorter one.");
        // be-secure-common.c, run_ssl_passphrase_command: what the command prints is read up to the end of the line, as a C string.
        if (passphrase.IndexOfAny('\0', '\r', '\n') >= 0)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                "The passphrase holds a NUL or a line break: ssl_passphrase_command could not give it to the server.",
                "Use one without these; one that was read from a file may end in a line break.");
    }
}
