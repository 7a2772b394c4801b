namespace PgSsl.Files;

/// <summary>Where the files of pg_hba.conf are read: this machine's disk, or the server through SQL.</summary>
internal interface IServerFiles
{
    /// <summary>Reads a file. A directory reads as empty, as it does for the server (tokenize_auth_file).</summary>
    /// <param name="path">Its absolute path.</param>
    FileContent Read(string path);

    /// <summary>
    /// The files of a directory that include_dir takes (conffiles.c, GetConfFilesInDir): not hidden, ending in .conf, in the order of
    /// their bytes.
    /// </summary>
    /// <param name="directory">Its absolute path.</param>
    /// <param name="error">Why it cannot be listed; null if it can.</param>
    IReadOnlyList<string> List(string directory, out string? error);
}

/// <summary>What a file holds, or why that is not known.</summary>
/// <param name="Bytes">Its content; null where there is none.</param>
/// <param name="Error">Why it cannot be read; null if it can.</param>
/// <param name="IsMissing">Whether it does not exist.</param>
internal readonly record struct FileContent(byte[]? Bytes, string? Error, bool IsMissing)
{
    /// <summary>Whether it is a directory, which pg_hba.conf reads as an empty file and postgresql.conf not at all.</summary>
    public bool IsDirectory { get; init; }

    /// <summary>It could be read.</summary>
    public static FileContent Of(byte[] bytes) => new(bytes, null, false);

    /// <summary>It does not exist.</summary>
    public static FileContent Missing { get; } = new(null, "No such file or directory", true);

    /// <summary>It exists, and cannot be read.</summary>
    public static FileContent Unreadable(string error) => new(null, error, false);
}
