using System.Globalization;
using System.Text.RegularExpressions;

namespace PgSsl.Connections;

/// <summary>
/// A server, as the user named it: the parameters in the order written, still without service file, environment and defaults.
/// </summary>
internal sealed partial class PgEndpoint
{
    private readonly Dictionary<string, string> _parameters;

    private PgEndpoint(Dictionary<string, string> parameters, string text) => (_parameters, Text) = (parameters, text);

    /// <summary>What the connection string of an application says beyond that; null for what was written for libpq.</summary>
    public ApplicationConnection? Application { get; private init; }

    /// <summary>
    /// The parameters by libpq's name. Secrets are in clear: this is for programs, and <see cref="Text"/> is for people.
    /// </summary>
    public IReadOnlyDictionary<string, string> Parameters => _parameters;

    /// <summary>What was probably meant otherwise than it is read, as sentences.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>The text that was written, with a mask instead of each secret.</summary>
    public string Text { get; }

    /// <summary>
    /// Reads <c>host</c>, <c>host:port</c>, <c>[v6]:port</c>, a bare IPv6 address, a socket directory, a
    /// <c>postgresql://</c> URI, or a connection string (anything else with an equals sign).
    /// </summary>
    /// <exception cref="PgSslException">The text is none of these, or names a parameter that libpq does not have.</exception>
    public static PgEndpoint Parse(string text)
    {
        // Text from files and clipboards may have blanks around it; in a connection string the last blank may be escaped, and belong to a value.
        string trimmed = text.Trim();
        RefusedText.Refuse(trimmed);
        if (ConnectionUriParser.IsUri(trimmed)) return FromParsed(ConnectionUriParser.Parse(trimmed), trimmed);
        if (IsAdoNet(trimmed)) throw EndpointErrors.AdoNet(trimmed);
        if (text.Contains('=') && !HasForeignScheme(trimmed)) return FromParsed(ConninfoParser.Parse(text), text, text);
        Dictionary<string, string> host = ShortEndpointParser.Parse(trimmed);
        return new PgEndpoint(host, trimmed) { Warnings = EndpointTraps.Find(host, null) };
    }

