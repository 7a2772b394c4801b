using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.RootFiles;

namespace PgSsl;

/// <summary>A certificate in a root file, or in the operating system's store. Times are UTC.</summary>
public sealed record RootCertificate
{
    /// <summary>Its subject.</summary>
    public required string Subject { get; init; }

    /// <summary>Who issued it; the subject again for a root.</summary>
    public required string Issuer { get; init; }

    /// <summary>SHA-256 of the certificate, upper-case hex without separators.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Valid from.</summary>
    public required DateTime NotBefore { get; init; }

    /// <summary>Valid until.</summary>
    public required DateTime NotAfter { get; init; }

    /// <summary>Whole days until it expires, counted down; negative once it has.</summary>
    public required int DaysRemaining { get; init; }

    /// <summary>Whether OpenSSL accepts it as a CA.</summary>
    public required bool IsCa { get; init; }

    /// <summary>Whether it is its own issuer: only such a certificate ends a chain.</summary>
    public required bool IsSelfSigned { get; init; }

    /// <summary>Its position in the file, counted from 1.</summary>
    public required int Position { get; init; }

    /// <summary>The file; <c>system</c> for the operating system's store.</summary>
    public required string Path { get; init; }

    /// <summary><c>RSA</c>, <c>ECDSA</c>, <c>Ed25519</c> …</summary>
    public required string KeyAlgorithm { get; init; }

    /// <summary>The key's size in bits; 0 where it is not known.</summary>
    public required int KeySize { get; init; }

    /// <summary>
    /// <c>Good</c>, or its problems: <c>NotRead</c> (libpq does not read it from this file), Expired, NotYetValid, MissingRoot, NotCa
    /// (<see cref="RootFileProblemKind"/>).
    /// </summary>
    public required OutputList<string> Status { get; init; }

    /// <summary>The problems of <see cref="Status"/>, a sentence each; empty where there are none.</summary>
    public required OutputList<string> Problems { get; init; }

    /// <summary>The certificate, as PEM.</summary>
    public required string CertificatePem { get; init; }

    internal X509Certificate2 Certificate { get; init; } = null!;

    /// <summary>The certificate. A method, because ConvertTo-Json would write all of its properties.</summary>
    public X509Certificate2 GetCertificate() => Certificate;

    /// <summary>The certificates in a file, also in one that libpq refuses.</summary>
    /// <param name="file">The file.</param>
    /// <param name="at">The moment to judge validity for.</param>
    internal static IReadOnlyList<RootCertificate> Of(RootFile file, DateTimeOffset at)
    {
        ILookup<int?, RootFileProblem> problems = file.Problems(at).ToLookup(problem => problem.Position);
        HashSet<string> trusted = [.. file.TrustedCertificates.Select(Certificates.Fingerprint.Of)];
        return [.. file.Certificates.Select((certificate, i) => Describe(
            certificate, i + 1, file.Path, at, [.. problems[i + 1]], trusted.Contains(Certificates.Fingerprint.Of(certificate))))];
    }

    /// <summary>The operating system's roots, as <c>sslrootcert=system</c> finds them.</summary>
    /// <param name="environment">With SSL_CERT_FILE and SSL_CERT_DIR.</param>
    /// <param name="at">The moment to judge validity for.</param>
    internal static IReadOnlyList<RootCertificate> OfSystem(ConnectionEnvironment environment, DateTimeOffset at)
    {
        // Copies: whoever gets them may dispose of them, and the process keeps its own.
        X509Certificate2[] roots = [.. TrustStore.LoadSystem(environment.GetVariable).Certificates.Select(root => new X509Certificate2(root))];
        ILookup<int?, RootFileProblem> problems = RootFileProblems.OfCertificates(roots, at).ToLookup(problem => problem.Position);
        return [.. roots.Select((certificate, i) => Describe(
            certificate, i + 1, ConnectionSettings.SystemRoots, at, [.. problems[i + 1]], isRead: true))];
    }

    private static RootCertificate Describe(
        X509Certificate2 certificate, int position, string path, DateTimeOffset at, RootFileProblem[] problems, bool isRead)
    {
        (string keyAlgorithm, int keySize) = PublicKeyDescription.Of(certificate);
        var parsed = ParsedCertificate.Of(certificate);
        List<string> status = [.. problems.Select(problem => problem.Kind.ToString())];
        List<string> sentences = [.. problems.Select(problem => problem.Message)];
        if (!isRead)
        {
            status.Insert(0, "NotRead");
            sentences.Insert(0, "libpq does not read it from this file.");
        }
        return new RootCertificate
        {
            Subject = certificate.Subject,
            Issuer = certificate.Issuer,
            Fingerprint = Certificates.Fingerprint.Of(certificate),
            NotBefore = certificate.NotBefore.ToUniversalTime(),
            NotAfter = certificate.NotAfter.ToUniversalTime(),
            DaysRemaining = (int)Math.Floor((certificate.NotAfter.ToUniversalTime() - at.UtcDateTime).TotalDays),
            IsCa = parsed is { CaKind: not 0 },
            IsSelfSigned = parsed is { IsSelfSigned: true },
            Position = position,
            Path = path,
            KeyAlgorithm = keyAlgorithm,
            KeySize = keySize,
            Status = status.Count > 0 ? [.. status] : ["Good"],
            Problems = [.. sentences],
            CertificatePem = certificate.ExportCertificatePem(),
            Certificate = certificate,
        };
    }
}
