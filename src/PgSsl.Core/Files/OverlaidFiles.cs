namespace PgSsl.Files;

/// <summary>The files as they would be after a planned change.</summary>
internal sealed class OverlaidFiles(IServerFiles files, IReadOnlyDictionary<string, byte[]> planned) : IServerFiles
{
    /// <inheritdoc/>
    public FileContent Read(string path) => planned.TryGetValue(path, out byte[]? content) ? FileContent.Of(content) : files.Read(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory, out string? error) => files.List(directory, out error);
}
