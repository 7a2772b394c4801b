namespace PgSsl.Hba;

/// <summary>One file, byte for byte.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="Content">Its bytes.</param>
public sealed record HbaFile(string Path, byte[] Content)
{
    /// <summary>The line break that new lines get: the file's first one, or a line feed.</summary>
    public string LineBreak
    {
        get
        {
            int feed = Content.AsSpan().IndexOf((byte)'\n');
            return feed > 0 && Content[feed - 1] == '\r' ? "\r\n" : "\n";
        }
    }
}
