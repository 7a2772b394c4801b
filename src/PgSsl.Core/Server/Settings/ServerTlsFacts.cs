using PgSsl.Managers;

namespace PgSsl.Server.Settings;

/// <summary>What a running server says in SQL about its TLS. Nothing here is judged.</summary>
internal sealed record ServerTlsFacts
{
    /// <summary>The server's version.</summary>
    public required ServerVersion Version { get; init; }

    /// <summary>Whether it runs on Windows, where each new connection reads the files for TLS.</summary>
    public required bool IsWindows { get; init; }

    /// <summary>Whether it is a standby, or recovering: it accepts no writes, but has its own configuration.</summary>
    public required bool IsStandby { get; init; }

    /// <summary>When it last read its configuration, in UTC.</summary>
    public required DateTime ConfigurationLoadTime { get; init; }

    /// <summary>The data directory, from which the server resolves relative paths; null where the role may not see it.</summary>
    public required string? DataDirectory { get; init; }

    /// <summary>postgresql.conf; null where the role may not see it.</summary>
    public required string? ConfigurationFile { get; init; }

    /// <summary>pg_hba.conf; null where the role may not see it.</summary>
    public required string? HbaFile { get; init; }

    /// <summary>The parameters <c>ssl</c> and <c>ssl_*</c>, and those that affect them (<see cref="ServerTlsReader"/>), by name.</summary>
    public required IReadOnlyDictionary<string, ServerSetting> Settings { get; init; }

    /// <summary>What the files say about these parameters now; null where the role may not see it.</summary>
    public required IReadOnlyList<FileSetting>? FileSettings { get; init; }

    /// <summary>The role of the session.</summary>
    public required string UserName { get; init; }

    /// <summary>Whether the role is a superuser.</summary>
    public required bool IsSuperuser { get; init; }

    /// <summary>Whether the role may reload the server's files.</summary>
    public required bool MayReload { get; init; }

    /// <summary>The parameters that the role may set with ALTER SYSTEM; before PostgreSQL 15 all or none.</summary>
    public required IReadOnlySet<string> MayAlter { get; init; }

    /// <summary>The software that manages the server.</summary>
    public required IReadOnlyList<ConfigurationManager> Managers { get; init; }

    /// <summary>Whether ALTER SYSTEM is possible at all (allow_alter_system, since 17).</summary>
    public bool AllowsAlterSystem => this["allow_alter_system"] is not "off";

    /// <summary>Whether <c>ssl</c> is on, which does not mean that TLS works.</summary>
    public bool SslIsOn => this["ssl"] == "on";

    /// <summary>Whether the server's command line gives a parameter that value, so that nothing is to be set.</summary>
    public bool IsFixedAs(string name, string value) =>
        Settings.GetValueOrDefault(name) is { IsFromCommandLine: true } setting && setting.MeansSame(setting.Value, value);

    /// <summary>The file that ALTER SYSTEM writes; null where the data directory is not known.</summary>
    public string? AutoConfigurationFile => DataDirectory is null ? null : $"{DataDirectory.TrimEnd('/')}/postgresql.auto.conf";

    /// <summary>The value of a parameter; null where the server does not have it.</summary>
    public string? this[string name] => Settings.GetValueOrDefault(name)?.Value;

    /// <summary>The values that the server uses, by name.</summary>
    public IReadOnlyDictionary<string, string> Values => Settings.ToDictionary(setting => setting.Key, setting => setting.Value.Value);

    /// <summary>
    /// The absolute path of a file that a parameter names: the server resolves relative paths from its data directory. Null where none is named,
    /// or the data directory is not known.
    /// </summary>
    public string? PathOf(string name) => this[name] is { Length: > 0 } path ? ResolvePath(path) : null;

    /// <summary>A path as the server understands it.</summary>
    public string? ResolvePath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path[0] is '/' or '\\' || (path.Length > 2 && path[1] == ':' && path[2] is '/' or '\\'))
            return path;
        return DataDirectory is null ? null : $"{DataDirectory.TrimEnd('/')}/{path}";
    }

    /// <summary>The path that a parameter will name after a reload; that of now if nothing waits for one.</summary>
    public string? NextPathOf(string name)
    {
        foreach ((ServerSetting setting, FileSetting? inFile) in PendingReloads)
            if (setting.Name == name)
                return (inFile?.Value ?? setting.Default) is { Length: > 0 } path ? ResolvePath(path) : null;
        return PathOf(name);
    }

    // In files a name may have any case, or be a former name (guc.c, find_option).
    private static bool IsCalled(ServerSetting setting, string name) => SslParameters.Find(setting.Name) is { } parameter
        ? parameter.IsCalled(name)
        : string.Equals(setting.Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The parameters that a reload would change, each with the effective assignment in the files. A parameter that the files do not set any
    /// more falls back to its default. Empty where the role may not see the files.
    /// </summary>
    public IEnumerable<(ServerSetting Setting, FileSetting? InFile)> PendingReloads
    {
        get
        {
            if (FileSettings is null || FileSettings.Any(row => row.BlocksReload))
                yield break;
            foreach (ServerSetting setting in Settings.Values.OrderBy(setting => setting.Name, StringComparer.Ordinal))
            {
                if (FileSettings.Any(row => row is { Error: not null, Name: { } wrong } && IsCalled(setting, wrong)))
                    continue;
                FileSetting? inFile = FileSettings.LastOrDefault(row => row.IsEffective && row.Name is { } name && IsCalled(setting, name));
                bool isFromFile = setting.Source == "configuration file";
                if (inFile is not null ? (isFromFile || setting.Source == "default") && !setting.MeansSame(inFile.Value, setting.Value) : isFromFile)
                    yield return (setting, inFile);
            }
        }
    }
}
