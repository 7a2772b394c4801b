using System.Text.RegularExpressions;

namespace PgSsl.Connections;

/// <summary>
/// Masks everything that looks like a secret in a text that could not be parsed: too much rather than too little. A text that could be parsed is
/// masked exactly (<see cref="PgEndpoint.Text"/>).
/// </summary>
internal static partial class SecretMask
{
    /// <summary>The text with a mask for each password before an <c>@</c>, and for each value of a secret parameter.</summary>
    public static string Apply(string text)
    {
        string masked = BeforeAt().Replace(text, ConnectionSetting.Mask);
        return SecretValue().Replace(masked, match => match.Groups["name"].Value + ConnectionSetting.Mask);
    }

    /// <summary>Up to the last <c>@</c>, because a password that was not percent-encoded may contain one.</summary>
    [GeneratedRegex(@"(?<=^(\w+://)?[^:/@=]*:)(?!//).*(?=@)", RegexOptions.Singleline)]
    private static partial Regex BeforeAt();

    /// <summary>A password may have a misspelt name, so every name with the same beginning matches.</summary>
    [GeneratedRegex(
        @"(?<name>(\bp(?!ort\b|assfile\b)\w*|\w*password|pwd|secret|scram_(client|server)_key)\s*=\s*)('([^'\\]|\\.)*'?|[^&;]*)",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex SecretValue();
}
