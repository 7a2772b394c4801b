using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>Keeps passwords that are written in pg_hba.conf out of what is shown.</summary>
internal static partial class HbaSecrets
{
    private const string Masked = "***";

    // Fields of hba.h that hold a secret.
    private static readonly string[] Options = ["ldapbindpasswd", "radiussecrets"];

    /// <summary>Whether the value of an option is a secret.</summary>
    public static bool IsSecret(string option) => Array.IndexOf(Options, option) >= 0;

    /// <summary>name=value without a secret.</summary>
    public static string MaskOption(string name, string value) => $"{name}={(IsSecret(name) ? Masked : value)}";

    /// <summary>A line as it is in the file, without secrets.</summary>
    public static string MaskLine(HbaEntry entry)
    {
        HbaLine line = entry.Line;
        if (entry.Record is null)
            return MaskRest(line.Raw);
        HbaOption[] secrets = SecretsOf(entry.Record);
        return secrets.Length == 0 ? MaskComment(line.Raw) : MaskComment(ServerText.Decode(Mask(line.File.Content, line.Start, line.End, secrets)));
    }

    /// <summary>A comment, which may be a rule that was switched off.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? MaskComment(string? text) => text is null ? null : Assignment().Replace(text, $"${{name}}={Masked}");

    /// <summary>A file without secrets, with the same number of lines.</summary>
    public static string MaskFile(HbaDocument document, HbaFile file)
    {
        // A refused line may contain a secret whose end is not known.
        var text = new StringBuilder();
        int from = 0;
        foreach (HbaEntry entry in document.Entries.Where(entry => entry.Line.File.Path == file.Path).DistinctBy(entry => entry.Line.Start))
        {
            HbaLine line = entry.Line;
            if (line.Start < from)
                continue;
            string masked = MaskLine(entry);
            int lost = file.Content.AsSpan(line.Start, line.End - line.Start).Count((byte)'\n') - masked.Count(letter => letter == '\n');
            text.Append(ServerText.Decode(file.Content.AsSpan(from, line.Start - from))).Append(masked).Append('\n', lost);
            from = line.End;
        }
        return MaskComment(text.Append(ServerText.Decode(file.Content.AsSpan(from))).ToString());
    }

    /// <summary>What the server says about a line, without parts of a secret that it read as something else.</summary>
    public static string? MaskError(HbaEntry entry) =>
        entry.Error is { } error && Array.Exists(Options, option => entry.Line.Raw.Contains(option, StringComparison.OrdinalIgnoreCase))
            ? MaskRest(error.Split(':')[0])
            : entry.Error;

    /// <summary>A text without what follows the name of a secret: in a refused line it is not known where the secret ends.</summary>
    public static string MaskRest(string text)
    {
        int[] ends =
        [
            .. Options.Select(option => (At: text.IndexOf(option, StringComparison.OrdinalIgnoreCase), option.Length))
                .Where(found => found.At >= 0).Select(found => found.At + found.Length),
        ];
        return ends.Length == 0 ? text : $"{text[..ends.Min()]}={Masked}";
    }

    private static HbaOption[] SecretsOf(HbaRecord record) =>
        [.. record.Options.Where(option => IsSecret(option.Name) && !option.Token.IsFromFile)];

    private static byte[] Mask(byte[] content, int from, int to, HbaOption[] secrets)
    {
        var masked = new MemoryStream();
        foreach (HbaOption option in secrets)
        {
            masked.Write(content.AsSpan(from, option.Token.Start - from));
            masked.Write(Encoding.UTF8.GetBytes(option.Display));
            from = option.Token.End;
        }
        masked.Write(content.AsSpan(from, to - from));
        return masked.ToArray();
    }

    [GeneratedRegex(
        """(?<name>ldapbindpasswd|radiussecrets)"?[ \t]*=[ \t]*("([^"\n]|"")*"?|[^\s#]+)""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Assignment();
}
