using PgSsl.Common;
using PgSsl.Hba;

namespace PgSsl;

/// <summary>A rule of pg_hba.conf, or a line that is meant as a rule and that the server refuses.</summary>
public sealed record HbaRule
{
    private const int NotJudged = -1;

    // Everything else is worked out from these when somebody asks: a file may have a hundred thousand rules, of which few are looked at.
    private readonly HbaDocument _document;
    private readonly HbaEntry _entry;
    private readonly int _index;

    private HbaRule(HbaDocument document, HbaEntry entry, int index) => (_document, _entry, _index) = (document, entry, index);

    /// <summary>Its number, as pg_hba_file_rules counts from PostgreSQL 16 on; null for a line with an error.</summary>
    public int? RuleNumber => _entry.Record is null ? null : _entry.Number;

    /// <summary>The file that contains it, which may be an included one.</summary>
    public string FileName => _entry.Line.File.Path;

    /// <summary>The number of its first line in that file.</summary>
    public int LineNumber => _entry.Line.Number;

    /// <summary>local, host, hostssl, hostnossl, hostgssenc or hostnogssenc; null for a line that is refused.</summary>
    public string? Type => _entry.Record?.Type.ToWord();

    /// <summary>The databases. A name that is spelled like a keyword is shown in quotes.</summary>
    public OutputList<string> Database => Names(_entry.Record?.Databases);

    /// <summary>The users.</summary>
    public OutputList<string> User => Names(_entry.Record?.Users);

    /// <summary>An address, host name or keyword; null for local.</summary>
    public string? Address => _entry.Record?.Address is HbaAddress.HostName { Masked: { } masked } ? masked : _entry.Record?.Address?.Text;

    /// <summary>The mask of the address; null where there is none.</summary>
    public string? Netmask => _entry.Record?.Address?.MaskText;

    /// <summary>How clients authenticate.</summary>
    public string? Method => _entry.Record?.Method;

    /// <summary>name=value as written, with three asterisks in place of a secret.</summary>
    public OutputList<string> Options => [.. (_entry.Record?.Options ?? []).Select(option => option.Display)];

    /// <summary>The comment behind it.</summary>
    public string? Comment => HbaSecrets.ShowComment(_entry);

    /// <summary>The line as it is in the file, without secrets.</summary>
    public string Raw => HbaSecrets.ShowLine(_entry);

    /// <summary>
    /// What the server says about the line. With a <see cref="Type"/>, the rule is loaded and never matches; without one, the whole file is
    /// refused.
    /// </summary>
    public string? Error => _entry.ShownError;

    /// <summary>Whether it matches connections in plaintext and does not refuse them.</summary>
    public bool AllowsPlaintext => _entry.Record?.LetsIn(HbaTransport.Plaintext) == true;

    /// <summary>Whether it matches connections over TLS and does not refuse them.</summary>
    public bool AllowsTls => _entry.Record?.LetsIn(HbaTransport.Tls) == true && _entry.Error is null;

    /// <summary>The earlier rule that always wins over it, as <c>pg_hba.conf:12</c>; null if it can be reached.</summary>
    public string? IsShadowedBy =>
        _index != NotJudged && _document.Neighbours.ShadowOf(_index) is { } shadow ? _document.PlaceOf(shadow.Line) : null;

    /// <summary>What somebody should look at.</summary>
    public OutputList<Finding> Findings => _index == NotJudged ? [] : HbaFindings.Of(_document, _index);

    /// <summary>pg_hba.conf itself, even where an included file contains the rule.</summary>
    public string Path => _document.Files[0].Path;

    /// <summary>The line, printable.</summary>
    public override string ToString() => PrintableText.Join(Raw.Split('\n'));

    /// <summary>The rules of a file, each judged beside the others.</summary>
    internal static IEnumerable<HbaRule> Of(HbaDocument document) =>
        document.Entries.Select((entry, index) => new HbaRule(document, entry, index));

    /// <summary>One rule that is not judged: it has no findings.</summary>
    internal static HbaRule Of(HbaDocument document, HbaEntry entry) => new(document, entry, NotJudged);

    private static string[] Names(HbaName[]? names) => names is null ? [] : Array.ConvertAll(names, name => name.Shown);
}
