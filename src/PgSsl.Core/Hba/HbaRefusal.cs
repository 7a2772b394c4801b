namespace PgSsl.Hba;

/// <summary>The server refuses a line, and with it the file.</summary>
internal sealed class HbaRefusal(string message) : Exception(message)
{
    /// <summary>Whether only the server's log says so: the view has a row that is all NULL (hba.c, parse_hba_auth_opt).</summary>
    public bool IsSilent { get; init; }
}
