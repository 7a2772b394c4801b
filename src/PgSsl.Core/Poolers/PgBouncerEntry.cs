namespace PgSsl.Poolers;

/// <summary>A file of a configuration.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record PgBouncerFile(string Path, byte[] Content);

/// <summary><c>key = value</c>, where it is, and in which section.</summary>
/// <param name="File">The file.</param>
/// <param name="Section">The section, without brackets; null before the first one.</param>
/// <param name="Key">The key, case-sensitive.</param>
/// <param name="Value">The value: the rest of the line, without blanks around it. Quotes and comment signs are part of it.</param>
/// <param name="ValueStart">Where the value starts in the file, in bytes.</param>
/// <param name="ValueEnd">Where it ends.</param>
internal sealed record PgBouncerEntry(PgBouncerFile File, string? Section, string Key, string Value, int ValueStart, int ValueEnd)
{
    /// <summary>The line, counted from 1.</summary>
    public int LineNumber => 1 + File.Content.AsSpan(0, ValueStart).Count((byte)'\n');
}
