using System.Management.Automation.Host;
using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>What RootCertificate.Format.ps1xml shows in its columns.</summary>
public static class RootCells
{
    private const int ShownDigits = 16;

    /// <summary>The status in words, green or in the colour of warnings.</summary>
    public static string Status(string? status, object? style) => Cells.Paint(status ?? "", status == "Good" ? "Green" : "Yellow", style);

    /// <summary>The same for a table: a long word is cut if the column is narrow.</summary>
    public static string Status(object? status, PSHost? host, object? style, int narrow, int share)
    {
        int widest = Columns.WidthOf(host, narrow, share) - 1;
        string words = string.Join(", ", $"{Cells.Show(status)}".Split(", ").Select(word => Columns.CutEnd(word, widest)));
        return Columns.Fold(Status(words, style), host, narrow, share);
    }

    /// <summary>Enough of a fingerprint to tell certificates apart by eye.</summary>
    public static string ShortFingerprint(string? fingerprint) =>
        fingerprint?.Length > ShownDigits ? PrintableText.Of(fingerprint[..ShownDigits]) + "…" : PrintableText.Of(fingerprint ?? "");
}
