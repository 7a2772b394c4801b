using System.Text.RegularExpressions;

namespace PgSsl.Sandbox;

/// <summary>The psql command lines of <see cref="PsqlJudge"/>, and what psql prints when it runs them.</summary>
internal static partial class PsqlCommands
{
    private const string Mark = "#pgssl ";

    /// <summary>For a psql that makes the connection itself.</summary>
    public static IReadOnlyList<string> ForOne { get; } = ["-c", "\\conninfo"];

    /// <summary>
    /// True where <c>\connect</c> would not be the same as a first connection: it hands over libpq's defaults as if they had been
    /// given (psql's command.c, do_connect), so that they would win over a service file, and over the stronger default mode that
    /// <c>sslrootcert=system</c> brings.
    /// </summary>
    public static bool NeedsOwnProcess(PsqlAttempt attempt) =>
        Service().IsMatch(attempt.ConnInfo) || (SystemRoots().IsMatch(attempt.ConnInfo) && !Mode().IsMatch(attempt.ConnInfo));

    /// <summary>
    /// One <c>\connect</c> per attempt, each between marks on both streams. As -c options, because a script ends with its first
    /// connection that fails (psql's mainloop.c), and a list of -c options does not.
    /// </summary>
    /// <param name="attempts">The connections to make.</param>
    /// <param name="environment">What psql is started with, to go back to after an attempt with variables of its own.</param>
    public static IReadOnlyList<string> ForMany(
        IReadOnlyList<PsqlAttempt> attempts, IReadOnlyDictionary<string, string?> environment)
    {
        var commands = new List<string>();
        foreach (PsqlAttempt attempt in attempts)
        {
            IReadOnlyDictionary<string, string?> own = attempt.Environment ?? new Dictionary<string, string?>();
            commands.AddRange([$"\\echo '{Mark}'", $"\\warn '{Mark}'"]);
            commands.AddRange(own.Select(variable => SetVariable(variable.Key, variable.Value)));
            commands.AddRange([$"\\connect -reuse-previous=off {Quote(attempt.ConnInfo)}", "\\conninfo"]);
            commands.AddRange(own.Keys.Select(name => SetVariable(name, environment.GetValueOrDefault(name))));
        }
        return [.. commands.SelectMany(command => new[] { "-c", command })];
    }

    /// <summary>The outcomes of <see cref="ForMany"/>.</summary>
    /// <exception cref="SandboxException">psql did not get to the end.</exception>
    public static IReadOnlyList<PsqlOutcome> ReadMany(ProcessResult result, int count)
    {
        string[] output = Sections(result.StandardOutput);
        string[] errors = Sections(result.StandardError);
        if (output.Length != count || errors.Length != count)
            throw new SandboxException($"psql made {output.Length} of {count} connections: {result.StandardError.Trim()}");
        return [.. output.Zip(errors, Outcome)];
    }

    /// <summary>The outcome of a psql that has made the connection itself.</summary>
    public static PsqlOutcome ReadOne(ProcessResult result) => Outcome(result.StandardOutput, result.StandardError);

    // psql 18 prints a table with the row "SSL Connection | true".
    private static PsqlOutcome Outcome(string output, string error)
    {
        bool connected = output.Contains("You are connected", StringComparison.Ordinal)
            || output.Contains("Backend PID", StringComparison.Ordinal);
        string transport = !connected ? "none" : Encrypted().IsMatch(output) ? "tls" : "plaintext";
        return new PsqlOutcome(connected, transport, Prefix().Replace(error, "").Trim());
    }

    private static string[] Sections(string text) =>
        [.. ("\n" + text).Split("\n" + Mark).Skip(1).Select(section => section[(section.IndexOf('\n') + 1)..])];

    private static string SetVariable(string name, string? value) =>
        value is null ? $"\\setenv {name}" : $"\\setenv {name} {Quote(value)}";

    // psql documentation, "Meta-Commands": within single quotes, a quote is doubled and a backslash starts a C-like escape.
    private static string Quote(string argument) =>
        "'" + argument.Replace("\\", "\\\\").Replace("'", "''").Replace("\n", "\\n") + "'";

    [GeneratedRegex(@"\bservice\s*=")]
    private static partial Regex Service();

    [GeneratedRegex(@"\bsslrootcert\s*=\s*'?system\b")]
    private static partial Regex SystemRoots();

    [GeneratedRegex(@"\bsslmode\s*=")]
    private static partial Regex Mode();

    [GeneratedRegex(@"^SSL connection \(|SSL Connection\s*\|\s*true", RegexOptions.Multiline)]
    private static partial Regex Encrypted();

    [GeneratedRegex(@"^(psql: )?(error: )?(\\connect: )?", RegexOptions.Multiline)]
    private static partial Regex Prefix();
}
