using System.Management.Automation.Host;
using System.Net;
using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>
/// Text that fits into the column of a table. PowerShell would cut and wrap it at any character; here it ends at the end of a word, and a path
/// keeps its end. The width of a column is given as its characters in a window of 80, and its share, in percent, of what the window has more.
/// </summary>
/// <remarks>Text may be in a colour already (<see cref="Cells.Paint"/>): it does not count, and stays. Decision 85.</remarks>
public static partial class Columns
{
    private const int NarrowWindow = 80;
    private const int DefaultWindow = 120;
    private const string Ellipsis = "…";

    /// <summary>One line; an ellipsis stands for the words at the end that do not fit.</summary>
    public static string Cut(object? text, PSHost? host, int narrow, int share) =>
        Each($"{text}", line => CutEnd(line, WidthOf(host, narrow, share)));

    /// <summary>A path, or whatever else tells most at its end; an ellipsis stands for the folders that do not fit.</summary>
    public static string CutStart(object? path, PSHost? host, int narrow, int share) =>
        Each($"{path}", line => CutStart(line, WidthOf(host, narrow, share)));

    /// <summary>A value: a path keeps its end, other text its start, and an IP address all of it.</summary>
    public static string CutValue(object? value, PSHost? host, int narrow, int share)
    {
        string text = $"{value}";
        return text.AsSpan().IndexOfAny('/', '\\') >= 0 ? CutStart(text, host, narrow, share)
            : IPAddress.TryParse(text, out _) ? text
            : Cut(text, host, narrow, share);
    }

    /// <summary>An address, both of whose ends tell; an ellipsis stands for the middle that does not fit. One of IPv4 always fits.</summary>
    public static string CutMiddle(object? text, PSHost? host, int narrow, int share) => CutMiddle($"{text}", WidthOf(host, narrow, share));

    /// <summary>
    /// host:port; an ellipsis stands for the domains at the end of a name that do not fit, or for the middle of a label or an address.
    /// </summary>
    public static string CutServer(string? server, PSHost? host, int narrow, int share) => CutServer(server ?? "", WidthOf(host, narrow, share));

    /// <summary>As many lines as it takes, broken between words. A word that is longer than a line is broken behind its punctuation.</summary>
    public static string Fold(object? text, PSHost? host, int narrow, int share)
    {
        int width = WidthOf(host, narrow, share);
        return string.Join(Environment.NewLine, $"{text}".ReplaceLineEndings("\n").Split('\n').SelectMany(line => FoldLine(line, width)));
    }

    /// <summary>
    /// Fills a column. PowerShell takes the width of columns from the rows of the first 0.3 s; where rows come later, no row may be wider.
    /// </summary>
    public static string Fill(object? text, PSHost? host, int narrow, int share)
    {
        string shown = $"{text}";
        return shown + Missing(shown, WidthOf(host, narrow, share));
    }

    /// <summary>The same for a column whose text is at the right.</summary>
    public static string FillStart(object? text, int width) => Missing($"{text}", width) + $"{text}";

