using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>One file, byte for byte.</summary>
/// <param name="path">Its absolute path.</param>
/// <param name="content">Its bytes.</param>
internal sealed class HbaFile(string path, byte[] content)
{
    /// <summary>Its absolute path.</summary>
    public string Path { get; } = path;

    /// <summary>Its bytes.</summary>
    public byte[] Content { get; } = content;

    /// <summary>The line break that new lines get: the file's first one, or a line feed.</summary>
    public string LineBreak => LineEnds.Of(Content);
}
