using PgSsl.Common;

namespace PgSsl.Server.Configuration;

/// <summary>One file, byte for byte.</summary>
/// <param name="path">Its absolute path.</param>
/// <param name="content">Its bytes.</param>
internal sealed class ConfigurationFile(string path, byte[] content)
{
    /// <summary>Its absolute path.</summary>
    public string Path { get; } = path;

    /// <summary>Its bytes.</summary>
    public byte[] Content { get; } = content;

    /// <summary>The line break for new lines: the file's first one, or a line feed.</summary>
    public string LineBreak => LineEnds.Of(Content);
}
