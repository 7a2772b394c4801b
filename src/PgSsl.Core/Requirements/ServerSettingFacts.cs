using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Requirements;

/// <summary>The settings for TLS that a server has or is to have, apart from its certificate and key, and the files that they name.</summary>
internal sealed record ServerSettingFacts
{
    /// <summary>The parameters that name files, apart from certificate and key.</summary>
    public static IReadOnlyList<SslParameter> FileParameters { get; } =
        [SslParameters.CaFile, SslParameters.CrlFile, SslParameters.DhParametersFile];

    /// <summary>The server's major version.</summary>
    public required int Major { get; init; }

    /// <summary>The values by name; a parameter that is missing has its default, or the version does not have it.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>The files that they name, by the parameter's name; those that are out of reach are missing.</summary>
    public required IReadOnlyDictionary<string, ServerFile> Files { get; init; }

    /// <summary>What is known about the server.</summary>
    public required ServerConditions Server { get; init; }

    /// <summary>The server's OpenSSL; null if it cannot be asked from here.</summary>
    public SharedOpenSsl? OpenSsl { get; init; }

    /// <summary>The value of a parameter by its name in this version; null where it is not known.</summary>
    public string? this[SslParameter parameter] => Values.GetValueOrDefault(parameter.NameIn(Major));

    /// <summary>Asks a running server. Its files are read where they are.</summary>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it said.</param>
    /// <param name="changed">The values that it is to get.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<ServerSettingFacts> ReadAsync(
        LiveServer live, ServerTlsFacts facts, IReadOnlyDictionary<string, string> changed, CancellationToken cancellationToken)
    {
        // A restart would load what waits in the files, too.
        var values = new Dictionary<string, string>();
        foreach (ServerSetting setting in facts.Settings.Values)
            if (setting.Value is { } value)
                values[setting.Name] = value;
        foreach ((ServerSetting setting, FileSetting? inFile) in facts.PendingReloads)
            if ((inFile?.Value ?? setting.Default) is { } pending)
                values[setting.Name] = pending;
        foreach ((string name, string value) in changed)
            values[name] = value;

        var files = new Dictionary<string, ServerFile>();
        foreach (string name in FileParameters.Select(parameter => parameter.Name))
        {
            if (values.GetValueOrDefault(name) is not { Length: > 0 } named || facts.ResolvePath(named) is not { } path)
                continue;
            ServerFile? file = live.FilesAreHere
                ? ServerFile.Read(path)
                : await ReadRemoteAsync(live.Session, path, cancellationToken).ConfigureAwait(false);
            if (file is not null)
                files[name] = file;
        }
        return new ServerSettingFacts
        {
            Major = facts.Version.Major,
            Values = values,
            Files = files,
            Server = ServerConditions.Of(facts, live.FilesAreHere),
            OpenSsl = SharedOpenSsl.With(live.PostmasterId),
        };
    }

    private static async Task<ServerFile?> ReadRemoteAsync(IServerSession session, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await RemoteFile.ReadAsync(session, path, cancellationToken).ConfigureAwait(false) is { } content
                ? ServerFile.Remote(path, content)
                : ServerFile.Missing(path);
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return null;
        }
    }
}
