using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Files;

namespace PgSsl.Requirements;

/// <summary>What <see cref="ServerCertificateCheck"/> judges: a certificate file, a key file, and what is known about server and clients.</summary>
internal sealed record ServerCertificateFacts
{
    private ServerCertificateFacts(ServerFile certificateFile, ServerFile keyFile) => (CertificateFile, KeyFile) = (certificateFile, keyFile);

    /// <summary>The file of the certificate and its intermediates.</summary>
    public ServerFile CertificateFile { get; }

    /// <summary>The file of the key.</summary>
    public ServerFile KeyFile { get; }

    /// <summary>What the certificate file holds; null where it could not be read.</summary>
    public ServerCertificateFile? Certificates { get; private init; }

    /// <summary>What the key file holds; null where it could not be read.</summary>
    public ServerKey? Key { get; private init; }

    /// <summary>What is known about the server.</summary>
    public ServerConditions Server { get; init; } = ServerConditions.Unknown;

    /// <summary>The roots that clients have; null where they are not known.</summary>
    public TrustStore? ClientRoots { get; init; }

    /// <summary>The roots of this machine: they tell a leaf that a public root issued from one whose intermediate is missing.</summary>
    public TrustStore? PublicRoots { get; init; }

    /// <summary>The names and addresses that clients connect to.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>For how many days every certificate must still be valid.</summary>
    public int MinimumDays { get; init; }

    /// <summary>What the server serves now, its own certificate; null where that is not known.</summary>
    public X509Certificate2? Served { get; init; }

    /// <summary>The moment to judge validity for.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Reads both files. A file that is missing, unreadable or broken is not an error here: that is what is judged.</summary>
    /// <param name="certificatePath">An absolute path.</param>
    /// <param name="keyPath">An absolute path.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    public static ServerCertificateFacts Read(string certificatePath, string keyPath, char[]? passphrase = null)
    {
        ServerFile key = ServerFile.Read(keyPath);
        try
        {
            ServerCertificateFacts facts = Create(ServerFile.Read(certificatePath), key, passphrase);
            return facts.Leaf is { } leaf && facts.Key?.Matches(leaf) == false
                ? facts with { MatchingKeyBackup = FindBackup(keyPath, leaf, passphrase) }
                : facts;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key.Content);
        }
    }

    /// <summary>
    /// A backup beside the key file that holds the key of the certificate, if the key file does not: an interrupted change leaves one.
    /// Null where there is none.
    /// </summary>
    public string? MatchingKeyBackup { get; private init; }

    /// <summary>Takes both files as they are given; the caller clears the key's content.</summary>
    /// <param name="certificateFile">The file of the certificate and its intermediates.</param>
    /// <param name="keyFile">The file of the key.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    public static ServerCertificateFacts Create(ServerFile certificateFile, ServerFile keyFile, char[]? passphrase = null)
    {
        return new ServerCertificateFacts(certificateFile, keyFile)
        {
            Certificates = certificateFile.Content is { } content ? ServerCertificateFile.Parse(content) : null,
            Key = keyFile.Content is { } key ? ServerKey.Read(key, passphrase, keyFile.Path) : null,
        };
    }

    /// <summary>The server's own certificate: the one that the key belongs to, else the first; null where there is none.</summary>
    public X509Certificate2? Leaf => Certificates is not { Certificates: { Count: > 0 } all } ? null
        : all.FirstOrDefault(certificate => Key?.Matches(certificate) == true) ?? all[0];

    /// <summary>The certificates of the file, the server's own first.</summary>
    internal IReadOnlyList<X509Certificate2> Chain =>
        Leaf is { } leaf ? [leaf, .. Certificates!.Certificates.Where(other => !ReferenceEquals(other, leaf))] : [];

    private static string? FindBackup(string keyPath, X509Certificate2 leaf, char[]? passphrase)
    {
        try
        {
            string target = RealPath.Of(keyPath);
            return Directory.EnumerateFiles(Path.GetDirectoryName(target)!, Path.GetFileName(target) + ".*.bak")
                .OrderDescending(StringComparer.Ordinal)
                .FirstOrDefault(backup => HoldsKeyOf(leaf, backup, passphrase));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool HoldsKeyOf(X509Certificate2 leaf, string path, char[]? passphrase)
    {
        byte[] content = ServerFile.Read(path).Content ?? [];
        try
        {
            return ServerKey.Read(content, passphrase, path).Matches(leaf) == true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
