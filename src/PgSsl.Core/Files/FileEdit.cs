namespace PgSsl.Files;

/// <summary>One file as it is to be, as part of a <see cref="FileTransaction"/>.</summary>
/// <param name="Path">The file, absolute; it need not exist. A symbolic link stays one, and the file behind it changes.</param>
/// <param name="Content">The whole content; null to delete the file.</param>
internal sealed record FileEdit(string Path, byte[]? Content)
{
    /// <summary>Who may use it.</summary>
    public FileProtection Protection { get; init; } = FileProtection.Public;

    /// <summary>Whether a file that exists may be replaced.</summary>
    public bool MayReplace { get; init; }

    /// <summary>
    /// What the change was worked out from: where another content is found, nothing is written. Null: whatever is there may go.
    /// </summary>
    public byte[]? Expected { get; init; }

    /// <summary>
    /// Whether the content may be written into the file that is there, where no other file can be put in its place: a single file that
    /// is mounted into a container. Only for text whose readers skip blank lines at the end. It is not done in one step: a reader may
    /// see a mix, and so may everybody if the machine dies. A backup is beside it before the first byte is written; owner, group and
    /// mode stay, whatever <see cref="Protection"/> says.
    /// </summary>
    public bool MayWriteInPlace { get; init; }

    /// <summary>Whether the directory is created where it is missing, for its owner only.</summary>
    public bool CreatesDirectory { get; init; }
}
