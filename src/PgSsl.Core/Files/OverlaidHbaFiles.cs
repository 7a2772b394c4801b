namespace PgSsl.Files;

/// <summary>The files as a plan would leave them.</summary>
internal sealed class OverlaidHbaFiles(IHbaFiles files, IReadOnlyDictionary<string, byte[]> planned) : IHbaFiles
{
    /// <inheritdoc/>
    public HbaFileContent Read(string path) => planned.TryGetValue(path, out byte[]? content) ? HbaFileContent.Of(content) : files.Read(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory, out string? error) => files.List(directory, out error);
}
