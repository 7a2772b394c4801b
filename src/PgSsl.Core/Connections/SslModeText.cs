namespace PgSsl.Connections;

/// <summary>The spellings of <see cref="SslMode"/>: libpq's, and those that people type in PowerShell.</summary>
internal static class SslModeText
{
    private static readonly string[] Names = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

    /// <summary>libpq's spelling, such as <c>verify-full</c>.</summary>
    public static string ToLibpq(this SslMode mode) => Names[(int)mode];

    /// <summary>Reads only libpq's spelling, as a connection string demands.</summary>
    public static bool TryParseLibpq(string? text, out SslMode mode)
    {
        int index = Array.IndexOf(Names, text);
        mode = (SslMode)Math.Max(index, 0);
        return index >= 0;
    }

    /// <summary>Reads <c>verify-full</c>, <c>VerifyFull</c>, <c>verifyfull</c>, in any case.</summary>
    public static bool TryParse(string? text, out SslMode mode)
    {
        string? spelling = text?.ToLowerInvariant() switch
        {
            "verifyca" => "verify-ca",
            "verifyfull" => "verify-full",
            var other => other,
        };
        return TryParseLibpq(spelling, out mode);
    }
}
