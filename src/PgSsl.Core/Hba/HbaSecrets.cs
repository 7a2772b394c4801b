using System.Text;

namespace PgSsl.Hba;

/// <summary>Passwords that stand in pg_hba.conf, kept out of what is shown.</summary>
internal static class HbaSecrets
{
    private const string Mask = "***";

    // Fields of hba.h that hold a secret.
    private static readonly string[] Options = ["ldapbindpasswd", "radiussecrets"];

    /// <summary>Whether the value of an option is a secret.</summary>
    public static bool IsSecret(string option) => Array.IndexOf(Options, option) >= 0;

    /// <summary>name=value without a secret.</summary>
    public static string MaskOption(string name, string value) => $"{name}={(IsSecret(name) ? Mask : value)}";

    /// <summary>A line as it is in the file, but for secrets.</summary>
    public static string MaskLine(HbaEntry entry)
    {
        HbaLine line = entry.Line;
        if (entry.Record is null)
            return MaskRest(line.Raw);
        var text = new StringBuilder();
        int from = line.Start;
        foreach (HbaOption option in entry.Record.Options.Where(option => IsSecret(option.Name) && !option.Token.IsFromFile))
        {
            text.Append(HbaText.Decode(line.File.Content.AsSpan(from, option.Token.Start - from))).Append(option.Display);
            from = option.Token.End;
        }
        return from == line.Start ? line.Raw : text.Append(HbaText.Decode(line.File.Content.AsSpan(from, line.End - from))).ToString();
    }

    /// <summary>What the server says about a line, without a piece of a secret that it took for something else.</summary>
    public static string? MaskError(HbaEntry entry) =>
        entry.Error is { } error && Array.Exists(Options, option => entry.Line.Raw.Contains(option, StringComparison.OrdinalIgnoreCase))
            ? MaskRest(error.Split(':')[0])
            : entry.Error;

    // In a line that is refused, nobody knows where a secret ends.
    private static string MaskRest(string text)
    {
        int[] ends =
        [
            .. Options.Select(option => (At: text.IndexOf(option, StringComparison.OrdinalIgnoreCase), option.Length))
                .Where(found => found.At >= 0).Select(found => found.At + found.Length),
        ];
        return ends.Length == 0 ? text : $"{text[..ends.Min()]}={Mask}";
    }
}
