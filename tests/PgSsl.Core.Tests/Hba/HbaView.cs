using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PgSsl.Common;
using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>
/// The rows of pg_hba_file_rules that follow from what we read, each as a text that can be compared (hbafuncs.c, fill_hba_line). A row
/// with an error says so, but not which.
/// </summary>
internal static partial class HbaView
{
    /// <summary>What separates the elements of an array in the answers of the server.</summary>
    public const string Separator = "\u0001|\u0001";

    public const string HasError = "error";

    /// <summary>The rows of a document.</summary>
    public static IReadOnlyList<string> RowsOf(HbaDocument document)
    {
        bool hasNumbers = document.Dialect.Major >= 16;
        return [.. document.Entries.Select(entry => Row(entry, hasNumbers, document.Dialect))];
    }

    /// <summary>
    /// Whether it can be foretold what the view shows. Regular expressions have tests of their own, only whole URLs of
    /// <see cref="LdapUrls"/> are known here, and what the server reads behind a NUL byte depends on its buffer.
    /// </summary>
    public static bool IsForeseeable(HbaDocument document) => document.Files.All(file => file.Nul is null) && document.Entries.All(entry =>
        !entry.Line.Tokens.ToArray().Any(token => SpecialPattern().IsMatch(token.Text))
        && entry.Line.Tokens.ToArray().All(token => IsForeseeable(token.Text)));

    private static bool IsForeseeable(string option) => option.Split('=', 2) switch
    {
        ["ldapurl", string url] => LdapUrls.IsKnown(url),
        // The server asks for the addresses of names.
        ["radiusservers", string servers] => RadiusServers().IsMatch(servers),
        _ => true,
    };

    [GeneratedRegex("""^([, ]+|"(127\.0\.0\.1|::1|10\.1)"|(127\.0\.0\.1|::1|10\.1)(?![0-9.:"]))*$""")]
    private static partial Regex RadiusServers();

    // The view judges patterns by the characters of the database, and the server by bytes (Patterns/HbaAgreementTests).
    [GeneratedRegex("""^/.*[^\x00-\x7f]""", RegexOptions.Singleline)]
    private static partial Regex SpecialPattern();

    /// <summary>The columns of a row in one text, those that are NULL as a dash.</summary>
    public static string Row(params IEnumerable<string?> columns) =>
        string.Join("  ", columns.Select(column => column is null ? "-" : $"[{column}]"));

    /// <summary>The bytes of a value as text in the same way as ours.</summary>
    public static string? Decoded(string? bytes) => bytes is null
        ? null
        : string.Join(Separator, bytes.Split(Separator).Select(element => ServerText.Decode(Encoding.Latin1.GetBytes(element))));

    private static string Row(HbaEntry entry, bool hasNumbers, HbaDialect dialect)
    {
        string?[] where =
        [
            hasNumbers ? entry.Number?.ToString(CultureInfo.InvariantCulture) : null,
            hasNumbers ? Path.GetFileName(entry.Line.File.Path) : null,
            entry.Line.Number.ToString(CultureInfo.InvariantCulture),
        ];
        // A row without record that has a number is the one that is NULL all over: its error is in the log only.
        string? error = entry.Error is not null && entry.Number is null ? HasError : null;
        string?[] what = entry.Record is { } record
            ?
            [
                record.Type.ToWord(), Array(record.Databases), Array(record.Users), record.Address?.Text, record.Address?.MaskText, record.Method,
                Options(record, dialect),
            ]
            : [null, null, null, null, null, null, null];
        return Row([.. where, .. what, error]);
    }

    private static string Array(HbaName[] names) => string.Join(Separator, names.Select(name => name.Text));

    private static string? Options(HbaRecord record, HbaDialect dialect)
    {
        IEnumerable<(string Name, string? Value)> shown = HbaViewOptions.Of(record, dialect).Where(option => option.Value is not null);
        string[] options = [.. shown.Select(option => $"{option.Name}={option.Value}")];
        return options.Length == 0 ? null : string.Join(Separator, options);
    }
}
