using PgSsl.Common;

namespace PgSsl;

/// <summary>
/// A failure. It says what was seen (<see cref="Exception.Message"/>) and what to do about it (<see cref="Remedy"/>).
/// Neither ever holds a password, a passphrase or key material. Both are printable, whatever names are in them.
/// </summary>
public sealed class PgSslException : Exception
{
    /// <summary>Creates a failure.</summary>
    /// <param name="error">The stable name of what went wrong.</param>
    /// <param name="message">What was seen, and what was expected.</param>
    /// <param name="remedy">What to do, as a sentence or a command.</param>
    /// <param name="innerException">The cause; null where there is none.</param>
    public PgSslException(PgSslError error, string message, string? remedy = null, Exception? innerException = null)
        : base(PrintableText.Of(message), innerException)
    {
        Error = error;
        Remedy = remedy is null ? null : PrintableText.Of(remedy);
    }

    /// <summary>The stable name of what went wrong.</summary>
    public PgSslError Error { get; }

    /// <summary>What to do about it; null where there is no advice.</summary>
    public string? Remedy { get; }
}
