using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>What ALTER SYSTEM is to write into postgresql.auto.conf, worked out before anything is.</summary>
/// <param name="Path">postgresql.auto.conf, as the server calls it.</param>
/// <param name="Steps">The statements, in order; none where everything is as it should be.</param>
internal sealed record AlterSystemPlan(string Path, IReadOnlyList<AlterSystemStep> Steps)
{
    /// <summary>Makes the plan.</summary>
    /// <param name="facts">What the server told.</param>
    /// <param name="wanted">The value of each parameter.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InsufficientPrivilege"/>: the role may not see what postgresql.auto.conf has now, so that it could not be put back.
    /// </exception>
    public static AlterSystemPlan Make(ServerTlsFacts facts, IReadOnlyDictionary<string, string> wanted)
    {
        if (facts.FileSettings is not { } inFiles)
            throw MayNotSee(facts);
        string path = facts.AutoConfigurationFile ?? ConfigurationDocument.AutoFileName;
        var steps = new List<AlterSystemStep>();
        foreach ((string name, string value) in wanted)
        {
            SslParameter parameter = SslParameters.Find(name)!;
            FileSetting[] assignments = [.. inFiles.Where(one => one.Name is { } written && parameter.IsCalled(written))];
            string counting = assignments.LastOrDefault()?.Value ?? facts.Settings[name].Default ?? "";
            string? old = assignments.LastOrDefault(one => IsAutomatic(one.File))?.Value;
            if (!parameter.IsSame(counting, value, path => facts.ResolvePath(path) ?? path))
                steps.Add(new AlterSystemStep(name, facts[name] ?? "", old, value));
        }
        return new AlterSystemPlan(path, steps);
    }

    /// <summary>The parameters that get another value.</summary>
    public IReadOnlyList<ParameterChange> Changes => [.. Steps.Select(step => new ParameterChange(step.Name, step.Running, step.Value))];

    /// <summary>The statements, each with what was there before.</summary>
    public IReadOnlyList<string> Statements => [.. Steps.Select(step => step.ToString())];

    private static bool IsAutomatic(string? file) => file?.EndsWith($"/{ConfigurationDocument.AutoFileName}", StringComparison.Ordinal) == true;

    private static PgSslException MayNotSee(ServerTlsFacts facts)
    {
        string role = MissingPrivilege.QuoteIdentifier(facts.UserName);
        return new PgSslException(
            PgSslError.InsufficientPrivilege,
            $"Role {facts.UserName} may not see pg_file_settings: what ALTER SYSTEM replaces could not be put back. Nothing was changed.",
            $"Use a superuser, or have one say: GRANT SELECT ON pg_file_settings TO {role}; GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {role}.");
    }
}

/// <summary>One statement, and its opposite.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Running">What the server goes by now.</param>
/// <param name="Old">What postgresql.auto.conf has now; null where it has nothing.</param>
/// <param name="Value">What it is to have.</param>
internal sealed record AlterSystemStep(string Name, string Running, string? Old, string Value)
{
    /// <summary>The statement.</summary>
    public string Statement => Set(Value);

    /// <summary>The statement that puts postgresql.auto.conf back.</summary>
    public string Undo => Old is null ? $"ALTER SYSTEM RESET {Name}" : Set(Old);

    /// <summary>The statement, and what was there before: <c>ALTER SYSTEM SET ssl = 'on'; -- was 'off', not in postgresql.auto.conf</c>.</summary>
    public override string ToString() => OneLine($"{Statement}; -- was {Quote(Running)}, {(Old is null ? "not in postgresql.auto.conf" : $"{Quote(Old)} in postgresql.auto.conf")}");

    private string Set(string value) => $"ALTER SYSTEM SET {Name} = {Quote(value)}";

    // As quote_literal does: whatever standard_conforming_strings is (quote.c).
    private static string Quote(string value) =>
        $"{(value.Contains('\\') ? "E" : "")}'{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
