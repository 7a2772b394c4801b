namespace PgSsl.Hba;

/// <summary>What the server says about a line.</summary>
/// <param name="Text">Its words, with words of the line.</param>
/// <param name="Shown">The same without words that may belong to a secret.</param>
internal sealed record HbaError(string Text, string Shown)
{
    /// <summary>An error without words of the line.</summary>
    public HbaError(string text)
        : this(text, text)
    {
    }
}
