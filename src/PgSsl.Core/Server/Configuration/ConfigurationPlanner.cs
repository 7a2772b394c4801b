using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba.Policy;
using PgSsl.Server.Settings;

namespace PgSsl.Server.Configuration;

/// <summary>
/// Works out what to change in a configuration file so that parameters of TLS have the values that are wanted, and no byte more. What the
/// new text means is not assumed: it is read again.
/// </summary>
internal sealed class ConfigurationPlanner
{
    private readonly ConfigurationDocument _before;
    private readonly string _path;
    private readonly IServerFiles _files;

    private ConfigurationPlanner(ConfigurationDocument before, string path, IServerFiles files) => (_before, _path, _files) = (before, path, files);

    /// <summary>Makes the plan.</summary>
    /// <param name="document">The configuration as it is.</param>
    /// <param name="path">The file that is to have the assignments: one of the document's, and not postgresql.auto.conf.</param>
    /// <param name="wanted">The value of each parameter, by the name that the server has for it; null where it is to have none in that file.</param>
    /// <param name="files">Where files are read.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidConfigurationFile"/>: the server would not load the files as they are;
    /// <see cref="PgSslError.ContradictoryParameters"/>: the server does not read that file, or another assignment would count.
    /// </exception>
    public static ConfigurationPlan Plan(ConfigurationDocument document, string path, IReadOnlyDictionary<string, string?> wanted, IServerFiles files)
    {
        CheckLoadable(document);
        CheckTarget(document, path);
        var planner = new ConfigurationPlanner(document, path, files);
        ConfigurationDocument planned = document;
        foreach ((string name, string? value) in wanted)
            planned = planner.Set(planned, name, value);
        CheckLoadable(planned);
        return new ConfigurationPlan(path, document, planned, [.. wanted.Keys.Select(name => Compare(document, planned, name)).OfType<ParameterChange>()]);
    }

    /// <summary>Refuses files that the server would not load: whatever is changed in them would not count either.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidConfigurationFile"/>.</exception>
    public static void CheckLoadable(ConfigurationDocument document)
    {
        if (document.Problems.FirstOrDefault() is { } problem)
            throw new PgSslException(
                PgSslError.InvalidConfigurationFile,
                $"The server does not load its configuration: {problem.Place}: {problem.Error}{(problem.Name is { } name ? $": {name}" : "")}.",
                "Mend that line first; pg_file_settings shows what the server makes of its files.");
    }

    private static void CheckTarget(ConfigurationDocument document, string path)
    {
        if (path == document.AutoPath)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{path} is written by ALTER SYSTEM, and by nobody else.",
                "Leave -ConfigurationPath out: ALTER SYSTEM is how it is done then.");
        if (document.File(path) is null)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"The server does not read {path}: it is not among the files that {document.Files[0].Path} includes.",
                $"Name one of {string.Join(", ", document.Files.Select(file => file.Path).Where(file => file != document.AutoPath))}; or include the file first.");
    }

    private ConfigurationDocument Set(ConfigurationDocument document, string name, string? value)
    {
        SslParameter parameter = SslParameters.Find(name) ?? throw new ArgumentException($"{name} is no parameter of TLS.", nameof(name));
        ConfigurationEntry? effective = EffectiveOf(document, parameter);
        if (value is null)
            return CommentOut(document, parameter);
        if ((effective?.Value ?? parameter.Default) is { } now && parameter.IsSame(now, value, document.ResolvePath))
            return document;
        ConfigurationFile file = document.File(_path)!;
        TextEdit?[] ways =
        [
            effective?.Path == _path ? ConfigurationEdit.ReplaceValue(file, effective, parameter, value) : null,
            effective is null ? ConfigurationEdit.InsertAfterComment(file, parameter, name, value) : null,
            ConfigurationEdit.Append(file, parameter, name, value),
        ];
        foreach (TextEdit edit in ways.OfType<TextEdit>())
        {
            ConfigurationDocument candidate = With(document, [edit]);
            if (EffectiveOf(candidate, parameter) is { } counting && counting.Path == _path && parameter.IsSame(counting.Value!, value, candidate.ResolvePath))
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
        $"{parameter.Name} in {_path} would not count: {entry.Place} comes later, and sets it to '{entry.Value}'.",
        entry.Path == document.AutoPath
            ? $"ALTER SYSTEM wrote that: leave -ConfigurationPath out, or say ALTER SYSTEM RESET {entry.Name} first."
            : $"Name that file: -ConfigurationPath {CommandText.Quote(entry.Path!)}.");
}
