namespace PgSsl.Sandbox;

/// <summary>
/// What differs where servers run on Windows: pg_ctl starts and stops them, and there is no socket. With <c>PGSSL_TEST_AS_WINDOWS=1</c> it is so on
/// other systems as well.
/// </summary>
public static class WindowsWays
{
    /// <summary>Lets the sandbox in over TCP. A role of its own, because tests have rules for postgres.</summary>
    public const string Role = "pgssl_sandbox";

    /// <summary>Whether servers are run so.</summary>
    public static bool Apply { get; } = OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("PGSSL_TEST_AS_WINDOWS") == "1";

    /// <summary>
    /// The first line of pg_hba.conf, for the sandbox itself: over the socket it gets in whatever a test does to TLS; the tests' users come over TCP.
    /// </summary>
    public static string HbaLine { get; } = Apply ? $"host all {Role} 127.0.0.1/32 trust" : "local all postgres trust";
}
