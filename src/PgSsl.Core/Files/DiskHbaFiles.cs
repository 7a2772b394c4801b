using PgSsl.Common;

namespace PgSsl.Files;

/// <summary>The files of this machine.</summary>
public sealed class DiskHbaFiles : IHbaFiles
{
    private DiskHbaFiles()
    {
    }

    /// <summary>The only one.</summary>
    public static DiskHbaFiles Instance { get; } = new();

    /// <inheritdoc/>
    public HbaFileContent Read(string path)
    {
        try
        {
            return Directory.Exists(path) ? HbaFileContent.Of([]) with { IsDirectory = true } : HbaFileContent.Of(File.ReadAllBytes(path));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return IsBelowFile(path) ? HbaFileContent.Unreadable("Not a directory") : HbaFileContent.Missing;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return HbaFileContent.Unreadable(failure is UnauthorizedAccessException ? "Permission denied" : failure.Message);
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
            string[] names = [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).Where(HbaPath.IsConfigurationFile)];
            Array.Sort(names, HbaPath.CompareBytes);
            return [.. names.Select(name => HbaPath.Join(directory, name))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error = failure is DirectoryNotFoundException ? "No such file or directory" : failure.Message;
            return [];
        }
    }
}