    /// <summary>How wide the window is; 120 where there is no window: a job, a runbook.</summary>
    public static int WindowOf(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.BufferSize.Width is > 0 and int width ? width : DefaultWindow;
        }
        catch (Exception exception) when (exception is HostException or NotImplementedException or InvalidOperationException or IOException)
        {
            return DefaultWindow;
        }
    }

    internal static int WidthOf(PSHost? host, int narrow, int share) =>
        narrow + (Math.Max(0, WindowOf(host) - NarrowWindow) * share / 100);

    private static string Missing(string shown, int width) => new(' ', Math.Max(0, width - CellWidth.Of(Colours().Replace(shown, ""))));

    internal static string CutEnd(string text, int width)
    {
        if (CellWidth.Of(text) <= width)
            return text;
        int most = CellWidth.Fit(text, width - Ellipsis.Length), end = most;
        int blank = text.LastIndexOf(' ', end);
        if (blank > 0)
            end = blank;
        while (end > 0 && !IsBreak(text, end))
            end--;
        // One long word: there is no better place.
        end = end > 0 ? end : most;
        return text[..end].TrimEnd(' ', ',') + Ellipsis;
    }

    private static string CutStart(string text, int width)
    {
        if (CellWidth.Of(text) <= width)
            return text;
        int earliest = CellWidth.FitEnd(text, width - Ellipsis.Length);
        int start = text.AsSpan(earliest).IndexOfAny('/', '\\');
        if (start < 0)
            start = Enumerable.Range(0, text.Length - earliest).FirstOrDefault(i => IsBreak(text, earliest + i));
        return Ellipsis + text[(earliest + start)..];
    }

    private static string CutServer(string server, int width)
    {
        int port = server.LastIndexOf(':');
        if (CellWidth.Of(server) <= width || port < 0 || server.StartsWith('[') || IPAddress.TryParse(server[..port], out _))
            return CutMiddle(server, width);
        int end = server.LastIndexOf('.', Math.Clamp(width - (server.Length - port) - Ellipsis.Length - 1, 0, port));
        end = end > 0 ? end : server.IndexOf('.');
        return CutMiddle(end > 0 && end < port ? server[..(end + 1)] + Ellipsis + server[port..] : server, width);
    }

    private static string CutMiddle(string text, int width)
    {
        if (CellWidth.Of(text) <= width)
            return text;
        int tail = (width - Ellipsis.Length) / 2;
        return text[..CellWidth.Fit(text, width - Ellipsis.Length - tail)] + Ellipsis + text[CellWidth.FitEnd(text, tail)..];
    }

    private static IEnumerable<string> FoldLine(string text, int width)
    {
        (string start, text, string end) = Undressed(text);
        string line = "";
        foreach (string word in text.Split(' ').SelectMany(word => Pieces(word, width)))
        {
            bool isSameWord = word.StartsWith('\0');
            string piece = isSameWord ? word[1..] : word;
            string longer = isSameWord || line.Length == 0 ? line + piece : $"{line} {piece}";
            if (CellWidth.Of(longer) > width && line.Length > 0)
            {
                yield return start + line + end;
                line = piece;
            }
            else
                line = longer;
        }
        yield return start + line + end;
    }

    /// <summary>The parts of a word that is too long for a line. Those behind the first begin with a NUL, which printable text never has.</summary>
    private static IEnumerable<string> Pieces(string word, int width)
    {
        string mark = "";
        while (CellWidth.Of(word) > width)
        {
            int end = CellWidth.Fit(word, width);
            while (end > 0 && !IsBreak(word, end))
                end--;
            if (end == 0)
                break;
            yield return mark + word[..end];
            word = word[end..];
            mark = "\0";
        }
        yield return mark + word;
    }

    /// <summary>
    /// Whether a word ends before this character, or one begins with it; MissingIntermediate is two words, aNULL is one, and scripts of East Asia
    /// have no blanks between words.
    /// </summary>
    private static bool IsBreak(string text, int index) => !char.IsLowSurrogate(text[index])
        && (!char.IsLetterOrDigit(text[index]) || !char.IsLetterOrDigit(text[index - 1]) || text[index] is >= '\u2E80' and <= '\uD7A3'
            || (index > 1 && char.IsUpper(text[index]) && char.IsLower(text[index - 1]) && char.IsLower(text[index - 2])));

    private static string Each(string text, Func<string, string> change) => string.Join(
        Environment.NewLine,
        text.ReplaceLineEndings("\n").Split('\n').Select(line =>
        {
            (string start, string plain, string end) = Undressed(line);
            return start + change(plain) + end;
        }));

    private static (string Start, string Text, string End) Undressed(string text)
    {
        Match dressed = Dressed().Match(text);
        return dressed.Success ? (dressed.Groups[1].Value, dressed.Groups[2].Value, dressed.Groups[3].Value) : ("", text, "");
    }

    [GeneratedRegex(@"^((?:\e\[[0-9;]*m)+)(.*?)((?:\e\[[0-9;]*m)+)$")]
    private static partial Regex Dressed();

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Colours();
}
