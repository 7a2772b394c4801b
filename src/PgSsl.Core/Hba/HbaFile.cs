using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>One file, byte for byte.</summary>
/// <param name="path">Its absolute path.</param>
/// <param name="content">Its bytes.</param>
internal sealed class HbaFile(string path, byte[] content)
{
    private bool? _isPasswordList;

    /// <summary>Its absolute path.</summary>
    public string Path { get; } = path;

    /// <summary>Its bytes.</summary>
    public byte[] Content { get; } = content;

    /// <summary>
    /// Where its first NUL byte is; null where it has none. Up to there the server reads what this module reads. Behind it the server loses
    /// text, and how much depends on the size of its buffer (pg_get_line.c: fgets, then strlen): that is not copied here.
    /// </summary>
    public int? Nul { get; } = Array.IndexOf(content, (byte)0) is >= 0 and int index ? index : null;

    /// <summary>The number of the line with the first NUL byte, from 1; null where there is none.</summary>
    public int? NulLine => Nul is { } index ? 1 + Content.AsSpan(0, index).Count((byte)'\n') : null;

    /// <summary>Whether it is a list of passwords, such as PgBouncer reads it: then it should not be named with @.</summary>
    public bool IsPasswordList => _isPasswordList ??= HbaPasswordList.Is(Content);

    /// <summary>The line break that new lines get: the file's first one, or a line feed.</summary>
    public string LineBreak => LineEnds.Of(Content);
}
