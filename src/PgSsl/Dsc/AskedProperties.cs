using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Security;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Connections.Dialects;

namespace PgSsl.Dsc;

/// <summary>What a configuration asks of a resource, checked.</summary>
internal sealed class AskedProperties
{
    private static readonly string[] OfTheEngine = ["_inDesiredState", "_metadata", "_restartRequired", "_name"];

    private readonly OrderedDictionary _values;

    private AskedProperties(OrderedDictionary values) => _values = values;

    /// <summary>A value; null where it is not asked for.</summary>
    public object? this[string name] => _values[name];

    /// <summary>Checks the properties.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="properties">The properties of the configuration.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.UnknownParameter"/>; <see cref="PgSslError.InvalidParameterValue"/>: a relative path, or a password in an endpoint.
    /// </exception>
    public static AskedProperties Read(Resource resource, IDictionary properties)
    {
        var values = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in properties)
        {
            string name = entry.Key.ToString()!;
            if (entry.Value is null || resource.Facts.Contains(name, StringComparer.OrdinalIgnoreCase)
                || OfTheEngine.Contains(name, StringComparer.OrdinalIgnoreCase))
                continue;
            if (!resource.Parameters.Keys.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new PgSslException(
                    PgSslError.UnknownParameter, $"PgSsl/{resource.Name} has no property {name}.",
                    $"The properties are {string.Join(", ", resource.Parameters.Keys)}.");
            object value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            if (resource.Files.Contains(name, StringComparer.OrdinalIgnoreCase))
                CheckPlace(resource, name, value);
            if (resource.Secrets.Contains(name, StringComparer.OrdinalIgnoreCase))
                CheckSecret(resource, name, value);
            if (name.Equals("endpoint", StringComparison.OrdinalIgnoreCase))
                CheckEndpoint(resource, value);
            values[name] = value;
        }
        return new AskedProperties(values);
    }

    /// <summary>The same, with another value for one of them.</summary>
    public AskedProperties With(string name, object value)
    {
        var values = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in _values)
            values[entry.Key] = entry.Value;
        values[name] = value;
        return new AskedProperties(values);
    }

    /// <summary>The parameters of the resource's cmdlet.</summary>
    public Hashtable ParametersOf(Resource resource)
    {
        var parameters = new Hashtable();
        foreach ((string property, string? parameter) in resource.Parameters)
            if (parameter is not null && _values[property] is { } value)
                parameters[parameter] = value;
        return parameters;
    }

    /// <summary>Some of the parameters.</summary>
    /// <param name="names">Pairs of a property and the parameter.</param>
    public Hashtable Parameters(params (string Property, string Parameter)[] names)
    {
        var parameters = new Hashtable();
        foreach ((string property, string parameter) in names)
            if (_values[property] is { } value)
                parameters[parameter] = value;
        return parameters;
    }

    /// <summary>The state that has what is asked for; no secrets, and nothing that is only written.</summary>
    public OrderedDictionary ToState(Resource resource)
    {
        var state = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (string property in resource.Parameters.Keys)
            if (_values[property] is { } value && !resource.WriteOnly.Contains(property))
                state[property] = value;
        return state;
    }

    // An engine's working directory is the module's folder, which nobody means.
    private static void CheckPlace(Resource resource, string name, object value)
    {
        string text = value.ToString()!;
        bool takesText = name.Equals("certificate", StringComparison.OrdinalIgnoreCase);
        // A state has it again, and an engine logs states.
        if (PemText.MayBe(text) && !takesText)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"{name} of PgSsl/{resource.Name} looks like the content of a PEM file. It is not shown: it may be a private key.",
                "Give the absolute path.");
        bool isAbsolute = text.Length == 0 || text == ConnectionSettings.SystemRoots || text[0] is '/' or '~' || Path.IsPathFullyQualified(text)
            || PemText.MayBe(text);
        if (!isAbsolute)
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"{name} of PgSsl/{resource.Name} is the relative path \"{SecretMask.Apply(text)}\".",
                "Give the absolute path.");
    }

    // The error of a parameter that a text cannot be bound to would show the text.
    private static void CheckSecret(Resource resource, string name, object value)
    {
        if (value is not (SecureString or PSCredential))
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"{name} of PgSsl/{resource.Name} is not a secret.",
                "Use secureString, or for credential userName and a password that is a secureString.");
    }

    // What is in an endpoint is in the engine's log, too.
    private static void CheckEndpoint(Resource resource, object value)
    {
        IReadOnlyDictionary<string, string> parameters = ApplicationEndpoint.Parse(value.ToString()!).Parameters;
        if (parameters.ContainsKey("password") || parameters.ContainsKey("sslpassword"))
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"The endpoint of PgSsl/{resource.Name} has a password in it.",
                "Give the password as the property credential.");
    }
}
