namespace PgSsl.Files;

/// <summary>One file as it is to be, as part of a <see cref="FileTransaction"/>.</summary>
/// <param name="Path">The file, absolute; it need not exist. A symbolic link stays one, and the file behind it changes.</param>
/// <param name="Content">The whole content; null to delete the file.</param>
public sealed record FileEdit(string Path, byte[]? Content)
{
    /// <summary>Who may use it.</summary>
    public FileProtection Protection { get; init; } = FileProtection.Public;

    /// <summary>Whether a file that exists may be replaced.</summary>
    public bool MayReplace { get; init; }

    /// <summary>
    /// What the change was worked out from: where another content is found, nothing is written. Null: whatever is there may go.
    /// </summary>
    public byte[]? Expected { get; init; }

    /// <summary>Whether the directory is created where it is missing, for its owner only.</summary>
    public bool CreatesDirectory { get; init; }
}
