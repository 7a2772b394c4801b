namespace PgSsl.Connections;

/// <summary>
/// What a connection string of an application says beyond libpq's parameters: the driver that it was written for, and all that it says to
/// that driver.
/// </summary>
/// <param name="Client">The driver, as -Client names it.</param>
internal sealed record ApplicationConnection(string Client)
{
    /// <summary>The parameters in the driver's own spelling, in the order written. Secrets are in clear: this is for programs.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Written { get; init; }

    /// <summary>The mode of a connection that says nothing about TLS; null for libpq's default.</summary>
    public SslMode? DefaultSslMode { get; init; }

    /// <summary>The variables of libpq that this driver reads as well.</summary>
    public IReadOnlyCollection<string> Variables { get; init; } = [];

    /// <summary>Why the driver itself refuses the string; null if it takes it.</summary>
    public PgSslException? Refusal { get; init; }

    /// <summary>What the string says about TLS, in its own words: <c>SSL Mode=Require</c>. Empty if it says nothing.</summary>
    public string SslWords { get; init; } = "";

    /// <summary>The last value of a parameter, whose name may be in any case; null if it is not there.</summary>
    public string? this[string name] => Written.LastOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The environment as the driver sees it: of libpq's variables only those that it reads.</summary>
    public ConnectionEnvironment Narrow(ConnectionEnvironment environment) =>
        environment.Where(name => Variables.Contains(name) || !ConnectionParameters.IsVariable(name));
}
