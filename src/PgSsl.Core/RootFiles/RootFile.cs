using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Common;

namespace PgSsl.RootFiles;

/// <summary>
/// A file of root certificates (libpq's root.crt, <c>sslrootcert</c>) as a document: every byte is kept, and an edit changes nothing else.
/// Immutable. An edit never produces a file that OpenSSL does not read.
/// </summary>
internal sealed class RootFile
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Lazy<HashSet<string>> _fingerprints;
    private readonly KnownAnchors _known;

    private RootFile(ReadOnlyMemory<byte> bytes, string path, KnownAnchors? known = null)
    {
        _known = known ?? new KnownAnchors();
        _bytes = bytes;
        Path = path;
        Segments = RootFileScanner.Scan(bytes, _known);
        Certificates = [.. Segments.SelectMany(segment => segment.Certificates)];
        _fingerprints = new(() => [.. Certificates.Select(Fingerprint.Of)]);
        try
        {
            TrustedCertificates = PemFile.Parse(bytes, path, _known).Certificates;
        }
        catch (PgSslException refusal)
        {
            Refusal = refusal;
        }
    }

    /// <summary>The file's path, for messages.</summary>
    public string Path { get; }

    /// <summary>The segments that it consists of, in order; together they are the file.</summary>
    public IReadOnlyList<RootFileSegment> Segments { get; }

    /// <summary>Every certificate that a person sees in the file, in order, whether OpenSSL reads it or not.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; }

    /// <summary>The certificates that OpenSSL (and therefore libpq) reads from the file, in order; empty where it refuses the file.</summary>
    public IReadOnlyList<X509Certificate2> TrustedCertificates { get; } = [];

    /// <summary>Why OpenSSL refuses the file, as InvalidCertificateFile; null where it reads it.</summary>
    public PgSslException? Refusal { get; }

    /// <summary>Parses any bytes. Never fails: what is wrong with them is in <see cref="Refusal"/>.</summary>
    /// <param name="bytes">The content of the file; not to be changed afterwards.</param>
    /// <param name="path">Names it in messages.</param>
    public static RootFile Parse(ReadOnlyMemory<byte> bytes, string path) => new(bytes, path);

    /// <summary>Reads a file.</summary>
    /// <exception cref="PgSslException">FileNotFound or FileUnreadable (a directory, no right to read).</exception>
    public static RootFile Read(string path) => new(PemFile.ReadBytes(path), path);

    /// <summary>The content, byte for byte.</summary>
    public byte[] ToBytes() => _bytes.ToArray();

    /// <summary>Whether a person sees a certificate in the file.</summary>
    /// <param name="fingerprint">SHA-256, upper-case hex.</param>
    public bool Contains(string fingerprint) => _fingerprints.Value.Contains(fingerprint);

    /// <summary>
    /// Adds certificates at the end, each below a comment that says what it is; those that are there already are not added again. Returns
    /// this file if nothing is to be added.
    /// </summary>
    /// <exception cref="PgSslException">InvalidCertificateFile: OpenSSL would not read the result correctly.</exception>
    public RootFile Add(IEnumerable<X509Certificate2> certificates)
    {
        X509Certificate2[] missing = [.. certificates.DistinctBy(Fingerprint.Of).Where(certificate => !Contains(Fingerprint.Of(certificate)))];
        if (missing.Length == 0)
            return this;
        var added = new StringBuilder();
        if (!_bytes.IsEmpty && _bytes.Span[^1] != '\n')
            added.Append('\n');
        foreach (X509Certificate2 certificate in missing)
            added.Append(RootComment.For(certificate)).Append('\n').Append(certificate.ExportCertificatePem()).Append('\n');
        added.Replace("\n", LineEnds.Of(_bytes.Span));
        byte[] text = Encoding.UTF8.GetBytes(added.ToString());
        return Edited([.. _bytes.Span, .. text], _fingerprints.Value.Concat(missing.Select(Fingerprint.Of)));
    }

    /// <summary>
    /// Removes the certificates with these fingerprints, each with the comment that <see cref="Add"/> wrote above it, and nothing else.
    /// Returns this file if none of them is in it.
    /// </summary>
    /// <param name="fingerprints">SHA-256, upper-case hex.</param>
    /// <exception cref="PgSslException">InvalidCertificateFile: OpenSSL would not read the result correctly.</exception>
    public RootFile Remove(IEnumerable<string> fingerprints)
    {
        HashSet<string> unwanted = [.. fingerprints];
        if (!unwanted.Overlaps(_fingerprints.Value))
            return this;
        var rest = new List<byte>(_bytes.Length);
        int position = 0;
        foreach (RootFileSegment segment in Segments.Where(segment => segment.Kind == RootFileSegmentKind.Certificate))
        {
            string fingerprint = Fingerprint.Of(segment.Certificates[0]);
            if (!unwanted.Contains(fingerprint))
                continue;
            int start = RootComment.StartAbove(_bytes.Span, segment.Start, fingerprint);
            rest.AddRange(_bytes.Span[position..Math.Max(position, start)]);
            position = segment.End;
        }
        rest.AddRange(_bytes.Span[position..]);
        return Edited([.. rest], _fingerprints.Value.Except(unwanted));
    }

    /// <summary>
    /// Corrects what can be corrected without losing anything: blocks that lack a line break before BEGIN, before END or after it, or that
    /// are indented; DER, PKCS #7 and UTF-16. Everything else stays. Returns this file if there is nothing to correct.
    /// </summary>
    /// <param name="corrections">What was done, a phrase each.</param>
    public RootFile Normalize(out IReadOnlyList<string> corrections)
    {
        RootFileSegment[] curable = [.. Segments.Where(segment => segment.Normalized is not null)];
        corrections = [.. curable.Select(RootFileProblems.DescribeNormalization).Distinct()];
        if (curable.Length == 0)
            return this;
        byte[] lineEnd = Encoding.ASCII.GetBytes(LineEnds.Of(_bytes.Span));
        var content = new List<byte>(_bytes.Length + 16);
        foreach (RootFileSegment segment in Segments)
        {
            bool needsBreak = segment.Normalized is not null && content.Count > 0 && content[^1] != '\n';
            if (needsBreak)
                content.AddRange(lineEnd);
            content.AddRange(segment.Normalized ?? _bytes.Slice(segment.Start, segment.Length).ToArray());
        }
        return new RootFile(content.ToArray(), Path, _known);
    }

    /// <summary>What is wrong with the file and its certificates at a moment; what is worst for libpq comes first.</summary>
    public IReadOnlyList<RootFileProblem> Problems(DateTimeOffset at) => RootFileProblems.Of(this, at);

    internal ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Throws unless OpenSSL reads every certificate that a person sees in the file.</summary>
    /// <exception cref="PgSslException">InvalidCertificateFile.</exception>
    internal void RequireWhole()
    {
        HashSet<string> read = [.. TrustedCertificates.Select(Fingerprint.Of)];
        if (Refusal is null && Certificates.All(certificate => read.Contains(Fingerprint.Of(certificate))))
            return;
        RootFileProblem? cause = Problems(DateTimeOffset.UnixEpoch)
            .FirstOrDefault(problem => problem.IsFatal || problem.Kind is RootFileProblemKind.NulByte or RootFileProblemKind.HiddenBlock);
        throw new PgSslException(
            PgSslError.InvalidCertificateFile,
            $"{Path} was not changed: OpenSSL would not read all of it. {cause?.Message}".TrimEnd(),
            cause?.Remedy ?? "Move the file away and install the roots again.",
            Refusal);
    }

    /// <summary>Refuses a result that OpenSSL would read differently than a person. The caller deletes a file without certificates.</summary>
    private RootFile Edited(byte[] bytes, IEnumerable<string> expected)
    {
        var edited = new RootFile(bytes, Path, _known);
        HashSet<string> wanted = [.. expected];
        if (edited.Certificates.Count > 0)
            edited.RequireWhole();
        return wanted.SetEquals(edited._fingerprints.Value)
            ? edited
            : throw new PgSslException(
                PgSslError.InvalidCertificateFile,
                $"{Path} was not changed: after the change its certificates would not be the expected ones.",
                "Move the file away and install the roots again.");
    }
}
