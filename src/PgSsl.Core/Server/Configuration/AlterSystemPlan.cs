using PgSsl.Common;
using PgSsl.Server.Settings;

namespace PgSsl.Server.Configuration;

/// <summary>What ALTER SYSTEM is to write into postgresql.auto.conf, worked out before anything is written.</summary>
/// <param name="Path">postgresql.auto.conf, as the server calls it.</param>
/// <param name="Steps">The statements, in order; none where everything is as it should be.</param>
internal sealed record AlterSystemPlan(string Path, IReadOnlyList<AlterSystemStep> Steps)
{
    /// <summary>Makes the plan.</summary>
    /// <param name="facts">What the server said.</param>
    /// <param name="wanted">The value of each parameter.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InsufficientPrivilege"/>: the role may not see what postgresql.auto.conf holds now, so that could not be restored.
    /// </exception>
    public static AlterSystemPlan Create(ServerTlsFacts facts, IReadOnlyDictionary<string, string> wanted)
    {
        if (facts.FileSettings is not { } inFiles)
            throw MayNotSee(facts);
        string path = facts.AutoConfigurationFile ?? ConfigurationDocument.AutoFileName;
        var steps = new List<AlterSystemStep>();
        foreach ((string name, string value) in wanted)
        {
            SslParameter parameter = SslParameters.Find(name)!;
            string effective = inFiles.LastOrDefault(setting => setting.Name is { } written && parameter.IsCalled(written))?.Value
                ?? facts.Settings[name].Default ?? "";
            string? old = FindAutomatic(inFiles, name, path);
            if (!parameter.IsSame(effective, value, path => facts.ResolvePath(path) ?? path))
                steps.Add(new AlterSystemStep(name, facts[name] ?? "", old, value));
        }
        return new AlterSystemPlan(path, steps);
    }

    /// <summary>The parameters that get another value.</summary>
    public IReadOnlyList<ParameterChange> Changes => [.. Steps.Select(step => new ParameterChange(step.Name, step.Running, step.Value))];

    /// <summary>The statements, each with what was there before.</summary>
    public IReadOnlyList<string> Statements => [.. Steps.Select(step => step.ToString())];

    /// <summary>The value of a parameter in postgresql.auto.conf; null where it has none there.</summary>
    /// <param name="inFiles">What is in the files.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="automatic"><see cref="Path"/>.</param>
    public static string? FindAutomatic(IReadOnlyList<FileSetting> inFiles, string name, string automatic)
    {
        SslParameter parameter = SslParameters.Find(name)!;
        return inFiles.LastOrDefault(setting => setting.Name is { } written && parameter.IsCalled(written) && IsAutomatic(setting.File))?.Value;

        // Another file of this name may be included. Where the data directory is not known, there is only the name.
        bool IsAutomatic(string? file) => automatic == ConfigurationDocument.AutoFileName
            ? file?.EndsWith($"/{automatic}", StringComparison.Ordinal) == true
            : file == automatic;
    }

    private static PgSslException MayNotSee(ServerTlsFacts facts)
    {
        string role = SqlQuoting.Identifier(facts.UserName);
        return new PgSslException(
            PgSslError.InsufficientPrivilege,
            $"Role {facts.UserName} may not see pg_file_settings, so what ALTER SYSTEM replaces could not be restored. Nothing was changed.",
            $"Connect as a superuser, or have a superuser run: GRANT SELECT ON pg_file_settings TO {role}; " +
            $"GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {role}.");
    }
}

/// <summary>One statement, and its opposite.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Running">The value that the server uses now.</param>
/// <param name="Old">The value in postgresql.auto.conf now; null where there is none.</param>
/// <param name="Value">The value that it is to get.</param>
internal sealed record AlterSystemStep(string Name, string Running, string? Old, string Value)
{
    /// <summary>
    /// Whether the value is there already, because a change was killed before its reload. <see cref="Old"/> is the running value then.
    /// </summary>
    public bool IsWritten { get; init; }

    /// <summary>What postgresql.auto.conf has when the statement is executed.</summary>
    public string? Expected => IsWritten ? Value : Old;

    /// <summary>The statement.</summary>
    public string Statement => Set(Value);

    /// <summary>The statement that restores postgresql.auto.conf.</summary>
    public string Undo => Old is null ? $"ALTER SYSTEM RESET {Name}" : Set(Old);

    /// <summary>The statement, and what was there before: <c>ALTER SYSTEM SET ssl = 'on'; -- was 'off', not in postgresql.auto.conf</c>.</summary>
    public override string ToString() => $"{Statement}; -- was {SqlQuoting.Literal(Running)}, {Before}";

    private string Before => IsWritten ? "and is in postgresql.auto.conf already"
        : Old is null ? "not in postgresql.auto.conf" : $"{SqlQuoting.Literal(Old)} in postgresql.auto.conf";

    private string Set(string value) => $"ALTER SYSTEM SET {Name} = {SqlQuoting.Literal(value)}";
}
