using System.Text;

namespace PgSsl.Connections;

/// <summary>The result of a parser: the parameters, and where secrets are in the text.</summary>
internal sealed class ParsedEndpoint
{
    private readonly List<(int Start, int End)> _secrets = [];

    /// <summary>The values by libpq's name, in the order in which they were first named; the last value wins.</summary>
    internal Dictionary<string, string> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Stores a value, translated from <c>requiressl</c> if necessary; false for a name that libpq does not have.
    /// </summary>
    internal bool TryStore(string name, string value, int start, int end)
    {
        // fe-connect.c, conninfo_storeval: libpq 18 still supports it.
        if (name == "requiressl") (name, value) = ("sslmode", value.StartsWith('1') ? "require" : "prefer");
        if (ConnectionParameters.Find(name) is not { } parameter) return false;
        Parameters[name] = value;
        if (parameter.IsSecret || RefusedText.MayHoldSecret(name, value)) _secrets.Add((start, end));
        return true;
    }

    /// <summary>Masks a part of the text.</summary>
    internal void Mask(int start, int end) => _secrets.Add((start, end));

    internal bool HasSecret => _secrets.Count > 0;

    /// <summary>The text that was parsed, with a mask instead of each secret.</summary>
    internal string MaskSecrets(string text)
    {
        if (_secrets.Count == 0) return text;
        var masked = new StringBuilder();
        int position = 0;
        foreach ((int start, int end) in _secrets.Order())
        {
            // A port that is masked may lie in a host list that is masked.
            if (start < position)
                continue;
            masked.Append(text, position, start - position).Append(ConnectionSetting.Mask);
            position = end;
        }
        return masked.Append(text, position, text.Length - position).ToString();
    }
}
