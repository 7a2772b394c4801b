using PgSsl.Common;
using PgSsl.Hba.Policy;
using PgSsl.Server.Settings;

namespace PgSsl.Server.Configuration;

/// <summary>Edits that put an assignment into a file.</summary>
internal static class ConfigurationEdit
{
    /// <summary>Replaces the value of an assignment; blanks and comments stay.</summary>
    public static TextEdit ReplaceValue(ConfigurationFile file, ConfigurationEntry entry, SslParameter parameter, string value)
    {
        bool isQuoted = file.Content[entry.ValueStart] == '\'';
        return new TextEdit(entry.ValueStart, entry.ValueEnd - entry.ValueStart, Write(parameter, value, isQuoted));
    }

    /// <summary>Puts a # before an assignment.</summary>
    public static TextEdit CommentOut(ConfigurationEntry entry) => new(entry.NameStart, 0, "#");

    /// <summary>Adds a line behind the last commented-out assignment to the parameter, as initdb writes them; null where there is none.</summary>
    public static TextEdit? InsertAfterComment(ConfigurationFile file, SslParameter parameter, string name, string value)
    {
        ReadOnlySpan<byte> content = file.Content;
        int found = -1;
        for (int start = 0; start < content.Length;)
        {
            int feed = content[start..].IndexOf((byte)'\n');
            int next = feed < 0 ? content.Length : start + feed + 1;
            if (IsCommentedOut(ServerText.Decode(content[start..next]), parameter))
                found = next;
            start = next;
        }
        return found < 0 ? null : Insert(file, found, parameter, name, value);
    }

    /// <summary>Adds a line at the end.</summary>
    public static TextEdit Append(ConfigurationFile file, SslParameter parameter, string name, string value) =>
        Insert(file, file.Content.Length, parameter, name, value);

    private static TextEdit Insert(ConfigurationFile file, int position, SslParameter parameter, string name, string value)
    {
        bool endsLine = position == 0 || file.Content[position - 1] == '\n';
        return new TextEdit(position, 0, $"{(endsLine ? "" : file.LineBreak)}{name} = {Write(parameter, value, isQuoted: false)}{file.LineBreak}");
    }

    // Words that are not names need quotes. In the files of PostgreSQL, on and off have none.
    private static string Write(SslParameter parameter, string value, bool isQuoted) =>
        parameter.Kind == SslParameterKind.Switch && !isQuoted ? value : GucString.Quote(value);

    // It needs an equals sign: otherwise a sentence that begins with the word ssl would match.
    private static bool IsCommentedOut(string line, SslParameter parameter)
    {
        string text = line.TrimStart(' ', '\t');
        if (!text.StartsWith('#'))
            return false;
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && parameter.IsCalled(text[1..equals].Trim(' ', '\t'));
    }
}
