using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Net;
using System.Numerics;
using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>What Hba.Format.ps1xml shows in its columns. Values may come deserialized, so nothing here relies on their types.</summary>
public static class HbaCells
{
    /// <summary>The type; green if it requires TLS, yellow if it lets plaintext in.</summary>
    public static string Type(PSObject rule, object? style) => Cells.Paint(
        $"{Value(rule, "Type")}",
        $"{Value(rule, "Type")}" == "hostssl" ? "Green" : Value(rule, "AllowsPlaintext") is true ? "Yellow" : null,
        style);

    /// <summary>A list as pg_hba.conf has it.</summary>
    public static string List(object? values) => PrintableText.Of(string.Join(',', Items(values)));

    /// <summary>Address and mask, in CIDR notation if possible.</summary>
    public static string Address(object? address, object? mask)
    {
        if (!IPAddress.TryParse($"{mask}", out IPAddress? parsed))
            return PrintableText.Of($"{address}");
        var bits = new BigInteger(parsed.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
        int width = parsed.GetAddressBytes().Length * 8;
        int ones = width;
        while (ones > 0 && (bits & (BigInteger.One << (width - ones))).IsZero)
            ones--;
        bool isContiguous = bits == (((BigInteger.One << ones) - 1) << (width - ones));
        return PrintableText.Of(isContiguous ? string.Create(CultureInfo.InvariantCulture, $"{address}/{ones}") : $"{address} {mask}");
    }

    /// <summary>The method, whole, and of its options those that fit.</summary>
    public static string Method(object? method, object? options, PSHost? host) => Columns.Cut(
        PrintableText.Of(string.Join(' ', Items(options).Prepend($"{method}"))), host, Math.Max(13, $"{method}".Length + 1), 25);

    /// <summary>The codes of a rule's findings, a long one cut if the column is narrow; the error of a line that is refused.</summary>
    public static string Findings(PSObject rule, PSHost? host, object? style, int narrow, int share)
    {
        int widest = Columns.WidthOf(host, narrow, share) - 1;
        string[] codes = [.. Objects(Value(rule, "Findings")).Select(finding => Columns.CutEnd($"{Value(finding, "Code")}", widest))];
        bool isCritical = Objects(Value(rule, "Findings")).Any(finding => Text(finding, "Severity") == "Critical");
        string text = Value(rule, "Type") is null && Value(rule, "Error") is { } error ? $"{error}" : string.Join(", ", codes);
        return Columns.Fold(Cells.Paint(text, isCritical ? "Red" : codes.Length > 0 ? "Yellow" : null, style), host, narrow, share);
    }

    /// <summary>Findings as sentences, each with what to do.</summary>
    public static string Explain(object? findings) => PrintableText.Join(
        Objects(findings).Select(finding => $"{Text(finding, "Severity")}: {Value(finding, "Message")} {Value(finding, "Remedy")}"));

    /// <summary>What the server does with a client.</summary>
    public static string Outcome(string? outcome, object? style) =>
        Cells.Paint(outcome ?? "", outcome switch { "authenticate" => "Green", "unknown" => "Yellow", _ => "Red" }, style);

    /// <summary>yes or no in their colours; empty if there was nothing to prove.</summary>
    public static string Proven(object? value, object? style) => value is bool isProven ? Cells.YesNo(isProven, style) : "";

    /// <summary>yes, no, or a question mark.</summary>
    public static string Answer(object? value) => value switch { true => "yes", false => "no", _ => "?" };

    /// <summary>A rule before and after, as a diff shows it.</summary>
    public static string Diff(object? before, object? after, object? style)
    {
        string[] lines =
        [
            .. before is null or "" ? [] : Painted($"- {before}", "Red", style),
            .. after is null or "" ? [] : Painted($"+ {after}", "Green", style),
        ];
        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>The lines of a diff in its colours.</summary>
    public static string DiffLines(object? lines, object? style) => string.Join(
        Environment.NewLine,
        Items(lines).SelectMany(line => Painted(line, line.StartsWith('+') ? "Green" : line.StartsWith('-') ? "Red" : null, style)));

    /// <summary>What was proven, a line each.</summary>
    public static string Proofs(object? proofs) => PrintableText.Join(
        Objects(proofs).Select(
            proof => $"{Value(proof, "Name")}: {(Text(proof, "State") == "Proven" ? "" : "not proven: ")}{Value(proof, "Detail")}"));

    /// <summary>Lines of text.</summary>
    public static string Lines(object? lines) => PrintableText.Join(Items(lines));

    /// <summary>A line of a file; it may go on in the next one.</summary>
    public static string Line(object? line) => PrintableText.Join($"{line}".Split('\n'));

    private static IEnumerable<string> Painted(string lines, string? colour, object? style) =>
        lines.Split('\n').Select(line => Cells.Paint(line.TrimEnd('\r'), colour, style));

    private static IEnumerable<string> Items(object? values) => Objects(values).Select(value => $"{value}");

    private static IEnumerable<PSObject> Objects(object? values)
    {
        object? list = values is PSObject wrapped ? wrapped.BaseObject : values;
        return list is IEnumerable items and not string ? items.Cast<object?>().OfType<object>().Select(PSObject.AsPSObject)
            : list is null ? [] : [PSObject.AsPSObject(list)];
    }

    // A deserialized enumeration is a number whose text is the old name.
    private static string Text(PSObject target, string property) => $"{target.Properties[property]?.Value}";

    private static object? Value(PSObject target, string property) =>
        target.Properties[property]?.Value is PSObject wrapped ? wrapped.BaseObject : target.Properties[property]?.Value;
}
