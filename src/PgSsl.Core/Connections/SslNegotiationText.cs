namespace PgSsl.Connections;

/// <summary>The spellings of <see cref="SslNegotiation"/>.</summary>
internal static class SslNegotiationText
{
    /// <summary>libpq's spelling: <c>postgres</c> or <c>direct</c>.</summary>
    public static string ToLibpq(this SslNegotiation negotiation) => negotiation == SslNegotiation.Direct ? "direct" : "postgres";

    /// <summary>Reads only libpq's spelling, as a connection string demands.</summary>
    public static bool TryParseLibpq(string? text, out SslNegotiation negotiation)
    {
        negotiation = text == "direct" ? SslNegotiation.Direct : SslNegotiation.Postgres;
        return text is "direct" or "postgres";
    }

    /// <summary>Reads <c>direct</c>, <c>Direct</c>, <c>postgres</c>, in any case.</summary>
    public static bool TryParse(string? text, out SslNegotiation negotiation) =>
        TryParseLibpq(text?.ToLowerInvariant(), out negotiation);
}
