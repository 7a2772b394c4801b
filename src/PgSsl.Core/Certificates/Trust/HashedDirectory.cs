using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using PgSsl.Asn1;
using PgSsl.Files;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// Directories made by <c>openssl rehash</c> (crypto/x509/by_dir.c): <c>HASH.0</c> holds certificates and <c>HASH.r0</c> CRLs of the
/// name with that hash, numbered without gaps. As in OpenSSL, a name is looked up when a chain needs it, and what cannot be read is
/// skipped. What was found once is kept.
/// </summary>
/// <param name="directories">A list of directories, separated as in SSL_CERT_DIR.</param>
/// <param name="mayRead">Whether whoever verifies may read a file; null if whatever can be read here counts.</param>
internal sealed class HashedDirectory(string directories, Func<string, bool>? mayRead = null) : ITrustSource
{
    private const int HashLength = 8;

    private readonly string[] _directories =
        [.. directories.Split(OperatingSystem.IsWindows() ? ';' : ':', StringSplitOptions.RemoveEmptyEntries).Distinct()];

    private readonly object _lock = new();
    private readonly Dictionary<string, List<TrustAnchor>> _anchors = [];
    private readonly Dictionary<string, List<CertificateRevocationList>> _crls = [];

    /// <inheritdoc/>
    public IEnumerable<TrustAnchor> Anchors => _directories.SelectMany(Hashes).Distinct().SelectMany(FindAnchors);

    /// <inheritdoc/>
    public IEnumerable<TrustAnchor> Named(DistinguishedName subject) =>
        FindAnchors(Hash(subject)).FindAll(anchor => anchor.Certificate.Subject.Equals(subject));

    /// <inheritdoc/>
    public IEnumerable<CertificateRevocationList> CrlsOf(DistinguishedName issuer) =>
        Find(_crls, Hash(issuer), "r", PemFile.ReadCrl, crl => crl.IssuerName).FindAll(crl => crl.IssuerName.Equals(issuer));

    /// <summary>crypto/x509/x509_cmp.c, X509_NAME_hash: the first four bytes of a SHA-1, little endian.</summary>
    public static string Hash(DistinguishedName name) =>
        BinaryPrimitives.ReadUInt32LittleEndian(Sha1(name.Canonical)).ToString("x8", CultureInfo.InvariantCulture);

    private List<TrustAnchor> FindAnchors(string hash) =>
        Find(_anchors, hash, "", PemFile.ReadAnchor, anchor => anchor.Certificate.Subject);

    /// <summary>
    /// Only what was found is kept, so that servers with many issuers do not fill the memory. Under the hash of another name OpenSSL does
    /// not find it.
    /// </summary>
    private List<T> Find<T>(
        Dictionary<string, List<T>> known, string hash, string kind, Func<PemBlock, T> read, Func<T, DistinguishedName> nameOf)
    {
        lock (_lock)
        {
            if (known.TryGetValue(hash, out List<T>? items))
                return items;
        }
        var found = new List<T>();
        foreach (string directory in _directories)
        {
            for (int number = 0; ReadBlocks(Path.Combine(directory, $"{hash}.{kind}{number}")) is { } blocks; number++)
            {
                foreach (PemBlock block in blocks)
                {
                    if (kind.Length > 0 ? block.Label == "X509 CRL" : PemFile.IsCertificate(block.Label))
                        TryAdd(found, hash, block, read, nameOf);
                }
            }
        }
        if (found.Count > 0)
        {
            lock (_lock)
                known[hash] = found;
        }
        return found;
    }

    /// <summary>Null where there is no such file.</summary>
    private IReadOnlyList<PemBlock>? ReadBlocks(string path)
    {
        // A search ends at a file that cannot be read (by_dir.c, get_cert_by_subject_ex).
        if (!File.Exists(path) || mayRead?.Invoke(path) == false)
            return null;
        try
        {
            PemReader.ReadAll(RegularFile.Read(path), out IReadOnlyList<PemBlock> blocks);
            return blocks;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static List<string> Hashes(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, "*.0").Select(path => Path.GetFileNameWithoutExtension(path))
                .Where(IsHash).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsHash(string name) => name.Length == HashLength && name.All(char.IsAsciiHexDigitLower);

    private static void TryAdd<T>(List<T> found, string hash, PemBlock block, Func<PemBlock, T> read, Func<T, DistinguishedName> nameOf)
    {
        try
        {
            T item = read(block);
            if (Hash(nameOf(item)) == hash)
                found.Add(item);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            // Skipped, as OpenSSL skips every file of such a directory that it cannot read.
        }
    }

#pragma warning disable CA5350 // The file names are SHA-1; nothing is secured by it.
    private static byte[] Sha1(ReadOnlySpan<byte> data) => SHA1.HashData(data);
#pragma warning restore CA5350
}
