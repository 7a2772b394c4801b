using System.Text.Json;

namespace PgSsl.Backups;

/// <summary>The fields of a JSON object, read strictly. What is wrong is a <see cref="FormatException"/>.</summary>
internal sealed class BackupFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly int _longestText;

    public BackupFields(JsonElement element, int longestText)
    {
        _longestText = longestText;
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException("it is not a JSON object");
        foreach (JsonProperty field in element.EnumerateObject())
            if (!_fields.TryAdd(field.Name, field.Value))
                throw new FormatException("a field is there twice");
    }

    /// <summary>Throws if there are others.</summary>
    public void Allow(params string[] names)
    {
        if (_fields.Keys.Any(name => !names.Contains(name)))
            throw new FormatException("it has fields that are not known");
    }

    public int Number(string name) =>
        _fields.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number : throw new FormatException($"it has no {name}");

    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw new FormatException($"it has no {name}");

    public string? Text(string name) => _fields.TryGetValue(name, out JsonElement value) ? TextOf(value) : null;

    public BackupFields? Object(string name) =>
        _fields.TryGetValue(name, out JsonElement value) ? new BackupFields(value, _longestText) : null;

    public IReadOnlyList<string> Texts(string name, int most)
    {
        if (!_fields.TryGetValue(name, out JsonElement value))
            return [];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            throw new FormatException($"{name} is not a short list");
        return [.. value.EnumerateArray().Select(TextOf)];
    }

    /// <summary>Text without control characters, which no path has that this module writes.</summary>
    private string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= _longestText && !text.Any(char.IsControl)
            ? text : throw new FormatException("a text is too long, has control characters, or is none");
}
