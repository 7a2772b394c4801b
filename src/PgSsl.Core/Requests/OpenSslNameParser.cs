using System.Text;

namespace PgSsl.Requests;

/// <summary>
/// Reads the argument of openssl's -subj (apps/lib/apps.c, parse_name): <c>/C=US/O=ACME/CN=db1</c>, in the order of the encoding.
/// The character after a backslash is read literally; a plus sign without a backslash joins attributes into one relative name.
/// </summary>
internal static class OpenSslNameParser
{
    public static List<List<SubjectAttribute>> Parse(string text)
    {
        var names = new List<List<SubjectAttribute>>();
        bool joins = false;
        for (int position = 1; position < text.Length;)
        {
            int equals = text.IndexOf('=', position);
            if (equals < 0)
                throw SubjectErrors.Text(text, $"\"{text[position..]}\" has no equals sign");
            string keyword = text[position..equals];
            AttributeType type = AttributeType.Find(keyword) ?? throw SubjectErrors.Text(text, $"there is no attribute \"{keyword}\"");
            position = equals + 1;
            var attribute = SubjectAttribute.Create(type, ReadValue(text, ref position));
            if (joins)
                names[^1].Add(attribute);
            else
                names.Add([attribute]);
            joins = position < text.Length && text[position] == '+';
            position++;
            if (joins && position == text.Length)
                throw SubjectErrors.Text(text, "nothing follows the last plus sign");
        }
        return names.Count > 0 ? names : throw SubjectErrors.Text(text, "it is empty");
    }

    private static string ReadValue(string text, ref int position)
    {
        var value = new StringBuilder();
        for (; position < text.Length && text[position] is not ('/' or '+'); position++)
        {
            if (text[position] == '\\' && ++position == text.Length)
                throw SubjectErrors.Text(text, "nothing follows the last backslash");
            value.Append(text[position]);
        }
        return value.ToString();
    }
}
