using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba.Policy;
using PgSsl.Server.Settings;

namespace PgSsl.Server.Configuration;

/// <summary>
/// Works out how to change a configuration file so that parameters of TLS have the values that are wanted, and changes nothing else. The new
/// text is read again, so that its meaning is never assumed.
/// </summary>
internal sealed class ConfigurationPlanner
{
    private readonly ConfigurationDocument _before;
    private readonly string _path;
    private readonly IServerFiles _files;

    private ConfigurationPlanner(ConfigurationDocument before, string path, IServerFiles files) =>
        (_before, _path, _files) = (before, path, files);

    /// <summary>Makes the plan.</summary>
    /// <param name="document">The configuration as it is.</param>
    /// <param name="path">The file for the assignments: one of the document's, but not postgresql.auto.conf.</param>
    /// <param name="wanted">The value of each parameter, by the server's name for it; null to have none in that file.</param>
    /// <param name="files">Where files are read.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidConfigurationFile"/>: the server would not load the files as they are;
    /// <see cref="PgSslError.ContradictoryParameters"/>: the server does not read that file, or another assignment overrides it.
    /// </exception>
    public static ConfigurationPlan Plan(
        ConfigurationDocument document, string path, IReadOnlyDictionary<string, string?> wanted, IServerFiles files)
    {
        CheckLoadable(document);
        CheckTarget(document, path);
        var planner = new ConfigurationPlanner(document, path, files);
        ConfigurationDocument planned = document;
        foreach ((string name, string? value) in wanted)
            planned = planner.Set(planned, name, value);
        CheckLoadable(planned);
        ParameterChange[] changes = [.. wanted.Keys.Select(name => Compare(document, planned, name)).OfType<ParameterChange>()];
        return new ConfigurationPlan(path, document, planned, changes);
    }

    /// <summary>Refuses files that the server would not load: a change in them would have no effect.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidConfigurationFile"/>.</exception>
    public static void CheckLoadable(ConfigurationDocument document)
    {
        if (document.Problems.FirstOrDefault() is { } problem)
            throw new PgSslException(
                PgSslError.InvalidConfigurationFile,
                $"The server does not load its configuration: {problem.Place}: {problem.Error}{(problem.Name is { } name ? $": {name}" : "")}.",
                "Correct that line first; pg_file_settings shows how the server reads its files.");
    }

    private static void CheckTarget(ConfigurationDocument document, string path)
    {
        if (path == document.AutoPath)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"Only ALTER SYSTEM writes {path}.",
                "Leave out -ConfigurationPath to use ALTER SYSTEM.");
        if (document.File(path) is not null)
            return;
        string others = string.Join(", ", document.Files.Select(file => file.Path).Where(file => file != document.AutoPath));
        throw new PgSslException(
            PgSslError.ContradictoryParameters,
            $"The server does not read {path}: {document.Files[0].Path} does not include it.",
            $"Name one of {others}; or include the file first.");
    }

    private ConfigurationDocument Set(ConfigurationDocument document, string name, string? value)
    {
        SslParameter parameter = SslParameters.Find(name) ?? throw new ArgumentException($"{name} is not a parameter of TLS.", nameof(name));
        ConfigurationEntry? effective = EffectiveOf(document, parameter);
        if (value is null)
            return CommentOut(document, parameter);
        if ((effective?.Value ?? parameter.Default) is { } now && parameter.IsSame(now, value, document.ResolvePath))
            return document;
        ConfigurationFile file = document.File(_path)!;
        var edits = new List<TextEdit>();
        if (effective?.Path == _path)
            edits.Add(ConfigurationEdit.ReplaceValue(file, effective, parameter, value));
        if (effective is null && ConfigurationEdit.InsertAfterComment(file, parameter, name, value) is { } insertion)
            edits.Add(insertion);
        edits.Add(ConfigurationEdit.Append(file, parameter, name, value));
        foreach (TextEdit edit in edits)
        {
            ConfigurationDocument candidate = With(document, [edit]);
            if (EffectiveOf(candidate, parameter) is { } result && result.Path == _path
                && parameter.IsSame(result.Value!, value, candidate.ResolvePath))
                return candidate;
        }
        throw Overridden(document, parameter, effective!);
    }

    private ConfigurationDocument CommentOut(ConfigurationDocument document, SslParameter parameter)
    {
        ConfigurationEntry[] all = [.. document.Entries.Where(entry => entry.Name is { } name && parameter.IsCalled(name))];
        return Array.Find(all, entry => entry.Path != _path) is { } elsewhere
            ? throw Overridden(document, parameter, elsewhere)
            : all.Length == 0 ? document : With(document, [.. all.Select(ConfigurationEdit.CommentOut)]);
    }

    private ConfigurationDocument With(ConfigurationDocument document, IReadOnlyList<TextEdit> edits)
    {
        var contents = document.Files.ToDictionary(file => file.Path, file => file.Content);
        contents[_path] = TextEdit.Apply(contents[_path], edits);
        return ConfigurationDocument.Read(document.Files[0].Path, _before.DataDirectory, new OverlaidFiles(_files, contents));
    }

    private static ConfigurationEntry? EffectiveOf(ConfigurationDocument document, SslParameter parameter) =>
        document.Entries.LastOrDefault(entry => entry.Name is { } name && parameter.IsCalled(name));

    private static ParameterChange? Compare(ConfigurationDocument before, ConfigurationDocument after, string name)
    {
        SslParameter parameter = SslParameters.Find(name)!;
        string? old = EffectiveOf(before, parameter)?.Value, @new = EffectiveOf(after, parameter)?.Value;
        return old == @new ? null : new ParameterChange(name, old, @new);
    }

    private PgSslException Overridden(ConfigurationDocument document, SslParameter parameter, ConfigurationEntry entry) => new(
        PgSslError.ContradictoryParameters,
        $"{parameter.Name} in {_path} would have no effect: {entry.Place} comes later, and sets it to '{entry.Value}'.",
        entry.Path == document.AutoPath
            ? $"ALTER SYSTEM wrote that: omit -ConfigurationPath, or run ALTER SYSTEM RESET {entry.Name} first."
            : $"Name that file: -ConfigurationPath {CommandText.Quote(entry.Path!)}.");
}
