namespace PgSsl.Connections;

/// <summary>How libpq reads the value of a connection parameter.</summary>
internal enum ParameterSyntax
{
    /// <summary>Anything goes.</summary>
    Text,
    /// <summary>One of the allowed values, spelt exactly so.</summary>
    Choice,
    /// <summary>A TLS version in any case, or empty for no bound.</summary>
    TlsVersion,
    /// <summary>An integer of 32 bits, blanks around it allowed.</summary>
    Number,
    /// <summary>On if the value starts with <c>1</c>, off otherwise: nothing is refused.</summary>
    Flag,
    /// <summary>A list of authentication methods, all of them or none of them negated with <c>!</c>.</summary>
    AuthenticationMethods,
    /// <summary>32 bytes in base64.</summary>
    ScramKey,
}
