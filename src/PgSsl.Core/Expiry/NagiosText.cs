using System.Globalization;
using PgSsl.Common;

namespace PgSsl.Expiry;

/// <summary>One line as Monitoring Plugins write it, and the exit code (Monitoring Plugins Development Guidelines, "Plugin Output").</summary>
internal static class NagiosText
{
    /// <summary>How many values follow the bar. Nagios reads 8 KB of a plugin.</summary>
    internal const int ValueLimit = 20;

    private const int LengthLimit = 120;

    /// <summary>Makes the line. The worst status decides; what cannot be seen is worse than Ok, and better than a warning.</summary>
    public static NagiosResult Of(IReadOnlyCollection<CertificateExpiry> items)
    {
        CertificateExpiry[] worstFirst =
        [
            .. items.OrderByDescending(item => Rank(item.Status)).ThenBy(item => item.DaysRemaining ?? int.MaxValue),
        ];
        (string state, int code) = worstFirst is not [var worst, ..] ? ("UNKNOWN", 3) : worst.Status switch
        {
            "Expired" or "Critical" => ("CRITICAL", 2),
            "Warning" => ("WARNING", 1),
            "Unknown" => ("UNKNOWN", 3),
            _ => ("OK", 0),
        };
        string text = worstFirst is [var first, ..]
            ? $"{Count(worstFirst)}; {Name(first)}: {Short(first.Reason)}"
            : "nothing was found that expires";
        string[] values = [.. worstFirst.Where(item => item.DaysRemaining is not null).DistinctBy(Label).Take(ValueLimit).Select(Value)];
        string line = $"{state} - {Plain(text)}{(values.Length > 0 ? " | " : "")}{string.Join(' ', values)}";
        return new NagiosResult { Text = line, Status = state, ExitCode = code };
    }

    private static int Rank(string status) => Array.IndexOf(["Ok", "Unknown", "Warning", "Critical", "Expired"], status);

    private static string Count(CertificateExpiry[] items) => string.Join(
        ", ", items.GroupBy(item => item.Status).Select(group => $"{group.Count()} {group.Key.ToLowerInvariant()}"));

    private static string Name(CertificateExpiry item) => Short(string.Join(
        ' ', new[] { item.Kind, item.Server ?? item.Path, item.Subject }.Where(part => !string.IsNullOrEmpty(part))));

    private static string Short(string text) => text.Length <= LengthLimit ? text : $"{text[..LengthLimit]}…";

    /// <summary>The bar ends the text, and a line break would begin another part of it.</summary>
    private static string Plain(string text) => PrintableText.Of(text).Replace('|', '/');

    /// <summary>A label holds neither an equals sign nor a bar; a quote in it is written twice.</summary>
    private static string Label(CertificateExpiry item) =>
        $"'{Plain(Name(item)).Replace('=', '_').Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A range n: means that less than n alerts.</summary>
    private static string Value(CertificateExpiry item) =>
        string.Create(CultureInfo.InvariantCulture, $"{Label(item)}={item.DaysRemaining};{item.WarningDays}:;{item.CriticalDays}:");
}
