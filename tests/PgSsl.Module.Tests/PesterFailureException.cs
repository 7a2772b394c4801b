namespace PgSsl.Tests;

/// <summary>A Pester test that failed, with the place in its file as the stack trace.</summary>
public sealed class PesterFailureException(string message, string? stackTrace) : Exception(message)
{
    /// <inheritdoc/>
    public override string? StackTrace => stackTrace;
}
