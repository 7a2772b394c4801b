using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Files;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>How an installation or a removal would change a root file, worked out before anything is written.</summary>
internal sealed record RootFilePlan
{
    private RootFilePlan(string path, byte[]? before, byte[]? after) => (Path, Before, After) = (path, before, after);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its content now; null where it does not exist.</summary>
    public byte[]? Before { get; }

    /// <summary>Its content afterwards; null where it is not to exist.</summary>
    public byte[]? After { get; }

    /// <summary>The certificates that are added.</summary>
    public IReadOnlyList<RootFileEntry> Added { get; private init; } = [];

    /// <summary>The certificates that are removed.</summary>
    public IReadOnlyList<RootFileEntry> Removed { get; private init; } = [];

    /// <summary>The expired certificates that are removed because their successor is added.</summary>
    public IReadOnlyList<RootFileEntry> Replaced { get; private init; } = [];

    /// <summary>The certificates that stay.</summary>
    public IReadOnlyList<RootFileEntry> Kept { get; private init; } = [];

    /// <summary>What is corrected in the file so that libpq reads it, a phrase each.</summary>
    public IReadOnlyList<string> Corrections { get; private init; } = [];

    /// <summary>What was offered and is left out, and what else the user should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Whether the file is already as it should be.</summary>
    public bool IsNoChange => Before is { } before ? After is { } after && before.AsSpan().SequenceEqual(after) : After is null;

    /// <summary>Plans to add certificates to a root file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="before">Its content; null where it does not exist.</param>
    /// <param name="selection">The certificates offered.</param>
    /// <param name="at">The moment to judge validity for.</param>
    /// <exception cref="PgSslException">
    /// NotARootCertificate, CertificateNotValid; InvalidCertificateFile where libpq would still not read the file, or nothing was offered.
    /// </exception>
    public static RootFilePlan Install(string path, byte[]? before, RootSelection selection, DateTimeOffset at)
    {
        RootFile old = RootFile.Parse(before, path).Normalize(out IReadOnlyList<string> corrections);
        (IReadOnlyList<X509Certificate2> accepted, IReadOnlyList<string> leftOut) = selection.Choose(old.Certificates, at);
        X509Certificate2[] replaced = selection.ReplacesExpired ? [.. Outdated(old, accepted, at)] : [];
        RootFile updated = old.Add(accepted).Remove(replaced.Select(Fingerprint.Of));
        // This holds also if nothing is to be added: libpq must be able to read what is there already.
        updated.RequireWhole();
        return new RootFilePlan(path, before, updated.ToBytes())
        {
            Added = Entries(accepted.Where(certificate => !old.Contains(Fingerprint.Of(certificate)))),
            Replaced = Entries(replaced),
            Kept = Entries(old.Certificates.Where(certificate => updated.Contains(Fingerprint.Of(certificate)))),
            Corrections = corrections,
            Notes = [.. leftOut, .. StillExpired(updated, at)],
        };
    }

    /// <summary>Plans to remove certificates from a root file. A file without certificates is deleted, because libpq refuses it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="before">Its content; null where it does not exist.</param>
    /// <param name="fingerprints">SHA-256, upper-case hex. It is not an error if some are not in the file.</param>
    /// <exception cref="PgSslException">InvalidCertificateFile: libpq would not read what is left.</exception>
    public static RootFilePlan Uninstall(string path, byte[]? before, IEnumerable<string> fingerprints)
    {
        RootFile present = RootFile.Parse(before, path);
        HashSet<string> unwanted = [.. fingerprints.Where(present.Contains)];
        if (unwanted.Count == 0)
            return new RootFilePlan(path, before, before) { Kept = Entries(present.Certificates) };
        RootFile old = present.Normalize(out IReadOnlyList<string> corrections);
        RootFile updated = old.Remove(unwanted);
        bool isLast = updated.Certificates.Count == 0;
        return new RootFilePlan(path, before, isLast ? null : updated.ToBytes())
        {
            Removed = Entries(old.Certificates.Where(certificate => unwanted.Contains(Fingerprint.Of(certificate)))),
            Kept = Entries(updated.Certificates),
            Corrections = isLast ? [] : corrections,
            Notes = isLast ? DescribeRest(updated) : [.. updated.Problems(DateTimeOffset.UnixEpoch)
                .Where(problem => problem.Kind is RootFileProblemKind.NoAnchor or RootFileProblemKind.MissingRoot)
                .Select(problem => problem.Message)],
        };
    }

