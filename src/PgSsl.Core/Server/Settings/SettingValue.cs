using System.Globalization;

namespace PgSsl.Server.Settings;

/// <summary>
/// Compares a value as a file spells it with one as pg_settings shows it: in the base unit, without it (guc.c, parse_int, convert_to_base_unit).
/// </summary>
internal static class SettingValue
{
    private static readonly Dictionary<string, decimal> Bytes = new()
    {
        ["B"] = 1, ["kB"] = 1024, ["MB"] = 1024 * 1024, ["GB"] = 1024m * 1024 * 1024, ["TB"] = 1024m * 1024 * 1024 * 1024,
    };

    private static readonly Dictionary<string, decimal> Microseconds = new()
    {
        ["us"] = 1, ["ms"] = 1000, ["s"] = 1_000_000, ["min"] = 60_000_000, ["h"] = 3_600_000_000, ["d"] = 86_400_000_000,
    };

    /// <summary>Whether both mean the same; null where that is not known.</summary>
    /// <param name="written">The value in the file.</param>
    /// <param name="shown">The value that pg_settings shows.</param>
    /// <param name="kind">bool, enum, integer, real or string.</param>
    /// <param name="unit">The parameter's unit; null for none.</param>
    public static bool? IsSame(string written, string shown, string kind, string? unit)
    {
        switch (kind)
        {
            case "bool":
                return ServerSetting.ParseBoolean(written) is { } left && ServerSetting.ParseBoolean(shown) is { } right ? left == right : null;
            case "integer" or "real":
                if (string.Equals(written.Trim(), shown, StringComparison.Ordinal))
                    return true;
                if (Parse(written, unit) is not { } number || Parse(shown, unit) is not { } other)
                    return null;
                return kind == "integer" ? Math.Round(number) == Math.Round(other) : Math.Abs(number - other) <= Math.Abs(other) * 0.000001m;
            default:
                // Some are shown in another case than they are written: DateStyle, TimeZone.
                return string.Equals(written, shown, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static decimal? Parse(string text, string? unit)
    {
        text = text.Trim();
        // Octal and hexadecimal, as strtol reads them: file modes.
        if (text.Length > 1 && text[0] == '0' && text.All(char.IsAsciiHexDigit) && !text.Contains('.'))
            return text.All(digit => digit is >= '0' and <= '7') ? Convert.ToInt64(text, 8) : null;
        int end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        if (!decimal.TryParse(text.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number))
            return null;
        string suffix = text[end..].Trim();
        if (suffix.Length == 0)
            return number;
        if (unit is null)
            return null;
        // A base unit may be a number of bytes: 8kB for buffers.
        int digits = unit.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        decimal count = digits == 0 ? 1 : decimal.Parse(unit.AsSpan(0, digits), CultureInfo.InvariantCulture);
        string name = unit[digits..];
        foreach (Dictionary<string, decimal> units in (Dictionary<string, decimal>[])[Bytes, Microseconds])
            if (units.TryGetValue(name, out decimal size) && units.TryGetValue(suffix, out decimal given))
                return number * given / (count * size);
        return null;
    }
}
