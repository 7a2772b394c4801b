using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.RootFiles;

namespace PgSsl.Expiry;

/// <summary>Finds what expires on the wire and in files. What cannot be read is a fact as well.</summary>
internal static partial class ExpiryReader
{
    /// <summary>What a server serves, the leaf first.</summary>
    public static IEnumerable<ExpiryFact> Of(ServerCertificate served)
    {
        string server = ServerName(served);
        return served.Error is { } error
            ? [OfFailure(server, error, served.ErrorId)]
            : served.GetChain().Select((certificate, i) => Of(certificate, KindOf(certificate, i)) with { Server = server });
    }

    /// <summary>An endpoint that names no server.</summary>
    public static ExpiryFact Of(string endpoint, PgSslException failure) =>
        OfFailure(PrintableText.Of(endpoint), failure.Message, $"{failure.Error}") with { IsMisnamed = true };

    /// <summary>The files that a client with these settings verifies and logs in with. A default that does not exist is left out.</summary>
    public static IEnumerable<(string Kind, string Path)> ClientFiles(ConnectionSettings settings)
    {
        (string Kind, string Name, string? Path)[] files =
        [
            ("ClientRoot", "sslrootcert", settings.RootCertificatePath),
            ("Crl", "sslcrl", settings.CrlPath),
            ("ClientCertificate", "sslcert", settings.ClientCertificatePath),
        ];
        foreach ((string kind, string name, string? path) in files)
            if (path is not null && (settings.Get(name).Source != SettingSource.Default || File.Exists(path)))
                yield return (kind, path);
        if (settings.CrlDirectory is not { } directory)
            yield break;
        // A directory that is not there is named, so that it is missed.
        string[] lists = FindLists(directory);
        foreach (string list in lists.Length == 0 && !Directory.Exists(directory) ? [directory] : lists)
            yield return ("Crl", list);
    }

    /// <summary>What is in a file, in its order.</summary>
    /// <param name="path">The file, absolute.</param>
    /// <param name="kind">The kind of its certificates. A revocation list is always a Crl.</param>
    public static IReadOnlyList<ExpiryFact> ReadFile(string path, string kind)
    {
        try
        {
            byte[] content = PemFile.ReadBytes(path);
            return [.. Read(content, path, kind).Select(fact => fact with { Path = path })];
        }
        catch (PgSslException failure)
        {
            return [new ExpiryFact(kind) { Path = path, Error = failure.Message, ErrorId = $"{failure.Error}" }];
        }
    }

    /// <summary>Tells of the files that -Path named whether they are served.</summary>
    public static ExpiryFact Compare(ExpiryFact file, IReadOnlyCollection<ExpiryFact> served)
    {
        if (file is not { Kind: "File", Fingerprint: not null })
            return file;
        bool isServed = served.Any(fact => fact.Fingerprint == file.Fingerprint);
        // A certificate without a subject has no name by which it could be known again.
        bool isOther = file.Subject is not "" && served.Any(fact => fact.Kind == "Leaf" && fact.Name == file.Name);
        return file with { IsServed = isServed ? true : isOther ? false : null };
    }

    /// <summary>What OpenSSL reads of a directory of lists (by_dir.c, get_cert_by_subject_ex): the names are hashes of issuers.</summary>
    private static string[] FindLists(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory).Where(file => HashedName().IsMatch(Path.GetFileName(file))).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // There is no TLS on a socket: whoever names one has named the wrong thing.
    private static ExpiryFact OfFailure(string server, string error, string? errorId) => new("Server")
    {
        Server = server,
        Error = error,
        ErrorId = errorId,
        IsMisnamed = errorId == nameof(PgSslError.UnixSocketHasNoTls),
    };

    private static IEnumerable<ExpiryFact> Read(byte[] content, string path, string kind)
    {
        PemReader.ReadAll(content, out IReadOnlyList<PemBlock> blocks);
        if (!blocks.Any(block => block.Label == "X509 CRL"))
        {
            IReadOnlyList<X509Certificate2> found = CertificateInput.Find(content, path);
            return found.Count > 0
                ? found.Select(certificate => Of(certificate, kind))
                : throw CertificateInput.Refuse(content, path, CertificateWanted.Any);
        }
        var contents = PemFile.Parse(content, path);
        return contents.Certificates.Select(certificate => Of(certificate, kind)).Concat(contents.Crls.Select(Of));
    }

    private static ExpiryFact Of(X509Certificate2 certificate, string kind) => new(kind)
    {
        Subject = certificate.Subject,
        Name = CertificateNames.Display(certificate),
        NotAfter = certificate.NotAfter.ToUniversalTime(),
        Fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
    };

    private static ExpiryFact Of(CertificateRevocationList list) => new("Crl")
    {
        Subject = list.Issuer,
        NotAfter = list.NextUpdate?.UtcDateTime,
        Fingerprint = Convert.ToHexString(SHA256.HashData(list.Raw.Span)),
    };

    private static string KindOf(X509Certificate2 certificate, int position) => position == 0 ? "Leaf"
        : certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData) ? "Root" : "Intermediate";

    private static string ServerName(ServerCertificate served) => PrintableText.Of(
        served.HostName.Length == 0 ? served.Endpoint
        : served.HostName.Contains(':', StringComparison.Ordinal) ? $"[{served.HostName}]:{served.Port}" : $"{served.HostName}:{served.Port}");

    [GeneratedRegex("^[0-9a-f]{8}\\.r[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex HashedName();
}
