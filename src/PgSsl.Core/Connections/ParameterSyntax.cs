namespace PgSsl.Connections;

/// <summary>How libpq reads the value of a connection parameter.</summary>
internal enum ParameterSyntax
{
    /// <summary>Any text.</summary>
    Text,
    /// <summary>One of the allowed values, with exactly this spelling.</summary>
    Choice,
    /// <summary>A TLS version in any case, or empty for no limit.</summary>
    TlsVersion,
    /// <summary>An integer of 32 bits, with blanks around it allowed.</summary>
    Number,
    /// <summary>On if the value starts with <c>1</c>, off otherwise; no value is refused.</summary>
    Flag,
    /// <summary>A list of authentication methods; either all or none of them are negated with <c>!</c>.</summary>
    AuthenticationMethods,
    /// <summary>32 bytes in base64.</summary>
    ScramKey,
}
