using System.Collections;
using System.Management.Automation;
using System.Security;

namespace PgSsl.Dsc;

/// <summary>
/// The type of a property, as its schema has it. Only an engine validates: without one, the text "false" would be true, and a list with an endpoint
/// in it would pass the check of endpoints.
/// </summary>
internal static class PropertyValue
{
    private static readonly HashSet<string> Flags = new(StringComparer.OrdinalIgnoreCase)
    {
        "force", "includeLoopback", "rejectPlaintext", "replaceExpired", "ssl", "_exist",
    };

    private static readonly HashSet<string> Numbers = new(StringComparer.OrdinalIgnoreCase) { "serverVersion", "minimumDays" };

    private static readonly HashSet<string> Lists = new(StringComparer.OrdinalIgnoreCase)
    {
        "user", "database", "address", "type", "hostName", "groups",
    };

    /// <summary>The name of a property's type in JSON schemas.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="name">The property.</param>
    public static string TypeOf(Resource resource, string name) =>
        resource.Secrets.Contains(name, StringComparer.OrdinalIgnoreCase) ? "object"
            : Flags.Contains(name) ? "boolean"
            : Numbers.Contains(name) ? "integer"
            : Lists.Contains(name) ? "array" : "string";

    /// <summary>A value of the property's type.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="name">The property.</param>
    /// <param name="given">The value of the configuration.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: another type, or a key.</exception>
    public static object Read(Resource resource, string name, object given)
    {
        object value = Unwrap(given);
        return TypeOf(resource, name) switch
        {
            "object" => ReadSecret(resource, name, value),
            "boolean" => value switch
            {
                bool flag => flag,
                SwitchParameter flag => flag.IsPresent,
                _ => throw Wrong(resource, name, "true or false", "Write true or false, without quotation marks."),
            },
            "integer" => value switch
            {
                int number => number,
                long number and >= int.MinValue and <= int.MaxValue => (int)number,
                _ => throw Wrong(resource, name, "a whole number", "Write a number, without quotation marks."),
            },
            "array" => ReadList(resource, name, value),
            _ => value is string text ? Check(resource, name, text) : throw Wrong(resource, name, "text", "Write one text, in quotation marks."),
        };
    }

    private static object Unwrap(object value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static string[] ReadList(Resource resource, string name, object value)
    {
        if (value is string one)
            return [Check(resource, name, one)];
        object?[] items = value is IEnumerable list and not IDictionary ? [.. list.Cast<object?>()] : [null];
        return [.. items.Select(item => item is not null && Unwrap(item) is string text ? Check(resource, name, text)
            : throw Wrong(resource, name, "a list of texts", "Write a list: [\"one\", \"two\"]."))];
    }

    // The error of a parameter that a text cannot be bound to would show the text.
    private static object ReadSecret(Resource resource, string name, object value) => value switch
    {
        PSCredential when name.Equals(Resource.Credential, StringComparison.OrdinalIgnoreCase) => value,
        SecureString when !name.Equals(Resource.Credential, StringComparison.OrdinalIgnoreCase) => value,
        _ => throw Wrong(
            resource, name, "a secret", "Use secureString, or for credential userName and a password that is a secureString."),
    };

    // An engine logs what it sends, and a state has most of it again.
    private static string Check(Resource resource, string name, string text) =>
        !text.Contains("PRIVATE KEY-----", StringComparison.OrdinalIgnoreCase) ? text : throw new PgSslException(
            PgSslError.InvalidParameterValue,
            $"{name} of PgSsl/{resource.Name} has a private key in it. It is not shown.",
            "Give the absolute path of the key's file as keyPath. An engine may have logged the key: request a certificate for a new one.");

    private static PgSslException Wrong(Resource resource, string name, string what, string remedy) =>
        new(PgSslError.InvalidParameterValue, $"{name} of PgSsl/{resource.Name} is not {what}.", remedy);
}
