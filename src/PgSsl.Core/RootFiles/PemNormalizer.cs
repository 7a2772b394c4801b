using System.Text;
using PgSsl.Asn1;
using PgSsl.Common;

namespace PgSsl.RootFiles;

/// <summary>A block, written correctly.</summary>
/// <param name="Block">What OpenSSL reads from it.</param>
/// <param name="Text">The block, on lines of its own.</param>
/// <param name="Length">How many bytes of the original it replaces.</param>
internal sealed record NormalizedBlock(PemBlock Block, byte[] Text, int Length);

/// <summary>Puts BEGIN and END on lines of their own. Only blanks and line breaks are added or removed.</summary>
internal static class PemNormalizer
{
    private const string Begin = "-----BEGIN ";
    private const string Tail = "-----";

    /// <summary>Tries it with a stretch that starts with BEGIN; null where something else is wrong, too.</summary>
    public static NormalizedBlock? TrySeparate(ReadOnlySpan<byte> stretch)
    {
        string text = Encoding.Latin1.GetString(stretch);
        int labelEnd = text.IndexOf(Tail, Begin.Length, StringComparison.Ordinal);
        if (labelEnd < 0 || text.IndexOf('\n', 0, labelEnd) >= 0)
            return null;
        string begin = text[..(labelEnd + Tail.Length)];
        string end = $"-----END {text[Begin.Length..labelEnd]}{Tail}";
        int endStart = text.IndexOf(end, begin.Length, StringComparison.Ordinal);
        if (endStart < 0)
            return null;

        string lineEnd = LineEnds.Of(stretch);
        string[] lines = text[begin.Length..endStart].Split(['\r', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        byte[] normalized = Encoding.Latin1.GetBytes(string.Join(lineEnd, [begin, .. lines, end, ""]));
        var reader = new PemReader(normalized);
        if (reader.ReadBlock(out PemBlock? block) is not null || reader.Position != normalized.Length)
            return null;
        return new NormalizedBlock(block!, normalized, LineEnds.EndOfLine(stretch, endStart + end.Length));
    }
}
