using System.Formats.Asn1;
using System.Security.Cryptography;
using PgSsl.Asn1;
using PgSsl.Certificates.Trust;

namespace PgSsl.RootFiles;

/// <summary>
/// Divides a root file into segments. Up to the first fault the blocks are those of <see cref="PemReader"/>, which reads as OpenSSL
/// does. It also finds the blocks that a person sees but OpenSSL does not: those behind a fault, and those whose BEGIN is not at the start
/// of a line.
/// </summary>
internal sealed class RootFileScanner
{
    private static readonly byte[] Begin = "-----BEGIN "u8.ToArray();

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly KnownAnchors _known;
    private readonly List<RootFileSegment> _segments = [];

    private RootFileScanner(ReadOnlyMemory<byte> bytes, KnownAnchors known) => (_bytes, _known) = (bytes, known);

    public static IReadOnlyList<RootFileSegment> Scan(ReadOnlyMemory<byte> bytes, KnownAnchors known)
    {
        if (bytes.IsEmpty)
            return [];
        var scanner = new RootFileScanner(bytes, known);
        scanner.ScanBlocks();
        bool isPlainText = scanner._segments.TrueForAll(segment => segment.Kind == RootFileSegmentKind.Text);
        return isPlainText && OtherForms.Read(bytes) is { } whole ? [whole] : scanner._segments;
    }

    private void ScanBlocks()
    {
        for (int position = 0; position < _bytes.Length;)
        {
            var reader = new PemReader(_bytes[position..]);
            PemFault? fault = reader.ReadBlock(out PemBlock? block);
            if (fault == PemFault.NoStartLine)
            {
                AddText(position, _bytes.Length);
                return;
            }
            int start = position + reader.BlockStart;
            AddText(position, start);
            if (fault is not null)
            {
                // OpenSSL gives up here. From now on each BEGIN is examined by itself, so that the work stays linear.
                ForEachBegin(start, _bytes.Length, AddRecovered);
                return;
            }
            position += reader.Position;
            _segments.Add(Classify(block!, start, position - start));
        }
    }

    /// <summary>Adds text, and the certificates in it that are hidden because something precedes BEGIN in its line.</summary>
    private void AddText(int start, int end)
    {
        int first = IndexOfBegin(start, end);
        AddPlain(start, first);
        ForEachBegin(first, end, (from, to) =>
        {
            if (PemNormalizer.TrySeparate(_bytes[from..to].Span) is not { } normalized
                || Classify(normalized.Block, from, normalized.Length) is not { Kind: RootFileSegmentKind.Certificate } segment)
            {
                AddPlain(from, to);
                return;
            }
            _segments.Add(segment with
            {
                Normalized = normalized.Text,
                IsHidden = true,
                Fault = "a BEGIN is not at the start of its line, as when blocks are indented",
            });
            AddPlain(segment.End, to);
        });
    }

    private void AddRecovered(int start, int end)
    {
        ReadOnlyMemory<byte> stretch = _bytes[start..end];
        var reader = new PemReader(stretch);
        PemFault? fault = reader.ReadBlock(out PemBlock? block);
        if (fault is null && reader.BlockStart == 0)
        {
            AddReadable(block!, start, reader.Position);
            AddPlain(start + reader.Position, end);
            return;
        }
        if (PemNormalizer.TrySeparate(stretch.Span) is { } normalized)
        {
            _segments.Add(Classify(normalized.Block, start, normalized.Length) with
            {
                Normalized = normalized.Text,
                Fault = "BEGIN and END of a block are not on lines of their own",
            });
            AddPlain(start + normalized.Length, end);
            return;
        }
        _segments.Add(
            new RootFileSegment(RootFileSegmentKind.Broken, start, end - start) { Fault = PemFile.Describe(fault ?? PemFault.BadEndLine) });
    }

    private void AddReadable(PemBlock block, int start, int length)
    {
        RootFileSegment segment = Classify(block, start, length);
        bool isGlued = start > 0 && _bytes.Span[start - 1] != '\n' && segment.Kind != RootFileSegmentKind.Broken;
        _segments.Add(isGlued
            ? segment with { Fault = "two blocks are joined without a line break", Normalized = _bytes.Slice(start, length).ToArray() }
            : segment);
    }

    private void AddPlain(int start, int end)
    {
        if (start == end)
            return;
        if (_segments.Count > 0 && _segments[^1] is { Kind: RootFileSegmentKind.Text } before && before.End == start)
            _segments[^1] = before with { Length = before.Length + end - start };
        else
            _segments.Add(new RootFileSegment(RootFileSegmentKind.Text, start, end - start));
    }

    private void ForEachBegin(int start, int end, Action<int, int> action)
    {
        while (start < end)
        {
            int next = IndexOfBegin(start + 1, end);
            action(start, next);
            start = next;
        }
    }

    /// <summary>The next BEGIN at or after <paramref name="start"/>, else <paramref name="end"/>.</summary>
    private int IndexOfBegin(int start, int end)
    {
        int index = start >= end ? -1 : _bytes.Span[start..end].IndexOf(Begin);
        return index < 0 ? end : start + index;
    }

    private RootFileSegment Classify(PemBlock block, int start, int length)
    {
        try
        {
            return ClassifyIntact(block, start, length);
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            return new RootFileSegment(RootFileSegmentKind.Broken, start, length)
            {
                Label = block.Label,
                Fault = $"a {block.Label} block in it is not a valid one",
            };
        }
    }

    private RootFileSegment ClassifyIntact(PemBlock block, int start, int length)
    {
        if (PemFile.IsCertificate(block.Label))
            return new RootFileSegment(RootFileSegmentKind.Certificate, start, length)
            {
                Label = block.Label,
                Certificates = [_known.Read(block).Certificate.Certificate],
            };
        RootFileSegmentKind kind = RootFileSegmentKind.OtherBlock;
        if (block.Label == "X509 CRL")
        {
            PemFile.ReadCrl(block);
            kind = RootFileSegmentKind.RevocationList;
        }
        else if (PrivateKeyBlock.IsOne(block))
        {
            PrivateKeyBlock.Check(block);
            kind = RootFileSegmentKind.PrivateKey;
        }
        return new RootFileSegment(kind, start, length) { Label = block.Label };
    }
}
