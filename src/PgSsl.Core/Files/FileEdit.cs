namespace PgSsl.Files;

/// <summary>The new state of a file, as part of a <see cref="FileTransaction"/>.</summary>
/// <param name="Path">The file, absolute; it need not exist. A symbolic link stays a link, and the file behind it changes.</param>
/// <param name="Content">The whole content; null to delete the file.</param>
internal sealed record FileEdit(string Path, byte[]? Content)
{
    /// <summary>Who may use it.</summary>
    public FileProtection Protection { get; init; } = FileProtection.Public;

    /// <summary>Whether a file that exists may be replaced.</summary>
    public bool MayReplace { get; init; }

    /// <summary>
    /// The content for which the change was planned: if the file holds something else, nothing is written. Null if any content may be replaced.
    /// </summary>
    public byte[]? Expected { get; init; }

    /// <summary>
    /// Whether the content may be written into the existing file if it cannot be replaced: a single file that is mounted into a container. It is
    /// only for text whose readers skip blank lines at the end. It is not atomic: a reader may see a mix, and if the machine crashes the file may
    /// stay a mix. A backup is made before the first byte is written. Owner, group and mode stay, whatever <see cref="Protection"/> says.
    /// </summary>
    public bool MayWriteInPlace { get; init; }

    /// <summary>What the file is, and so what it may hold if it exists.</summary>
    public FileKind Kind { get; init; } = FileKind.Any;

    /// <summary>
    /// The file whose owner, group, mode and attributes it gets exactly; null for those of the file in place, as <see cref="Protection"/> allows.
    /// </summary>
    public FileSnapshot? Like { get; init; }

    /// <summary>
    /// The file whose place it takes under another name: the new file gets owner, group, mode and access list as if it replaced that one. Null for
    /// the file in place.
    /// </summary>
    public string? InsteadOf { get; init; }

    /// <summary>A file beside it that has the content already; null for none. It is used if it is still as <see cref="Like"/>.</summary>
    public string? Source { get; init; }

    /// <summary>Whether the directory is created if it is missing; only its owner can use it.</summary>
    public bool CreatesDirectory { get; init; }
}
