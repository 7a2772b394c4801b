namespace PgSsl.Wire;

/// <summary>What a client can bear of SCRAM (RFC 5802), which asks it to work before it knows the server.</summary>
internal static class ScramBounds
{
    /// <summary>
    /// The most iterations: a second or two of work that nothing can stop. PostgreSQL's default is 4,096, and it allows 2^31-1
    /// (scram_iterations); the highest advice that is widely known is 600,000 (OWASP).
    /// </summary>
    public const int MostIterations = 1_000_000;
}
