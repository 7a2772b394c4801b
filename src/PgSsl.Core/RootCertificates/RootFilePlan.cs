using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using PgSsl.Files;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>What an installation or removal would make of a root file, worked out before anything is written.</summary>
internal sealed record RootFilePlan
{
    private RootFilePlan(string path, byte[]? before, byte[]? after) => (Path, Before, After) = (path, before, after);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its content now; null where it does not exist.</summary>
    public byte[]? Before { get; }

    /// <summary>Its content afterwards; null where it is not to exist.</summary>
    public byte[]? After { get; }

    /// <summary>The certificates that come.</summary>
    public IReadOnlyList<RootFileEntry> Added { get; private init; } = [];

    /// <summary>The certificates that go.</summary>
    public IReadOnlyList<RootFileEntry> Removed { get; private init; } = [];

    /// <summary>The expired certificates that go because their successor comes.</summary>
    public IReadOnlyList<RootFileEntry> Replaced { get; private init; } = [];

    /// <summary>The certificates that stay.</summary>
    public IReadOnlyList<RootFileEntry> Kept { get; private init; } = [];

    /// <summary>What is mended in the file so that libpq reads it, a phrase each.</summary>
    public IReadOnlyList<string> Mended { get; private init; } = [];

    /// <summary>What was offered and is left out, and what else one should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Whether the file is as it is to be already.</summary>
    public bool IsNoChange => Before is { } before ? After is { } after && before.AsSpan().SequenceEqual(after) : After is null;

    /// <summary>Plans to have certificates in a root file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="before">Its content; null where it does not exist.</param>
    /// <param name="certificates">The certificates offered: see <see cref="RootCandidates.Select"/>.</param>
    /// <param name="options">What the installation may do beyond adding roots.</param>
    /// <param name="at">The moment to judge validity for.</param>
    /// <exception cref="PgSslException">
    /// NotARootCertificate, CertificateNotValid; InvalidCertificateFile where libpq would still not read the file, or nothing was offered.
    /// </exception>
    public static RootFilePlan Install(
        string path, byte[]? before, IEnumerable<X509Certificate2> certificates, RootInstallOptions options, DateTimeOffset at)
    {
        RootFile old = RootFile.Parse(before, path).Mend(out IReadOnlyList<string> mended);
        RootCandidates candidates = RootCandidates.Select(certificates, old.Certificates, options, at);
        X509Certificate2[] replaced = options.ReplaceExpired ? [.. Outdated(old, candidates.Accepted, at)] : [];
        RootFile updated = old.Add(candidates.Accepted).Remove(replaced.Select(Fingerprint.Of));
        // Also where nothing is to be added: what is there already must be there for libpq, too.
        updated.RequireWhole();
        return new RootFilePlan(path, before, updated.ToBytes())
        {
            Added = Entries(candidates.Accepted.Where(certificate => !old.Contains(Fingerprint.Of(certificate)))),
            Replaced = Entries(replaced),
            Kept = Entries(old.Certificates.Where(certificate => updated.Contains(Fingerprint.Of(certificate)))),
            Mended = mended,
            Notes = [.. candidates.LeftOut, .. StillExpired(updated, at)],
        };
    }

    /// <summary>Plans to have certificates out of a root file. A file without any certificate left is to be deleted: libpq chokes on one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="before">Its content; null where it does not exist.</param>
    /// <param name="fingerprints">SHA-256, upper-case hex; those that are not in the file are no error.</param>
    /// <exception cref="PgSslException">InvalidCertificateFile: libpq would not read what is left.</exception>
    public static RootFilePlan Uninstall(string path, byte[]? before, IEnumerable<string> fingerprints)
    {
        RootFile present = RootFile.Parse(before, path);
        HashSet<string> unwanted = [.. fingerprints.Where(present.Contains)];
        if (unwanted.Count == 0)
            return new RootFilePlan(path, before, before) { Kept = Entries(present.Certificates) };
        RootFile old = present.Mend(out IReadOnlyList<string> mended);
        RootFile updated = old.Remove(unwanted);
        bool isLast = updated.Certificates.Count == 0;
        return new RootFilePlan(path, before, isLast ? null : updated.ToBytes())
        {
            Removed = Entries(old.Certificates.Where(certificate => unwanted.Contains(Fingerprint.Of(certificate)))),
            Kept = Entries(updated.Certificates),
            Mended = isLast ? [] : mended,
            Notes = isLast ? WhatElseGoes(updated) : [.. updated.Problems(DateTimeOffset.UnixEpoch)
                .Where(problem => problem.Kind is RootFileProblemKind.NoAnchor or RootFileProblemKind.MissingRoot)
                .Select(problem => problem.Message)],
        };
    }

    /// <summary>
    /// The plan as a change to the file: a new one is readable by all (0644) in a directory of the owner's (0700), an existing one keeps
    /// its mode. Nothing is written if the file is not as it was planned for.
    /// </summary>
    public FileEdit ToEdit() => new(Path, After) { Expected = Before, MayReplace = Before is not null, CreatesDirectory = true };

    /// <summary>The plan as lines of text: what is done to the file first, then each certificate, then the notes.</summary>
    public IReadOnlyList<string> Describe()
    {
        string action = IsNoChange ? "no change" : After is null ? "delete: no certificate is left in it" : Before is null ? "create" : "change";
        return
        [
            $"{Path}: {action}",
            .. Mended.Select(what => $"mended: {what}"),
            .. Replaced.Select(entry => $"- {entry.Describe()} (expired, replaced)"),
            .. Removed.Select(entry => $"- {entry.Describe()}"),
            .. Added.Select(entry => $"+ {entry.Describe()}"),
            .. Kept.Count > 0 ? new[] { Kept.Count == 1 ? $"  {Kept[0].Describe()}" : $"  {Kept.Count} certificates stay" } : [],
            .. Notes,
        ];
    }

    /// <summary>Comments and revocation lists are of no use without a certificate; they are not lost.</summary>
    private static IReadOnlyList<string> WhatElseGoes(RootFile rest) => rest.ToBytes().AsSpan().Trim(" \t\r\n"u8).IsEmpty
        ? []
        : ["What else is in the file (comments, revocation lists) goes with it, and is kept in the backup."];

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
