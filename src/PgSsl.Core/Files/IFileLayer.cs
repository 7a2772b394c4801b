namespace PgSsl.Files;

/// <summary>
/// The few operations of which every change of files consists. <see cref="DiskFiles"/> is the real one; a test replaces it by one that fails, or
/// stops, at any operation.
/// </summary>
internal interface IFileLayer
{
    /// <summary>The file that a path leads to, if it may be written. Links are followed in every part of the path.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnexpectedFile"/>: it is not what it should be.</exception>
    FileTarget FindTarget(string path);

    /// <summary>The content of a file; null where there is no file.</summary>
    byte[]? Read(string path);

    /// <summary>A file's content, owner, mode and attributes; null where there is no file. A link is not followed.</summary>
    FileSnapshot? Examine(string path);

    /// <summary>The identity of the file with a name, without following links; null where the platform has no such numbers.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    FileIdentity? Identify(string path);

    /// <summary>
    /// Holds directories: until that is disposed, every operation on a file in one of them is made in this very directory, even if another one
    /// has taken its path.
    /// </summary>
    /// <exception cref="IOException">One was exchanged since its path was found.</exception>
    IDisposable Pin(IReadOnlyList<string> directories);

    /// <summary>Whether a directory exists.</summary>
    bool DirectoryExists(string path);

    /// <summary>
    /// Creates a directory that only its owner can enter. Missing directories above it are created as well, with the usual mode.
    /// </summary>
    void CreateDirectory(string path);

    /// <summary>
    /// Creates a file, which must not exist. It is protected before its first byte, and its content is on the disk when this returns.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its content.</param>
    /// <param name="protection">Who may use it.</param>
    /// <param name="like">
    /// A file whose owner and attributes it gets, and whose mode as far as the protection allows; null for a new file.
    /// </param>
    /// <returns>Its identity; null where the platform has no such numbers.</returns>
    FileIdentity? Create(string path, ReadOnlyMemory<byte> content, FileProtection protection, FileSnapshot? like);

    /// <summary>Renames a file within its directory, atomically; an existing target is replaced if that is allowed.</summary>
    /// <exception cref="IOException">It fails; on Unix with the errno as HResult.</exception>
    void Move(string source, string target, bool replace);

    /// <summary>Looks whether a file can be replaced by a rename: before the first of several renames, which would have to be undone.</summary>
    /// <exception cref="IOException">It is held by another program, or read-only.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be replaced.</exception>
    void CheckMayReplace(string path)
    {
        // On Unix the rights of the directory decide, and these were needed before.
    }

    /// <summary>From here on the steps of an undo are made: it waits longer for files that other programs hold.</summary>
    void BeginUndo()
    {
    }

    /// <summary>Lets two files of a directory exchange their names, atomically.</summary>
    /// <returns>False, and nothing is done, where the platform or the file system cannot.</returns>
    /// <exception cref="IOException">It fails, with the errno as HResult.</exception>
    bool Exchange(string one, string other);

    /// <summary>
    /// Overwrites an existing file; the content is on the disk when this returns. Owner, group and mode stay. If it cannot be opened for writing,
    /// or there is not enough space, it keeps its content, at most with blank lines behind it. A reader may see a mix in the meantime.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its new content.</param>
    /// <param name="identity">The expected identity; null where the platform has no such numbers.</param>
    /// <exception cref="IOException">It cannot be written, or another file has that name now.</exception>
    void WriteInPlace(string path, ReadOnlyMemory<byte> content, FileIdentity? identity);

    /// <summary>Deletes a file. It is not an error if it does not exist.</summary>
    void Delete(string path);

    /// <summary>Deletes a file if it belongs to this account, or this is root; it stays if that fails.</summary>
    void DeleteOwn(string path);

    /// <summary>The paths of the files in a directory.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Makes renames in a directory survive a power failure, if the platform can.</summary>
    void FlushDirectory(string directory);

    /// <summary>
    /// Keeps other changes of this module away from a directory until the lock is disposed. Null where its file system has no locks.
    /// </summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotWritten"/>: another change has kept the lock for too long.
    /// </exception>
    IDisposable? Lock(string directory);
}
