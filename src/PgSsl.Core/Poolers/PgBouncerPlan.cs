using PgSsl.Common;
using PgSsl.Files;

namespace PgSsl.Poolers;

/// <summary>A change of pgbouncer.ini that changes some settings, the bytes of these, and nothing else.</summary>
internal sealed class PgBouncerPlan
{
    private PgBouncerPlan(PgBouncerIni before, PgBouncerIni after, IReadOnlyList<FileEdit> edits) => (Before, After, Edits) = (before, after, edits);

    /// <summary>The configuration as it is.</summary>
    public PgBouncerIni Before { get; }

    /// <summary>The configuration as it would be: the planned text, read again.</summary>
    public PgBouncerIni After { get; }

    /// <summary>The files that change.</summary>
    public IReadOnlyList<FileEdit> Edits { get; }

    /// <summary>Whether everything is already as it should be.</summary>
    public bool IsNoChange => Edits.Count == 0;

    /// <summary>The change, as diff -u shows it, without the passwords of [databases] that may be near it.</summary>
    public string[] Diff => [.. Edits.SelectMany(edit => UnifiedDiff.Between(edit.Path, Show(edit.Expected!), Show(edit.Content!)))];

    private static string Show(byte[] content) => SecretText.MaskText(ServerText.Decode(content));

    /// <summary>
    /// Makes the plan. A value that counts is changed where it is written, in any file. A setting that is written nowhere is added behind the
    /// last client_tls_ setting, or else behind the header of the section.
    /// </summary>
    /// <param name="before">The configuration.</param>
    /// <param name="wanted">The settings that are wanted.</param>
    /// <exception cref="PgSslException">InvalidParameterValue: a value that the file cannot have.</exception>
    public static PgBouncerPlan Of(PgBouncerIni before, PgBouncerTls wanted)
    {
        var splices = new List<(PgBouncerFile File, int Start, int End, string Text)>();
        var added = new List<string>();
        foreach ((string key, string value) in wanted.Settings())
        {
            if (before.Find(key) is not { } entry)
                added.Add($"{key} = {value}");
            else if (entry.Value != value)
                splices.Add((entry.File, entry.ValueStart, entry.ValueEnd, value));
        }
        if (added.Count > 0)
            splices.Add(Insertion(before, added));

        FileEdit[] edits = [.. splices.GroupBy(splice => splice.File.Path).Select(group => Edit(group.First().File, group))];
        var contents = edits.ToDictionary(edit => edit.Path, edit => edit.Content!);
        PgBouncerIni after = PgBouncerIni.Read(
            before.Path, path => contents.GetValueOrDefault(path) ?? before.Files.First(file => file.Path == path).Content);
        Check(before, after, wanted);
        return new PgBouncerPlan(before, after, edits);
    }

    private static (PgBouncerFile, int, int, string) Insertion(PgBouncerIni ini, List<string> lines)
    {
        PgBouncerEntry? neighbour = ini.Settings.LastOrDefault(entry => entry.Key.StartsWith("client_tls", StringComparison.Ordinal));
        (PgBouncerFile file, int at) = neighbour is null ? ini.Header : (neighbour.File, neighbour.ValueEnd);
        string lineBreak = file.Content.AsSpan().IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";
        // A key may follow a header in the same line.
        int lineEnd = file.Content.AsSpan(at).IndexOf((byte)'\n');
        ReadOnlySpan<byte> rest = file.Content.AsSpan(at, lineEnd < 0 ? file.Content.Length - at : lineEnd);
        bool isLastInLine = rest.TrimEnd(" \t\r"u8).IsEmpty;
        string text = string.Concat(lines.Select(line => lineBreak + line)) + (isLastInLine ? "" : lineBreak);
        int start = isLastInLine ? at + rest.TrimEnd((byte)'\r').Length : at;
        return (file, start, start, text);
    }

    private static FileEdit Edit(PgBouncerFile file, IEnumerable<(PgBouncerFile File, int Start, int End, string Text)> splices)
    {
        var content = new MemoryStream();
        int from = 0;
        foreach ((_, int start, int end, string text) in splices.OrderBy(splice => splice.Start).ThenBy(splice => splice.End))
        {
            content.Write(file.Content.AsSpan(from, start - from));
            content.Write(ServerText.Encode(text));
            from = end;
        }
        content.Write(file.Content.AsSpan(from));
        return new FileEdit(file.Path, content.ToArray())
        {
            MayReplace = true, MayWriteInPlace = true, Expected = file.Content, Kind = FileKind.Configuration,
        };
    }

    // The new text is read again, so that its meaning is never assumed.
    private static void Check(PgBouncerIni before, PgBouncerIni after, PgBouncerTls wanted)
    {
        var settings = wanted.Settings().ToDictionary(setting => setting.Key, setting => setting.Value);
        bool isAsWanted = settings.All(setting => after.Find(setting.Key)?.Value == setting.Value);
        bool isOtherwiseAsBefore = Others(before).SequenceEqual(Others(after));
        if (!isAsWanted || !isOtherwiseAsBefore)
            throw new PgSslException(
                PgSslError.InvalidPgBouncerFile, $"In {before.Path} the settings cannot be changed without changing others.",
                "Write the settings into it by hand, each on a line of its own in [pgbouncer].");

        IEnumerable<(string?, string, string)> Others(PgBouncerIni ini) => ini.Entries
            .Where(entry => entry.Section != PgBouncerIni.MainSection || !settings.ContainsKey(entry.Key))
            .Select(entry => (entry.Section, entry.Key, entry.Value));
    }
}
