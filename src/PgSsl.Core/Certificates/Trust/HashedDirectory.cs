using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PgSsl.Asn1;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// A directory made by <c>openssl rehash</c> (crypto/x509/by_dir.c): <c>HASH.0</c> holds certificates and <c>HASH.r0</c> CRLs of the
/// name with that hash, numbered without gaps. OpenSSL looks a name up when it needs it; here all of it is read at once, and what
/// lies under the hash of another name is left out, because it would not be found.
/// </summary>
internal static partial class HashedDirectory
{
    /// <summary>Reads a list of directories, separated as in SSL_CERT_DIR. What cannot be read is passed over, as OpenSSL does.</summary>
    public static (IReadOnlyList<TrustAnchor> Anchors, IReadOnlyList<CertificateRevocationList> Crls) Read(string directories)
    {
        var anchors = new List<TrustAnchor>();
        var crls = new List<CertificateRevocationList>();
        char separator = OperatingSystem.IsWindows() ? ';' : ':';
        foreach (string directory in directories.Split(separator, StringSplitOptions.RemoveEmptyEntries).Distinct())
        {
            foreach ((string hash, PemBlock block) in ReadBlocks(directory, ""))
                TryAdd(anchors, hash, () => PemFile.ReadAnchor(block), anchor => anchor.Certificate.Subject);
            foreach ((string hash, PemBlock block) in ReadBlocks(directory, "r"))
                TryAdd(crls, hash, () => PemFile.ReadCrl(block), crl => crl.IssuerName);
        }
        return (anchors, crls);
    }

    /// <summary>crypto/x509/x509_cmp.c, X509_NAME_hash: the first four bytes of a SHA-1, little endian.</summary>
    public static string Hash(DistinguishedName name) =>
        BinaryPrimitives.ReadUInt32LittleEndian(Sha1(name.Canonical)).ToString("x8", CultureInfo.InvariantCulture);

    private static IEnumerable<(string Hash, PemBlock Block)> ReadBlocks(string directory, string kind)
    {
        foreach (string hash in Hashes(directory, kind))
        {
            for (int number = 0; File.Exists(Path.Combine(directory, $"{hash}.{kind}{number}")); number++)
            {
                foreach (PemBlock block in ReadBlocks(Path.Combine(directory, $"{hash}.{kind}{number}"), kind.Length > 0))
                    yield return (hash, block);
            }
        }
    }

    private static IEnumerable<PemBlock> ReadBlocks(string path, bool wantCrls)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        PemReader.ReadAll(bytes, out IReadOnlyList<PemBlock> blocks);
        foreach (PemBlock block in blocks)
        {
            if (wantCrls ? block.Label == "X509 CRL" : PemFile.IsCertificate(block.Label))
                yield return block;
        }
    }

    private static List<string> Hashes(string directory, string kind)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, "*." + kind + "0").Select(path => Path.GetFileNameWithoutExtension(path))
                .Where(name => HashPattern().IsMatch(name)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void TryAdd<T>(List<T> found, string hash, Func<T> parse, Func<T, DistinguishedName> nameOf)
    {
        try
        {
            T item = parse();
            if (Hash(nameOf(item)) == hash)
                found.Add(item);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            // Passed over, as OpenSSL does with every file of such a directory.
        }
    }

    [GeneratedRegex("^[0-9a-f]{8}$")]
    private static partial Regex HashPattern();

#pragma warning disable CA5350 // The file names are SHA-1; nothing is secured by it.
    private static byte[] Sha1(ReadOnlySpan<byte> data) => SHA1.HashData(data);
#pragma warning restore CA5350
}
