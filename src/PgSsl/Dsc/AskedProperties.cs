using System.Collections;
using System.Collections.Specialized;
using PgSsl.Common;
using PgSsl.Connections;

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
    /// <see cref="PgSslError.UnknownParameter"/>; <see cref="PgSslError.InvalidParameterValue"/>: another type than the schema has, a relative path,
    /// or a password or key in plain text.
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
            object value = PropertyValue.Read(resource, name, entry.Value);
            if (resource.Files.Contains(name, StringComparer.OrdinalIgnoreCase))
                CheckPlace(resource, name, (string)value);
            if (name.Equals("endpoint", StringComparison.OrdinalIgnoreCase))
                CheckEndpoint(resource, (string)value);
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
    private static void CheckPlace(Resource resource, string name, string text)
    {
        bool takesText = name.Equals("certificate", StringComparison.OrdinalIgnoreCase);
        bool isText = takesText && text.Contains("-----BEGIN ", StringComparison.Ordinal);
        // A state has it again, an engine logs states, and an error would say that there is no such file.
        if (PemText.MayBe(text) && !isText)
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"{name} of PgSsl/{resource.Name} looks like the content of a PEM file. It is not shown: it may be a private key.",
                takesText ? "Give the absolute path, or the whole text with its BEGIN and END lines." : "Give the absolute path.");
        bool isAbsolute = text.Length == 0 || text == ConnectionSettings.SystemRoots || text[0] is '/' or '~' || Path.IsPathFullyQualified(text);
        if (!isAbsolute && !isText)
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"{name} of PgSsl/{resource.Name} is the relative path \"{SecretMask.Apply(text)}\".",
                "Give the absolute path.");
    }

    // What is in an endpoint is in the engine's log, too.
    private static void CheckEndpoint(Resource resource, string text)
    {
        IReadOnlyDictionary<string, string> parameters = PgEndpoint.Parse(text).Parameters;
        if (parameters.ContainsKey("password") || parameters.ContainsKey("sslpassword"))
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"The endpoint of PgSsl/{resource.Name} has a password in it.",
                "Give the password as the property credential.");
    }
}
