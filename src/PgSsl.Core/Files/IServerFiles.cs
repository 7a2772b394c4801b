namespace PgSsl.Files;

/// <summary>Reads a server's configuration files: from the disk of this machine, or through SQL.</summary>
internal interface IServerFiles
{
    /// <summary>Reads a file. A directory is read as an empty file, as the server does (tokenize_auth_file).</summary>
    /// <param name="path">Its absolute path.</param>
    FileContent Read(string path);

    /// <summary>
    /// The files of a directory that include_dir includes (conffiles.c, GetConfFilesInDir): not hidden, with a name that ends in .conf, in the
    /// order of the bytes of their names.
    /// </summary>
    /// <param name="directory">Its absolute path.</param>
    /// <param name="error">Why it cannot be listed; null if it can.</param>
    IReadOnlyList<string> List(string directory, out string? error);
}

/// <summary>The content of a file, or why it is not known.</summary>
/// <param name="Bytes">Its content; null where there is none.</param>
/// <param name="Error">Why it cannot be read; null if it can.</param>
/// <param name="IsMissing">Whether it does not exist.</param>
internal readonly record struct FileContent(byte[]? Bytes, string? Error, bool IsMissing)
{
    /// <summary>Whether it is a directory: pg_hba.conf includes it as an empty file, and postgresql.conf not at all.</summary>
    public bool IsDirectory { get; init; }

    /// <summary>It could be read.</summary>
    public static FileContent Of(byte[] bytes) => new(bytes, null, false);

    /// <summary>It does not exist.</summary>
    public static FileContent Missing { get; } = new(null, "No such file or directory", true);

    /// <summary>It exists, but cannot be read.</summary>
    public static FileContent Unreadable(string error) => new(null, error, false);
}
