using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>What RootCertificate.Format.ps1xml shows in its columns.</summary>
public static class RootCells
{
    private const int ShownDigits = 16;

    /// <summary>The status in words, green or in the colour of warnings.</summary>
    public static string Status(string? status, object? style) => Cells.Paint(status ?? "", status == "Good" ? "Green" : "Yellow", style);

    /// <summary>Enough of a fingerprint to tell certificates apart by eye.</summary>
    public static string ShortFingerprint(string? fingerprint) =>
        fingerprint?.Length > ShownDigits ? PrintableText.Of(fingerprint[..ShownDigits]) + "…" : PrintableText.Of(fingerprint ?? "");
}
