using PgSsl.Common;

namespace PgSsl.Formatting;

/// <summary>What ClientVerification.Format.ps1xml shows. Values may come deserialized, so nothing here relies on their types.</summary>
public static class ClientCells
{
    /// <summary>How far the client went: in green where it is right, in red where it is not, in yellow where it proves nothing.</summary>
    public static string Outcome(string? outcome, string? impostor, bool accepted, bool isConclusive, object? style) =>
        Cells.Paint(outcome ?? "", !isConclusive ? "Yellow" : accepted == (impostor == "Genuine") ? "Green" : "Red", style);

    /// <summary>The mode that the client behaves like; that nothing can be said is said.</summary>
    public static string Behaviour(string? behavesLike) =>
        string.IsNullOrEmpty(behavesLike) ? "(not known)" : PrintableText.Of(behavesLike);
}
