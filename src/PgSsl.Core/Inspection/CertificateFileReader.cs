using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Common;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.RootFiles;

namespace PgSsl.Inspection;

/// <summary>Reads files with certificates or keys in any form, and describes what is in them.</summary>
/// <param name="passphrase">Opens encrypted keys and PKCS #12; null for none.</param>
/// <param name="roots">The roots that clients have: they show whether a leaf that is alone lacks its intermediate.</param>
/// <param name="at">The moment to judge validity for.</param>
internal sealed class CertificateFileReader(char[]? passphrase, Lazy<TrustStore> roots, DateTimeOffset at)
{
    /// <summary>Reads a file: its certificates in the order of the file, and then its key.</summary>
    /// <param name="path">The file, absolute.</param>
    /// <exception cref="PgSslException">
    /// FileNotFound, FileUnreadable; <see cref="PgSslError.InvalidCertificateFile"/>: there is neither certificate nor key in it.
    /// </exception>
    public IReadOnlyList<FileCertificate> Read(string path)
    {
        ServerFile file = ServerFile.Read(path);
        byte[] content = file.Content ?? throw file.Failure!;
        byte[]? keyOfPkcs12 = null;
        try
        {
            IReadOnlyList<X509Certificate2> certificates;
            if (CertificateInput.IsPkcs12(content))
                (certificates, keyOfPkcs12) = IssuedCertificates.Read(content, path, passphrase);
            else
                certificates = CertificateInput.Find(content, path);
            ServerKey? key = keyOfPkcs12 is not null ? ServerKey.Read(keyOfPkcs12, null, path) : FindKey(content, path, certificates.Count == 0);
            if (certificates.Count == 0 && key is null)
                throw CertificateInput.Refuse(content, path, CertificateWanted.Any);
            string? mode = file.Status is { } status ? UnixModes.Text(status.Mode) : null;
            ILookup<X509Certificate2, (string, string)> problems = FindProblems(certificates, new FileForm(content))
                .ToLookup(problem => problem.Certificate, problem => (problem.Kind, problem.Message));
            return
            [
                .. certificates.Select((certificate, i) =>
                    FileCertificate.Of(certificate, path, i + 1, at, [.. problems[certificate]]) with { FileMode = mode }),
                .. key is null ? [] : new[] { Describe(key, path, certificates.Count + 1, mode) },
            ];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(keyOfPkcs12);
        }
    }

    /// <summary>Brings keys and certificates together, whatever files they are in.</summary>
    public static IEnumerable<FileCertificate> Match(IReadOnlyCollection<FileCertificate> items)
    {
        ILookup<string, FileCertificate> keys = Index(items.Where(item => item.Certificate is null));
        ILookup<string, FileCertificate> certificates = Index(items.Where(item => item.Certificate is not null));
        // The key of a CA is elsewhere. But a self-signed server's certificate may be one, and then a key without a certificate should be its own.
        bool allKeysMatch = keys.All(key => certificates.Contains(key.Key));
        foreach (FileCertificate item in items)
        {
            ILookup<string, FileCertificate> others = item.Certificate is null ? certificates : keys;
            FileCertificate? match = item.KeyIdentity is { } identity ? others[identity].FirstOrDefault() : null;
            bool signsItself = item is { IsSelfSigned: true, Status: ["Good"] } && match is not null;
            bool isOpen = others.Count == 0 || item.KeyIdentity is null || (item.IsCa == true && allKeysMatch);
            yield return item with
            {
                KeyMatches = match is not null ? true : isOpen ? null : false,
                MatchingPath = match?.Path,
                Subject = item.Subject ?? match?.Subject,
                Status = signsItself ? [nameof(ChainFindingKind.SelfSigned)] : item.Status,
                Problems = signsItself ? [$"'{CertificateNames.Display(item.Certificate!)}' is self-signed."] : item.Problems,
            };
        }
    }

    private static ILookup<string, FileCertificate> Index(IEnumerable<FileCertificate> items) =>
        items.Where(item => item.KeyIdentity is not null).ToLookup(item => item.KeyIdentity!);

    /// <summary>A key in PEM, or a whole file that is a key.</summary>
    private ServerKey? FindKey(byte[] content, string path, bool isNothingElse)
    {
        if (!isNothingElse && !ServerKey.IsPemFile(content))
            return null;
        var key = ServerKey.Read(content, passphrase, path);
        return key is { IsPem: false, IsEncrypted: false, Failure: not null } ? null : key;
    }

    private static FileCertificate Describe(ServerKey key, string path, int position, string? mode) => new()
    {
        Path = path,
        Position = position,
        Kind = "PrivateKey",
        IsEncrypted = key.IsEncrypted,
        KeyAlgorithm = key.Kind?.Algorithm,
        KeySize = key.Kind?.Size,
        KeyIdentity = key.Identity,
        FileMode = mode,
        Status = key.Failure is null ? ["Good"] : [key.IsEncrypted ? "Encrypted" : "Unreadable"],
        Problems = key.Failure is { } failure ? [failure.Message] : [],
    };

    /// <summary>With a server's or client's own certificate they are a chain; without one, a collection of CAs.</summary>
    private IEnumerable<(X509Certificate2 Certificate, string Kind, string Message)> FindProblems(
        IReadOnlyList<X509Certificate2> certificates, FileForm form)
    {
        foreach (X509Certificate2 certificate in certificates)
            if (form.Fault is { } fault)
                yield return (certificate, "NotRead", Sentence.Of(fault));
        X509Certificate2? leaf = certificates.FirstOrDefault(certificate => ParsedCertificate.Of(certificate) is not { CaKind: not 0 });
        if (leaf is null)
        {
            foreach (RootFileProblem problem in RootFileProblems.OfCertificates(certificates, at))
                yield return (certificates[problem.Position!.Value - 1], $"{problem.Kind}", problem.Message);
            foreach (X509Certificate2 weak in certificates.Where(
                certificate => ParsedCertificate.Of(certificate) is { } parsed && !ChainChecks.IsStrongEnough(parsed.PublicKey)))
                yield return (weak, nameof(ChainFindingKind.WeakKey), $"The key of '{CertificateNames.Display(weak)}' is too weak for OpenSSL.");
            yield break;
        }
        if (form.HasOrder && leaf != certificates[0])
            yield return (
                leaf, nameof(ChainFindingKind.OutOfOrder),
                $"'{CertificateNames.Display(leaf)}' is not the first, so a server or client presents "
                    + $"'{CertificateNames.Display(certificates[0])}'.");
        X509Certificate2[] chain = [leaf, .. certificates.Where(certificate => certificate != leaf)];
        foreach (ChainFinding finding in ServedChain.Examine(chain, at, chain.Length == 1 ? [roots.Value] : []).Findings)
            yield return (finding.Certificate, $"{finding.Kind}", Sentence.Of(finding.Message));
    }

    /// <summary>What the form of a file says about the certificates in it.</summary>
    /// <param name="content">The content of the file.</param>
    private sealed class FileForm(byte[] content)
    {
        /// <summary>Whether the order of the certificates means something: in a message of PKCS #7 or PKCS #12 it does not.</summary>
        public bool HasOrder { get; } = content.AsSpan().IndexOf("-----BEGIN CERTIFICATE-----"u8) >= 0;

        /// <summary>Why OpenSSL reads nothing from it; null where it does, and for a form that is not PEM on purpose.</summary>
        public string? Fault { get; } = RootFile.Parse(content, "").Segments
            .FirstOrDefault(segment => segment.Fault is not null && segment.Label is not (OtherForms.Der or OtherForms.Pkcs7))?.Fault;
    }
}
