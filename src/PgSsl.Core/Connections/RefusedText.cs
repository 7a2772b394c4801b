using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Connections;

/// <summary>
/// Texts that are no endpoint. What people paste there by mistake is often the very text that holds a password, in a place where no parser
/// looks for it, so it is shown only as far as it cannot hold one.
/// </summary>
internal static partial class RefusedText
{
    private const string Quotes = "\"'`\u2018\u2019\u201C\u201D";

    /// <summary>The text, if it is a host, an address or a port number beside one; otherwise its first word and an ellipsis.</summary>
    public static string Show(string text) => Harmless().IsMatch(text) ? text : FirstWord().Match(text).Value + "…";

    /// <summary>A port as it was written, if it consists of digits and signs: after a colon many write the password.</summary>
    public static string ShowPort(string port) => MayHoldSecret("port", port) ? "what is given as port" : $"\"{port}\"";

    /// <summary>
    /// Whether the value of a parameter that is no secret may hold a password all the same: it is a URI with a user in it, a connection string, or a
    /// part of one. No host has an @ inside, and no port has letters.
    /// </summary>
    public static bool MayHoldSecret(string parameter, string value) => parameter switch
    {
        "port" => !value.All(character => char.IsAsciiDigit(character) || character is '+' or '-' or ',' or ' '),
        "host" or "hostaddr" => Array.Exists(value.Split(','), host => host.IndexOf('@') > 0 || host.Contains("://", StringComparison.Ordinal))
            || HasSecretParameter(value),
        _ => HasSecretParameter(value)
            || (value.Contains("://", StringComparison.Ordinal) && SecretText.MaskWord(value, isRefused: false) != value),
    };

    /// <summary>password=… behind another parameter: a line of a service file with several, or a connection string as a database (psql -d).</summary>
    private static bool HasSecretParameter(string value) => value.Contains('=') && SecretText.MaskText(value) != value;

    /// <summary>Refuses such a value where a server would get to see it, or a name look-up.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>, without the value.</exception>
    public static void RefuseSecretIn(string parameter, string? value)
    {
        if (!string.IsNullOrEmpty(value) && MayHoldSecret(parameter, value))
            throw new PgSslException(
                PgSslError.InvalidParameterValue,
                $"What is given as {parameter} is a URI or a connection string, or a part of one, and may hold a password.",
                "Give the whole of it as the endpoint; a service file has one parameter in a line. In a URI's user, password and database write %40 "
                    + "for @, %2F for / and %3A for :.");
    }

    /// <summary>Refuses what surrounds an endpoint when it is copied from somewhere, and a URI with characters that had to be encoded.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidEndpoint"/>, without the text.</exception>
    public static void Refuse(string text)
    {
        if (text is [var first, .., var last] && Quotes.Contains(first) && Quotes.Contains(last))
            throw EndpointErrors.Invalid("The endpoint has quotes around it.", "Take them off: PowerShell has removed its own already.");
        if (Assignment().Match(text) is { Success: true } assignment
            && ConnectionParameters.Find(assignment.Groups["name"].Value.ToLowerInvariant()) is null)
            throw EndpointErrors.Invalid(
                $"The endpoint begins with the name of a variable, {assignment.Groups["name"].Value}.",
                "Give only what stands behind the equals sign, without quotes; it begins with postgresql://.");
        if (Command().IsMatch(text))
            throw EndpointErrors.Invalid(
                "The endpoint is a command line.", "Give only the connection in it, without quotes; it begins with postgresql://.");
        if (text.StartsWith("//", StringComparison.Ordinal) && text.Contains('@'))
            throw EndpointErrors.Invalid("The endpoint is a URI without its scheme.", "Begin it with postgresql://.");
        if (text.Contains("\\u0026", StringComparison.OrdinalIgnoreCase))
            throw EndpointErrors.Invalid(
                @"The endpoint has \u0026 in it, as JSON writes the character &.", "Write & instead; ConvertFrom-Json does it.");
        if (Placeholder().Match(text) is { Success: true } placeholder)
            throw EndpointErrors.Invalid(
                $"The endpoint is a template: {placeholder.Value} stands for something that is not filled in.", "Replace it, with its brackets.");
        if (ConnectionUriParser.IsUri(text))
            RefuseUnencoded(text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..]);
    }

    /// <summary>
    /// A user or password with an <c>@</c> or a <c>/</c> that is not percent-encoded: libpq takes the rest of it for a host, a port or a database.
    /// No host has an @; a database may, but behind <c>word:word</c> without an @ it is more likely the end of a password.
    /// </summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidEndpoint"/>, without the text.</exception>
    internal static void RefuseUnencoded(string rest)
    {
        string beforeQuery = rest.Split('?')[0];
        string authority = beforeQuery.Split('/')[0];
        int ats = authority.Count(character => character == '@');
        bool isSplitPassword = ats == 0 && authority.Contains(':') && rest.IndexOf('@', authority.Length) >= 0
            && (beforeQuery.Contains('@') || !PortOnly().IsMatch(authority));
        if (ats > 1 || isSplitPassword)
            throw EndpointErrors.Invalid(
                "The URI has an @ or a / that is not encoded, probably in the password, so it is not clear where the host begins.",
                "In user, password and database write %40 for @, %2F for /, %3A for : and %3F for ?. Or give host=… user=… and -Credential.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]+(:[0-9]{1,5})?$|^\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?(:[0-9]{1,5})?$")]
    private static partial Regex Harmless();

    [GeneratedRegex(@"^[A-Za-z0-9._-]*")]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"^(export\s+|set\s+|\$env:|\$)?(?<name>[A-Za-z_]\w*)\s*=\s*['""]?postgres(ql)?://", RegexOptions.ExplicitCapture)]
    private static partial Regex Assignment();

    // A word, blanks, and a URI somewhere behind them; host=db1 options=… is a connection string.
    [GeneratedRegex(@"^(?!postgres(ql)?://)[^\s=]+\s.*postgres(ql)?://", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Command();

    // As Supabase, Neon, Heroku and others show them.
    [GeneratedRegex(
        @"\[YOUR[-_ ][A-Z_ -]+\]|<(your[-_ ])?(user(name)?|password|host(name)?|database|dbname|port)>",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^[^:]*:[0-9]*$|^\[[^\]]*\](:[0-9]*)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex PortOnly();
}