    /// <summary>Plans to put a backup in the place of a root file, byte for byte.</summary>
    /// <param name="path">The file.</param>
    /// <param name="before">Its content; null where it does not exist.</param>
    /// <param name="backup">The content of the backup.</param>
    /// <exception cref="PgSslException">InvalidCertificateFile: libpq would not read the backup, or it holds no certificate.</exception>
    public static RootFilePlan Restore(string path, byte[]? before, byte[] backup)
    {
        RootFile old = RootFile.Parse(before, path), restored = RootFile.Parse(backup, path);
        restored.RequireWhole();
        if (restored.Certificates.Count == 0)
            throw new PgSslException(
                PgSslError.InvalidCertificateFile, $"{path} was not changed: the backup holds no certificate.", "Choose another backup.");
        return new RootFilePlan(path, before, backup)
        {
            Added = Entries(restored.Certificates.Where(certificate => !old.Contains(Fingerprint.Of(certificate)))),
            Removed = Entries(old.Certificates.Where(certificate => !restored.Contains(Fingerprint.Of(certificate)))),
            Kept = Entries(restored.Certificates.Where(certificate => old.Contains(Fingerprint.Of(certificate)))),
        };
    }

    /// <summary>
    /// The plan as an edit: a new file is readable by all (0644) in a directory of its owner (0700), an existing one keeps its mode. Nothing
    /// is written if the file is not as it was when the plan was made.
    /// </summary>
    public FileEdit ToEdit() =>
        new(Path, After) { Expected = Before, MayReplace = Before is not null, CreatesDirectory = true, Kind = FileKind.Roots };

    /// <summary>The plan as lines of text: first what is done to the file, then each certificate, then the notes.</summary>
    public IReadOnlyList<string> Describe()
    {
        string action = IsNoChange ? "no change" : After is null ? "delete: no certificate is left in it" : Before is null ? "create" : "change";
        var lines = new List<string> { $"{Path}: {action}" };
        lines.AddRange(Corrections.Select(correction => $"corrected: {correction}"));
        lines.AddRange(Replaced.Select(entry => $"- {entry.Describe()} (expired, replaced)"));
        lines.AddRange(Removed.Select(entry => $"- {entry.Describe()}"));
        lines.AddRange(Added.Select(entry => $"+ {entry.Describe()}"));
        if (Kept.Count > 0)
            lines.Add(Kept.Count == 1 ? $"  {Kept[0].Describe()}" : $"  {Kept.Count} certificates stay");
        lines.AddRange(Notes);
        return lines;
    }

    /// <summary>Comments and revocation lists are of no use without a certificate; the backup keeps them.</summary>
    private static IReadOnlyList<string> DescribeRest(RootFile rest) => rest.ToBytes().AsSpan().Trim(" \t\r\n"u8).IsEmpty
        ? []
        : ["Everything else in the file (comments, revocation lists) is deleted with it; the backup keeps it."];

    private static IEnumerable<X509Certificate2> Outdated(RootFile file, IReadOnlyList<X509Certificate2> successors, DateTimeOffset at)
    {
        ParsedCertificate[] parsed = [.. successors.Select(ParsedCertificate.Of).OfType<ParsedCertificate>()];
        return file.Certificates.Where(certificate => ParsedCertificate.Of(certificate) is { } old
            && Validity.Check(old, at) == ChainError.Expired
            && Array.Exists(parsed, successor => successor.Subject.Equals(old.Subject)));
    }

    private static IEnumerable<string> StillExpired(RootFile updated, DateTimeOffset at) =>
        updated.Problems(at).Where(problem => problem.Kind == RootFileProblemKind.Expired).Select(problem => problem.Message);

    private static IReadOnlyList<RootFileEntry> Entries(IEnumerable<X509Certificate2> certificates) => [.. certificates.Select(RootFileEntry.Of)];
}
