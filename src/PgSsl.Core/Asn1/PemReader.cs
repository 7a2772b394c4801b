using System.Text;

namespace PgSsl.Asn1;

/// <summary>
/// Reads PEM as OpenSSL does (crypto/pem/pem_lib.c, PEM_read_bio_ex): it skips text around blocks; it accepts CRLF, a byte order mark and
/// trailing blanks; BEGIN and END must be on lines of their own.
/// </summary>
internal sealed class PemReader
{
    // OpenSSL reads lines through a buffer of 255 bytes; longer lines arrive in pieces, which affects what it accepts.
    private const int MaximumPiece = 254;
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const string Tail = "-----";

    private readonly ReadOnlyMemory<byte> _text;

    /// <summary>Reads from the bytes of a whole file.</summary>
    public PemReader(ReadOnlyMemory<byte> text) => _text = text;

    /// <summary>The position of the BEGIN line of the last block, readable or not, in bytes; behind a byte order mark.</summary>
    public int BlockStart { get; private set; }

    /// <summary>The position up to which it has read, in bytes: after a block, the start of the line behind its END.</summary>
    public int Position { get; private set; }

    /// <summary>
    /// Reads all blocks of a file. Returns the fault at which it stopped: <see cref="PemFault.NoStartLine"/> is the normal end. After any other
    /// fault OpenSSL discards the whole file.
    /// </summary>
    public static PemFault ReadAll(ReadOnlyMemory<byte> text, out IReadOnlyList<PemBlock> blocks)
    {
        var reader = new PemReader(text);
        var found = new List<PemBlock>();
        PemFault? fault;
        while ((fault = reader.ReadBlock(out PemBlock? block)) is null)
            found.Add(block!);
        blocks = found;
        return fault.Value;
    }

    /// <summary>Reads the next block; returns null with a block, or the fault without one.</summary>
    public PemFault? ReadBlock(out PemBlock? block)
    {
        block = null;
        string? label = FindBegin();
        if (label is null)
            return PemFault.NoStartLine;

        var header = new StringBuilder();
        var data = new StringBuilder();
        if (!ReadBody(label, header, data))
            return PemFault.BadEndLine;
        if (data.Length == 0)
            return PemFault.EmptyBlock;
        if (!TryDecodeBase64(data, out byte[] bytes))
            return PemFault.BadBase64;
        block = new PemBlock(label, header.ToString(), bytes);
        return null;
    }

    private string? FindBegin()
    {
        for (bool first = true; ; first = false)
        {
            int start = Position;
            if (NextPiece() is not { } piece)
                return null;
            int markLength = first && piece.Length > 3 && piece.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? 3 : 0;
            string line = TrimEnd(piece[markLength..]);
            BlockStart = start + markLength;
            if (line.StartsWith(Begin, StringComparison.Ordinal) && line.EndsWith(Tail, StringComparison.Ordinal)
                && line.Length >= Begin.Length + Tail.Length)
                return line[Begin.Length..^Tail.Length];
        }
    }

    private bool ReadBody(string label, StringBuilder header, StringBuilder data)
    {
        // Until a blank line shows otherwise, a block has no header, and its lines are data.
        bool maybeHeader = true, afterHeader = false, shortLineSeen = false, previousWasPartial = false;
        StringBuilder current = header;
        while (NextPiece() is { } piece)
        {
            bool isPartial = piece.Length == MaximumPiece && piece[^1] != '\n';
            bool continues = previousWasPartial;
            previousWasPartial = isPartial;
            if (maybeHeader && piece.Contains(':'))
                maybeHeader = false;
            string line = TrimEnd(piece);
            if (line.Length == 0)
            {
                if (continues)
                    continue;
                if (afterHeader)
                    return false;
                (maybeHeader, afterHeader, current) = (false, true, data);
                continue;
            }
            if (line.StartsWith(End, StringComparison.Ordinal))
            {
                if (line != End + label + Tail)
                    return false;
                if (maybeHeader)
                {
                    data.Append(header);
                    header.Clear();
                }
                return true;
            }
            if (shortLineSeen)
                return false;
            current.Append(line).Append('\n');
            if (afterHeader)
            {
                if (line.Length > 64)
                    return false;
                shortLineSeen = line.Length < 64;
            }
        }
        return false;
    }

    /// <summary>Up to 254 bytes of a line, as Latin-1 so that each byte is one character; null at the end or at a NUL.</summary>
    private string? NextPiece()
    {
        ReadOnlySpan<byte> rest = _text.Span[Position..];
        if (rest.IsEmpty)
            return null;
        ReadOnlySpan<byte> piece = rest[..Math.Min(rest.Length, MaximumPiece)];
        int newline = piece.IndexOf((byte)'\n');
        if (newline >= 0)
            piece = piece[..(newline + 1)];
        Position += piece.Length;
        int nul = piece.IndexOf((byte)0);
        if (nul >= 0)
            piece = piece[..nul];
        return piece.IsEmpty ? null : Encoding.Latin1.GetString(piece);
    }

    // OpenSSL compares signed bytes with ' ', so bytes that are not ASCII count as blanks.
    private static string TrimEnd(string piece)
    {
        int length = piece.Length;
        while (length > 0 && (piece[length - 1] <= ' ' || piece[length - 1] >= 0x80))
            length--;
        return piece[..length];
    }

    /// <summary>crypto/evp/encode.c, EVP_DecodeUpdate: blanks are skipped, '-' ends the data, anything else is an error.</summary>
    private static bool TryDecodeBase64(StringBuilder text, out byte[] bytes)
    {
        bytes = [];
        var digits = new StringBuilder(text.Length);
        foreach (char c in text.ToString())
        {
            if (c == '-')
                break;
            if (c is ' ' or '\t' or '\r' or '\n')
                continue;
            digits.Append(c);
        }
        bytes = new byte[digits.Length / 4 * 3 + 3];
        if (!Convert.TryFromBase64String(digits.ToString(), bytes, out int length))
            return false;
        Array.Resize(ref bytes, length);
        return true;
    }
}
