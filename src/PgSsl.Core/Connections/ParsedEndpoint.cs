using System.Text;

namespace PgSsl.Connections;

/// <summary>What a parser found: the parameters, and where their secrets stand in the text.</summary>
internal sealed class ParsedEndpoint
{
    private readonly List<(int Start, int End)> _secrets = [];

    /// <summary>The values by libpq's name, in the order they were first named; the last value given wins.</summary>
    internal Dictionary<string, string> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Keeps a value, translated from <c>requiressl</c> where need be; false for a name that libpq does not know.
    /// </summary>
    internal bool TryStore(string name, string value, int start, int end)
    {
        // fe-connect.c, conninfo_storeval: still honoured in libpq 18.
        if (name == "requiressl") (name, value) = ("sslmode", value.StartsWith('1') ? "require" : "prefer");
        if (ConnectionParameters.Find(name) is not { } parameter) return false;
        Parameters[name] = value;
        if (parameter.IsSecret) _secrets.Add((start, end));
        return true;
    }

    internal bool HasSecret => _secrets.Count > 0;

    /// <summary>The text that was parsed, with a mask in place of each secret.</summary>
    internal string MaskSecrets(string text)
    {
        if (_secrets.Count == 0) return text;
        var masked = new StringBuilder();
        int position = 0;
        foreach ((int start, int end) in _secrets)
        {
            masked.Append(text, position, start - position).Append(ConnectionSetting.Mask);
            position = end;
        }
        return masked.Append(text, position, text.Length - position).ToString();
    }
}
