using System.Globalization;
using System.Management.Automation.Host;
using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>What CertificateExpiry.Format.ps1xml shows in its columns.</summary>
public static class ExpiryCells
{
    /// <summary>A status, in its colour: of an object, or of Nagios.</summary>
    public static string Status(string? status, object? style) => Cells.Paint(status ?? "", ColourOf(status), style);

    /// <summary>The days that are left, in the colour of the status.</summary>
    public static string Days(int days, string? status, object? style) =>
        Cells.Paint(days.ToString(CultureInfo.InvariantCulture), ColourOf(status), style);

    /// <summary>The server, or the end of the file's path.</summary>
    public static string Source(string? server, string? path, PSHost? host, int narrow, int share) => string.IsNullOrEmpty(server)
        ? Columns.CutStart(PrintableText.Of(path ?? ""), host, narrow, share)
        : Columns.CutServer(PrintableText.Of(server), host, narrow, share);

    /// <summary>The common name; where nothing was seen, why.</summary>
    public static string Subject(string? subject, string? errorId, object? style) =>
        string.IsNullOrEmpty(errorId) ? Cells.CommonName(subject) : Cells.Paint(errorId, "Red", style);

    private static string? ColourOf(string? status) => status?.ToUpperInvariant() switch
    {
        "EXPIRED" or "CRITICAL" => "Red",
        "WARNING" or "UNKNOWN" => "Yellow",
        "OK" => "Green",
        _ => null,
    };
}
