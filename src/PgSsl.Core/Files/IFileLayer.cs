namespace PgSsl.Files;

/// <summary>
/// The few steps of which every change to files consists. <see cref="DiskFiles"/> is the real one; a test puts one in its place that
/// fails, or dies, at any step.
/// </summary>
internal interface IFileLayer
{
    /// <summary>The file that a path leads to: symbolic links are followed, as all readers of these files follow them.</summary>
    string FollowLinks(string path);

    /// <summary>
    /// The one path that all spellings of a file or directory lead to: links are followed in every part of it.
    /// </summary>
    string RealPath(string path);

    /// <summary>The content of a file; null where there is none.</summary>
    byte[]? Read(string path);

    /// <summary>A file's content together with its owner and mode; null where there is none.</summary>
    FileSnapshot? Examine(string path);

    /// <summary>Which file has a name, links not followed; null where the platform has no such numbers.</summary>
    /// <exception cref="IOException">None has.</exception>
    FileIdentity? Identify(string path);

    /// <summary>Whether a directory is there.</summary>
    bool DirectoryExists(string path);

    /// <summary>
    /// Creates a directory that only its owner can enter. Those above it that are missing are created as well, with the usual mode.
    /// </summary>
    void CreateDirectory(string path);

    /// <summary>
    /// Creates a file that must not exist, protected before its first byte, with its content on the disk when this returns.
    /// </summary>
    /// <param name="path">Where.</param>
    /// <param name="content">What.</param>
    /// <param name="protection">Who may use it.</param>
    /// <param name="like">A file whose owner, and mode as far as the protection allows, it takes over; null for a new one.</param>
    /// <returns>Which file it is; null where the platform has no such numbers.</returns>
    FileIdentity? Create(string path, ReadOnlyMemory<byte> content, FileProtection protection, FileSnapshot? like);

    /// <summary>Renames a file within its directory, in one step; what is at the target goes if it may be replaced.</summary>
    /// <exception cref="IOException">It fails; on Unix with the errno as HResult.</exception>
    void Move(string source, string target, bool replace);

    /// <summary>
    /// Writes a file that exists anew, on the disk when this returns. Owner, group and mode stay. What cannot be opened for writing, or
    /// not be given the space, keeps its content, at most with blank lines behind it; who else reads it meanwhile may see a mix.
    /// </summary>
    /// <param name="path">Where.</param>
    /// <param name="content">What.</param>
    /// <param name="identity">The file that is meant; null where the platform has no such numbers.</param>
    /// <exception cref="IOException">It cannot be written, or another file has that name by now.</exception>
    void WriteInPlace(string path, ReadOnlyMemory<byte> content, FileIdentity? identity);

    /// <summary>Deletes a file; one that is not there is no error.</summary>
    void Delete(string path);

    /// <summary>The paths of the files in a directory.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Makes renames in a directory survive a power failure, where the platform can.</summary>
    void FlushDirectory(string directory);

    /// <summary>
    /// Keeps other changes of this kind away from a directory until disposed. Null where its file system knows no locks.
    /// </summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotWritten"/>: another change has been going on for longer than anybody should wait.
    /// </exception>
    IDisposable? Lock(string directory);
}
