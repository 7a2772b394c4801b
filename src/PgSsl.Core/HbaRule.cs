using PgSsl.Hba;

namespace PgSsl;

/// <summary>A rule of pg_hba.conf, or a line that should be one and that the server refuses.</summary>
public sealed record HbaRule
{
    /// <summary>Its number, as pg_hba_file_rules counts from PostgreSQL 16 on; null for a line with an error.</summary>
    public required int? RuleNumber { get; init; }

    /// <summary>The file that it is in; an included one, perhaps.</summary>
    public required string FileName { get; init; }

    /// <summary>The number of its first line in that file.</summary>
    public required int LineNumber { get; init; }

    /// <summary>local, host, hostssl, hostnossl, hostgssenc or hostnogssenc; null for a line that is refused.</summary>
    public required string? Type { get; init; }

    /// <summary>The databases. A name that is called like a keyword is shown in quotes.</summary>
    public required string[] Database { get; init; }

    /// <summary>The users.</summary>
    public required string[] User { get; init; }

    /// <summary>An address, host name or keyword; null for local.</summary>
    public required string? Address { get; init; }

    /// <summary>The mask of the address; null where there is none.</summary>
    public required string? Netmask { get; init; }

    /// <summary>How clients authenticate.</summary>
    public required string? Method { get; init; }

    /// <summary>name=value, as written; three asterisks for a secret.</summary>
    public required string[] Options { get; init; }

    /// <summary>The comment behind it.</summary>
    public required string? Comment { get; init; }

    /// <summary>The line as it is in the file, but for secrets.</summary>
    public required string Raw { get; init; }

    /// <summary>
    /// What the server says about it: with a <see cref="Type"/>, the rule is loaded and never matches; without one, the whole file is refused.
    /// </summary>
    public required string? Error { get; init; }

    /// <summary>Whether it is about connections in plaintext and does not refuse them.</summary>
    public required bool AllowsPlaintext { get; init; }

    /// <summary>Whether it is about connections over TLS and does not refuse them.</summary>
    public required bool AllowsTls { get; init; }

    /// <summary>The earlier rule that always wins, as <c>pg_hba.conf:12</c>; null if it can be reached.</summary>
    public required string? IsShadowedBy { get; init; }

    /// <summary>What is the matter with it.</summary>
    public required Finding[] Findings { get; init; }

    /// <summary>pg_hba.conf itself; what included its file, if that is another one.</summary>
    public required string Path { get; init; }

    /// <summary>The line.</summary>
    public override string ToString() => Raw;

    /// <summary>The rules of a file, judged.</summary>
    public static IReadOnlyList<HbaRule> Of(HbaDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        HbaEntry?[] shadows = HbaShadows.Find(document.Entries);
        IReadOnlyList<Finding>[] findings = HbaFindings.Find(document, shadows);
        var rules = new HbaRule[shadows.Length];
        for (int i = 0; i < rules.Length; i++)
            rules[i] = Of(document, document.Entries[i], shadows[i], findings[i]);
        return rules;
    }

    /// <summary>One rule without judging it beside the others.</summary>
    public static HbaRule Of(HbaDocument document, HbaEntry entry) => Of(document, entry, null, []);

    /// <summary>Where a line is, as short as it is clear.</summary>
    internal static string Place(HbaLine line, HbaDocument document)
    {
        string name = line.File.Path[(line.File.Path.LastIndexOfAny(['/', '\\']) + 1)..];
        bool isAmbiguous = document.Files.Any(file => file != line.File && file.Path.EndsWith(name, StringComparison.Ordinal));
        return $"{(isAmbiguous ? line.File.Path : name)}:{line.Number}";
    }

    private static HbaRule Of(HbaDocument document, HbaEntry entry, HbaEntry? shadow, IReadOnlyList<Finding> findings)
    {
        HbaRecord? record = entry.Record;
        return new HbaRule
        {
            RuleNumber = record is null ? null : entry.Number,
            FileName = entry.Line.File.Path,
            LineNumber = entry.Line.Number,
            Type = record?.Type.ToWord(),
            Database = Names(record?.Databases),
            User = Names(record?.Users),
            Address = record?.Address?.Text,
            Netmask = record?.Address?.MaskText,
            Method = record?.Method,
            Options = record is { Options.Count: > 0 } ? [.. record.Options.Select(option => option.Display)] : [],
            Comment = entry.Line.Comment,
            Raw = HbaSecrets.MaskLine(entry),
            Error = HbaSecrets.MaskError(entry),
            AllowsPlaintext = record?.LetsIn(HbaTransport.Plaintext) == true,
            AllowsTls = record?.LetsIn(HbaTransport.Tls) == true && entry.Error is null,
            IsShadowedBy = shadow is null ? null : Place(shadow.Line, document),
            Findings = [.. findings],
            Path = document.Files[0].Path,
        };
    }

    private static string[] Names(HbaName[]? names) => names is null ? [] : Array.ConvertAll(names, name => name.Display);
}
