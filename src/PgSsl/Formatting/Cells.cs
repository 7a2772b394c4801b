using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>
/// What PgSsl.Format.ps1xml shows in its columns. Colours come from $PSStyle, and PowerShell removes them for NO_COLOR, files and pipes.
/// Values may come deserialized (from a job, from CLIXML), so nothing here relies on their types. Everything that may hold text of others is
/// shown through here, printable (decision 64): the properties themselves are exact.
/// </summary>
public static class Cells
{
    private const int SoonDays = 30;

    /// <summary>A property: text is printable, a list is in one line, and everything else is as it is.</summary>
    public static object? Show(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => null,
        string text => PrintableText.Of(text),
        IEnumerable values => PrintableText.Of(string.Join(", ", values.Cast<object?>())),
        ValueType plain => plain,
        object other => PrintableText.Of($"{other}"),
    };

    /// <summary>host:port, an IPv6 address in brackets.</summary>
    public static string Server(string? hostName, object? port) =>
        PrintableText.Of(hostName?.Contains(':') == true ? $"[{hostName}]:{port}" : $"{hostName}:{port}");

    /// <summary>The common name of a distinguished name; all of it if there is no common name.</summary>
    public static string CommonName(string? distinguishedName)
    {
        if (string.IsNullOrEmpty(distinguishedName))
            return "";
        try
        {
            return PrintableText.Of(new X500DistinguishedName(distinguishedName).EnumerateRelativeDistinguishedNames()
                .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3")
                .Select(part => part.GetSingleElementValue())
                .FirstOrDefault() ?? distinguishedName);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return PrintableText.Of(distinguishedName);
        }
    }

    /// <summary>Days to expiry: red once expired, yellow in the last month.</summary>
    public static string Days(int days, object? style) =>
        Paint(days.ToString(CultureInfo.InvariantCulture), days < 0 ? "Red" : days < SoonDays ? "Yellow" : null, style);

    /// <summary>What verifies a chain; in a warning colour if nothing does.</summary>
    /// <remarks>PowerShell passes an empty text for null.</remarks>
    public static string TrustedBy(string? trustedBy, object? style) =>
        string.IsNullOrEmpty(trustedBy) ? Paint("nothing", "Yellow", style) : PrintableText.Of(trustedBy);

    /// <summary>yes or no, in green or red.</summary>
    public static string YesNo(bool value, object? style) => value ? Paint("yes", "Green", style) : Paint("no", "Red", style);

    /// <summary>The transport; plaintext stands out.</summary>
    public static string Transport(string? transport, object? style) =>
        Paint(transport ?? "", transport switch { "tls" => "Green", "plaintext" => "Red", _ => null }, style);

    /// <summary>A warning, in its colour.</summary>
    public static string Warning(string? warning, object? style) => string.IsNullOrEmpty(warning) ? "" : Paint(warning, "Yellow", style);

    /// <summary>Where a setting comes from, in one cell.</summary>
    public static string Source(string? source, string? origin) =>
        PrintableText.Of(string.IsNullOrEmpty(origin) ? $"{source}" : $"{source}: {origin}");

    /// <summary>A duration in milliseconds.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0 ms", CultureInfo.InvariantCulture);

    /// <summary>The heading of a group of sslmode results: server, user, database and client.</summary>
    public static string Subject(PSObject result)
    {
        string client = $"{result.Properties["Client"]?.Value}";
        string server = Server($"{result.Properties["HostName"]?.Value}", result.Properties["Port"]?.Value);
        string roots = result.Properties["RootCertificate"]?.Value is { } root ? $", roots {root}" : "";
        string asked = result.Properties["AskedAs"]?.Value is { } words ? $" asks for {result.Properties["AskedSslMode"]?.Value} ({words})" : "";
        return PrintableText.Of(
            $"{server}, user {result.Properties["UserName"]?.Value}, database {result.Properties["Database"]?.Value}, client {client}{asked}{roots}");
    }

    /// <summary>What is remarkable about a chain; where there is none, why.</summary>
    public static string ChainStatus(string? status, object? chainStatus, object? style) =>
        status is null or "" or "Served" ? $"{Show(chainStatus)}" : Paint(status, "Red", style);

    /// <summary>One line for each certificate sent. What comes deserialized has them only as PEM.</summary>
    public static string Chain(PSObject served)
    {
        ArgumentNullException.ThrowIfNull(served);
        var pem = new X509Certificate2Collection();
        if (served.BaseObject is ServerCertificate live)
            pem.AddRange(live.GetChain());
        else
            pem.ImportFromPem($"{served.Properties["ChainPem"]?.Value}");
        return string.Join(
            Environment.NewLine,
            pem.Select((certificate, i) => $"{i} {CommonName(certificate.Subject)} <- {CommonName(certificate.Issuer)}"));
    }

    /// <summary>A text in a colour, printable.</summary>
    internal static string Paint(string text, string? colour, object? style)
    {
        text = PrintableText.Of(text);
        if (colour is null || style is null)
            return text;
        PSObject palette = PSObject.AsPSObject(style);
        object? foreground = palette.Properties["Foreground"]?.Value;
        string? start = foreground is null ? null : PSObject.AsPSObject(foreground).Properties[colour]?.Value as string;
        return start is null ? text : $"{start}{text}{palette.Properties["Reset"]?.Value}";
    }
}
