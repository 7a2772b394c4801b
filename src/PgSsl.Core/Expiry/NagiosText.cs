using System.Globalization;
using System.Text;
using PgSsl.Common;

namespace PgSsl.Expiry;

/// <summary>One line as Monitoring Plugins write it, and the exit code (Monitoring Plugins Development Guidelines, "Plugin Output").</summary>
internal static class NagiosText
{
    /// <summary>How many values follow the bar.</summary>
    internal const int ValueLimit = 20;

    /// <summary>How many bytes the line may have. Nagios reads 8 KB of a plugin (MAX_PLUGIN_OUTPUT_LENGTH), and cuts a value in two.</summary>
    internal const int ByteLimit = 8000;

    private const int LengthLimit = 120;
    private const int MarkLength = 8;

    /// <summary>Makes the line. The worst status decides; what cannot be seen is worse than Ok, and better than a warning.</summary>
    public static NagiosResult Of(IReadOnlyCollection<CertificateExpiry> items)
    {
        CertificateExpiry[] worstFirst =
        [
            .. items.Distinct().OrderByDescending(item => Rank(item.Status)).ThenBy(item => item.DaysRemaining ?? int.MaxValue),
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
        var line = new StringBuilder($"{state} - {Plain(text)}");
        int bytes = Encoding.UTF8.GetByteCount(line.ToString());
        string mark = " | ";
        foreach (string value in Values(worstFirst).Take(ValueLimit))
        {
            bytes += mark.Length + Encoding.UTF8.GetByteCount(value);
            if (bytes > ByteLimit)
                break;
            line.Append(mark).Append(value);
            mark = " ";
        }
        return new NagiosResult { Text = line.ToString(), Status = state, ExitCode = code };
    }

    private static int Rank(string status) => Array.IndexOf(["Ok", "Unknown", "Warning", "Critical", "Expired"], status);

    private static string Count(CertificateExpiry[] items) => string.Join(
        ", ", items.GroupBy(item => item.Status).Select(group => $"{group.Count()} {group.Key.ToLowerInvariant()}"));

    /// <summary>A range n: means that less than n alerts.</summary>
    private static IEnumerable<string> Values(CertificateExpiry[] items)
    {
        ILookup<string, CertificateExpiry> named = items.Where(item => item.DaysRemaining is not null).ToLookup(Name);
        var written = new HashSet<string>();
        foreach (CertificateExpiry item in items.Where(item => item.DaysRemaining is not null))
        {
            string name = Name(item);
            bool isShared = named[name].Select(other => other.Fingerprint).Distinct().Skip(1).Any();
            string label = Label(isShared && item.Fingerprint is { Length: >= MarkLength } print ? $"{name} {print[..MarkLength]}" : name);
            if (written.Add(label))
                yield return string.Create(CultureInfo.InvariantCulture, $"{label}={item.DaysRemaining};{item.WarningDays}:;{item.CriticalDays}:");
        }
    }

    private static string Name(CertificateExpiry item) => Short(string.Join(
        ' ', new[] { item.Kind, item.Server ?? item.Path, item.Name }.Where(part => !string.IsNullOrEmpty(part))));

    /// <summary>The half of a surrogate pair is not a character.</summary>
    private static string Short(string text) => text.Length <= LengthLimit ? text
        : $"{text[..(char.IsHighSurrogate(text[LengthLimit - 1]) ? LengthLimit - 1 : LengthLimit)]}…";

    /// <summary>The bar ends the text, and a line break would begin another part of it.</summary>
    private static string Plain(string text) => PrintableText.Of(text).Replace('|', '/');

    /// <summary>A label holds neither an equals sign nor a bar; a quote in it is written twice.</summary>
    private static string Label(string name) => $"'{Plain(name).Replace('=', '_').Replace("'", "''", StringComparison.Ordinal)}'";
}
