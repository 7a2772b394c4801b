using System.Buffers;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>The texts of tokens, each made once: a file of a hundred thousand rules repeats few words.</summary>
internal sealed class TokenTexts
{
    private const int Slots = 4096;
    private const int LongestKept = 32;

    // Most addresses occur once, and would push out the names.
    private static readonly SearchValues<byte> Address = SearchValues.Create(".:/"u8);
    private readonly string?[] _kept = new string?[Slots];

    /// <summary>The text of a token.</summary>
    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
            return "";
        if (bytes.Length > LongestKept || bytes.ContainsAny(Address))
            return ServerText.Decode(bytes);
        uint hash = 2166136261;
        foreach (byte b in bytes)
            hash = (hash ^ b) * 16777619;
        ref string? kept = ref _kept[(hash ^ (hash >> 15)) & (Slots - 1)];
        if (kept is not null && System.Text.Ascii.Equals(bytes, kept))
            return kept;
        return kept = ServerText.Decode(bytes);
    }
}
