using System.Globalization;

namespace PgSsl.Connections;

/// <summary>Reads integers as libpq does (fe-connect.c, pqParseIntParam): strtol in base 10, with blanks around it allowed.</summary>
internal static class LibpqInteger
{
    private static readonly char[] Blanks = [' ', '\t', '\n', '\v', '\f', '\r'];

    internal static bool TryParse(string text, out int value) =>
        int.TryParse(text.Trim(Blanks), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
