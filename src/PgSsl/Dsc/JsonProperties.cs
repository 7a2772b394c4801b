using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PgSsl.Dsc;

/// <summary>The properties of a resource as JSON, and back.</summary>
internal static class JsonProperties
{
    // What is written goes to an engine and a terminal, and never into a page.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the properties that an engine sends.</summary>
    /// <param name="input">One JSON object, in UTF-8; nothing stands for no properties.</param>
    /// <exception cref="PgSslException">It is something else.</exception>
    public static IDictionary Read(Stream input)
    {
        using var buffer = new MemoryStream();
        input.CopyTo(buffer);
        try
        {
            ReadOnlyMemory<byte> json = buffer.ToArray();
            if (json.Span.StartsWith(Encoding.UTF8.Preamble))
                json = json[Encoding.UTF8.Preamble.Length..];
            if (json.Span.Trim(" \t\r\n"u8).IsEmpty)
                return new Hashtable();
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return ReadObject(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The second is of half a surrogate pair, and of bytes that are not UTF-8.
            // The text of the exception has a piece of the input, which may be a secret.
        }
        throw new PgSslException(
            PgSslError.InvalidParameterValue, "Standard input is not a JSON object.",
            "Send the properties of the resource: {\"endpoint\": \"db1\"}.");
    }

    /// <summary>Writes a state in one line.</summary>
    public static string Write(IDictionary state)
    {
        var json = new JsonObject();
        foreach (DictionaryEntry entry in state)
            json[entry.Key.ToString()!] = ToNode(entry.Value, entry.Key.ToString()!);
        return json.ToJsonString(Plain);
    }

    /// <summary>Writes anything else in one line.</summary>
    public static string Write(object value) => JsonSerializer.Serialize(value, Plain);

    private static Dictionary<string, object?> ReadObject(JsonElement element)
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty property in element.EnumerateObject())
            if (!values.TryAdd(property.Name, ReadValue(property.Value)))
                throw new PgSslException(
                    PgSslError.InvalidParameterValue, $"The property {property.Name} is there twice.", "Leave one of them out.");
        return values;
    }

    private static object? ReadValue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => element.TryGetInt32(out int number) ? number : element.GetRawText(),
        JsonValueKind.Array => element.EnumerateArray().Select(ReadValue).ToArray(),
        JsonValueKind.Object when SecretOf(element) is { } secret => ToSecret(secret),
        JsonValueKind.Object when element.TryGetProperty("userName", out JsonElement user) && user.ValueKind == JsonValueKind.String
            && user.GetString() is { Length: > 0 } name && element.TryGetProperty("password", out JsonElement password)
            && SecretOf(password) is { } secret => new PSCredential(name, ToSecret(secret)),
        JsonValueKind.Object => ReadObject(element),
        _ => element.GetString(),
    };

    private static string? SecretOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("secureString", out JsonElement secret)
            && secret.ValueKind == JsonValueKind.String ? secret.GetString() : null;

    private static SecureString ToSecret(string secret)
    {
        var secure = new SecureString();
        foreach (char character in secret)
            secure.AppendChar(character);
        secure.MakeReadOnly();
        return secure;
    }

    private static JsonNode? ToNode(object? value, string property) => value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        DateTime time => JsonValue.Create(time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)),
        IDictionary map => JsonNode.Parse(Write(map)),
        string text => JsonValue.Create(text),
        IEnumerable list when property == Resource.RestartRequired =>
            new JsonArray([.. list.Cast<object>().Select(server => (JsonNode)new JsonObject { ["service"] = $"PostgreSQL at {server}" })]),
        IEnumerable list => new JsonArray([.. list.Cast<object>().Select(item => (JsonNode?)JsonValue.Create($"{item}"))]),
        _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };
}