    /// <summary>
    /// Takes parameters one by one, as from a hashtable: names in any case, or by <see cref="ParameterAliases"/>; sslmode and sslnegotiation in
    /// PowerShell's spelling, too. An empty value counts as not given (PQconnectdbParams).
    /// </summary>
    /// <exception cref="PgSslException">libpq has no such parameter, or it is given twice under different names.</exception>
    public static PgEndpoint FromParameters(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in parameters)
        {
            string canonical = ParameterAliases.Resolve(name);
            if (string.IsNullOrEmpty(value)) continue;
            EndpointErrors.RefuseNul(value);
            if (!found.TryAdd(canonical, ToLibpqSpelling(canonical, value)))
                throw new PgSslException(
                    PgSslError.ContradictoryParameters, $"The parameter {canonical} is given twice, once as \"{name}\".",
                    "Give it once.");
        }
        return new PgEndpoint(found, ConninfoText.WriteMasked(found)) { Warnings = EndpointTraps.Find(found, null) };
    }

    /// <summary>An endpoint from the connection string of an application.</summary>
    /// <param name="application">What it says to its driver.</param>
    /// <param name="parameters">The same by libpq's names, as far as libpq has them.</param>
    /// <param name="text">What was written, with a mask instead of each secret.</param>
    public static PgEndpoint Of(ApplicationConnection application, IReadOnlyDictionary<string, string> parameters, string text) =>
        new(new(parameters, StringComparer.Ordinal), text) { Application = application, Warnings = EndpointTraps.Find(parameters, null) };

    /// <summary>
    /// The same endpoint with one parameter replaced, or removed for null; <see cref="Text"/> does not change.
    /// </summary>
    /// <exception cref="PgSslException">libpq has no such parameter.</exception>
    public PgEndpoint With(string name, string? value)
    {
        if (ConnectionParameters.Find(name) is null) throw EndpointErrors.UnknownParameter(name);
        if (value is not null) EndpointErrors.RefuseNul(value);
        var parameters = new Dictionary<string, string>(_parameters, StringComparer.Ordinal);
        if (value is null) parameters.Remove(name);
        else parameters[name] = value;
        return new PgEndpoint(parameters, Text) { Application = Application, Warnings = Warnings };
    }

    /// <summary>
    /// The same endpoint, narrowed to one of its hosts. Its <see cref="Text"/> can be parsed again, by this module and by psql, and holds no secret:
    /// <c>host:port</c> if that is enough, else a connection string.
    /// </summary>
    public PgEndpoint At(ConnectionHost host)
    {
        PgEndpoint narrowed = With("host", host.Host.Length > 0 ? host.Host : null)
            .With("hostaddr", host.HostAddress)
            .With("port", host.Port.ToString(CultureInfo.InvariantCulture));
        bool isPlain = narrowed._parameters.Count == 2 && host.HostAddress is null && !host.IsUnixSocket;
        string text = isPlain
            ? host.ToString()
            : ConninfoText.Write(narrowed._parameters.Where(parameter => !ConnectionParameters.IsSecret(parameter.Key)));
        return new PgEndpoint(narrowed._parameters, text) { Application = Application, Warnings = Warnings };
    }

    /// <summary>
    /// A connection string that names the same connection, and holds no secret; where nothing is written, with the servers that are meant.
    /// </summary>
    public string ReusableText(ConnectionSettings settings)
    {
        KeyValuePair<string, string>[] written =
            [.. _parameters.Where(pair => !ConnectionParameters.IsSecret(pair.Key) && !RefusedText.MayHoldSecret(pair.Key, pair.Value))];
        return ConninfoText.Write(written.Length > 0 ? written
            : from name in (string[])["host", "hostaddr", "port"]
              where !string.IsNullOrEmpty(settings[name])
              select KeyValuePair.Create(name, settings[name]!));
    }

    /// <summary>Works out all parameters as libpq does: explicit, then service file, then environment, then default.</summary>
    /// <exception cref="PgSslException">libpq would refuse a value, a combination, or the service file.</exception>
    public ConnectionSettings Resolve(ConnectionEnvironment environment)
    {
        return SettingsResolver.Resolve(this, Application?.Narrow(environment) ?? environment);
    }

    /// <summary>
    /// As <see cref="Resolve"/>, for a question that does not depend on the sslmode: it uses the strongest, which contradicts no other setting. An
    /// sslmode that libpq does not have is still an error.
    /// </summary>
    /// <exception cref="PgSslException">libpq would refuse a value, a combination, or the service file.</exception>
    public ConnectionSettings ResolveForAnyMode(ConnectionEnvironment environment)
    {
        bool isValid = !Parameters.TryGetValue("sslmode", out string? written) || SslModeText.TryParseLibpq(written, out _);
        ConnectionEnvironment seen = Application?.Narrow(environment) ?? environment;
        return SettingsResolver.Resolve(isValid ? With("sslmode", SslMode.VerifyFull.ToLibpq()) : this, seen, this);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static PgEndpoint FromParsed(ParsedEndpoint parsed, string text, string? conninfo = null) =>
        new(parsed.Parameters, parsed.MaskSecrets(text)) { Warnings = EndpointTraps.Find(parsed.Parameters, conninfo) };

    /// <summary>
    /// Host=db1;Password=x: libpq would read all of it as the value of one parameter, and the password would be shown as a part of a host name.
    /// </summary>
    private static bool IsAdoNet(string text) => text.Contains(';') && AdoNet().IsMatch(text);

    [GeneratedRegex(
        @"^[a-z ]+=[^';]*;\s*(host|server|port|database|user ?(id|name)?|uid|pwd|password|ssl ?mode)\s*=",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AdoNet();

    /// <summary>jdbc:postgresql://host/db?user=x has an equals sign, but is not a connection string.</summary>
    private static bool HasForeignScheme(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        return scheme > 0
            && text[..scheme].All(character => char.IsAsciiLetterOrDigit(character) || character is ':' or '+' or '-' or '.');
    }

    private static string ToLibpqSpelling(string name, string value) => name switch
    {
        "sslmode" when SslModeText.TryParse(value, out SslMode mode) => mode.ToLibpq(),
        "sslnegotiation" when SslNegotiationText.TryParse(value, out SslNegotiation negotiation) => negotiation.ToLibpq(),
        _ => value,
    };
}
