using System.Security.Cryptography.X509Certificates;

namespace PgSsl.RootFiles;

/// <summary>A part of a root file; all segments together are the file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first byte.</param>
/// <param name="Length">Its length in bytes, including the line end after a block.</param>
internal sealed record RootFileSegment(RootFileSegmentKind Kind, int Start, int Length)
{
    /// <summary>The label after BEGIN; for a file that is not PEM the name of its form; null for text.</summary>
    public string? Label { get; init; }

    /// <summary>The certificates in it: one in a certificate block, perhaps many in a file of another form.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; init; } = [];

    /// <summary>Why OpenSSL cannot read it as it is; null where it can, or need not.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether OpenSSL takes it for text, because BEGIN is not at the start of a line.</summary>
    internal bool IsHidden { get; init; }

    /// <summary>The same in a form that OpenSSL reads, if only blanks and line breaks, or the encoding, have to change; else null.</summary>
    internal byte[]? Normalized { get; init; }

    internal int End => Start + Length;
}
