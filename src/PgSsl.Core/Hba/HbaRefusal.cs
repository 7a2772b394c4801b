namespace PgSsl.Hba;

/// <summary>The server refuses a line, and with it the file.</summary>
internal sealed class HbaRefusal(string message) : Exception(message)
{
    /// <summary>Whether the server says so in its log only: the view has a row without anything (hba.c, parse_hba_auth_opt).</summary>
    public bool IsSilent { get; init; }
}
