namespace PgSsl.Hba;

/// <summary>The server refuses a line, and with it the file.</summary>
/// <param name="message">What it says.</param>
internal sealed class HbaRefusal(string message) : Exception(message)
{
    private readonly (string Before, string Text, string After)? _parts;

    /// <summary>A refusal that repeats something of the line.</summary>
    /// <param name="before">What the server says before it.</param>
    /// <param name="text">The word of the line, or a part of it.</param>
    /// <param name="after">What the server says behind it.</param>
    public HbaRefusal(string before, string text, string after)
        : this(before + text + after) => _parts = (before, text, after);

    /// <summary>Whether only the server's log says so: the view has a row that is all NULL (hba.c, parse_hba_auth_opt).</summary>
    public bool IsSilent { get; init; }

    /// <summary>Whether what is repeated is the name of an option.</summary>
    public bool IsOptionName { get; init; }

    /// <summary>The error, and how it is shown.</summary>
    /// <param name="line">The line.</param>
    /// <param name="at">The token that it is about; null for none.</param>
    public HbaError In(HbaFields line, HbaToken? at)
    {
        if (_parts is not var (before, text, after) || at is not { } token)
            return new HbaError(Message);
        string shown = IsOptionName ? HbaSecrets.ShowOptionName(text, token, line) : HbaSecrets.ShowWord(text, token, line.Tokens);
        // What is said behind it may repeat it.
        return new HbaError(Message, shown == text ? Message : before + shown + (after.StartsWith('"') ? "\"" : ""));
    }
}
