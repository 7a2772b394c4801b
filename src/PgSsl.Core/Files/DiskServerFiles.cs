using PgSsl.Common;

namespace PgSsl.Files;

/// <summary>The files of this machine.</summary>
internal sealed class DiskServerFiles : IServerFiles
{
    private DiskServerFiles()
    {
    }

    /// <summary>The only instance.</summary>
    public static DiskServerFiles Instance { get; } = new();

    /// <inheritdoc/>
    public FileContent Read(string path)
    {
        try
        {
            return Directory.Exists(path)
                ? FileContent.Of([]) with { IsDirectory = true }
                : FileContent.Of(RegularFile.Read(path, RegularFile.ConfigurationLimit));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return IsBelowFile(path) ? FileContent.Unreadable("Not a directory") : FileContent.Missing;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return FileContent.Unreadable(failure is UnauthorizedAccessException ? "Permission denied" : failure.Message);
        }
    }

    private static bool IsBelowFile(string path)
    {
        for (string? parent = Path.GetDirectoryName(path); !string.IsNullOrEmpty(parent); parent = Path.GetDirectoryName(parent))
            if (File.Exists(parent))
                return true;
        return false;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory, out string? error)
    {
        error = null;
        try
        {
            string[] names = [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).Where(ServerPath.IsConfigurationFile)];
            Array.Sort(names, ServerPath.CompareBytes);
            return [.. names.Select(name => ServerPath.Join(directory, name))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error = failure is DirectoryNotFoundException ? "No such file or directory" : failure.Message;
            return [];
        }
    }
}
