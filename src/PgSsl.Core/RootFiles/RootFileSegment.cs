using System.Security.Cryptography.X509Certificates;

namespace PgSsl.RootFiles;

/// <summary>A stretch of a root file; the segments of a file, one after the other, are the file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first byte.</param>
/// <param name="Length">Its length in bytes, the line end after a block included.</param>
internal sealed record RootFileSegment(RootFileSegmentKind Kind, int Start, int Length)
{
    /// <summary>What stands after BEGIN; the name of the form for a file that is no PEM; null for text.</summary>
    public string? Label { get; init; }

    /// <summary>The certificates in it: one in a certificate block, perhaps many in a file of another form.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; init; } = [];

    /// <summary>Why OpenSSL cannot read it as it stands; null where it can, or has no need to.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether OpenSSL takes it for text, because BEGIN is not where a line starts.</summary>
    internal bool IsHidden { get; init; }

    /// <summary>The same in a form that OpenSSL reads, where nothing but blanks and line breaks, or the encoding, has to change.</summary>
    internal byte[]? Mended { get; init; }

    internal int End => Start + Length;
}
