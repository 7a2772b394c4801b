using System.Security.Cryptography;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>The digests of signatures, on every platform: .NET has no SHA-224 and no SHA3-224, and SHA-3 only where the platform has it.</summary>
internal static class Digest
{
    // NIST's registry of algorithms, and RFC 8017 B.1.
    private static readonly Dictionary<string, string> Names = new()
    {
        [Oids.Md5] = "MD5",
        [Oids.Sha1] = "SHA1",
        [Oids.Sha224] = "SHA224",
        [Oids.Sha256] = "SHA256",
        [Oids.Sha384] = "SHA384",
        [Oids.Sha512] = "SHA512",
        ["2.16.840.1.101.3.4.2.7"] = "SHA3-224",
        ["2.16.840.1.101.3.4.2.8"] = "SHA3-256",
        ["2.16.840.1.101.3.4.2.9"] = "SHA3-384",
        ["2.16.840.1.101.3.4.2.10"] = "SHA3-512",
    };

    /// <summary>The digest of an object identifier; null for one that is not known.</summary>
    public static string? NameOf(string oid) => Names.GetValueOrDefault(oid);

    /// <summary>The object identifier of a digest.</summary>
    public static string OidOf(string name) => Names.First(pair => pair.Value == name).Key;

    /// <summary>The length of a digest in bytes.</summary>
    public static int SizeOf(string name) => name switch
    {
        "MD5" => 16,
        "SHA1" => 20,
        "SHA224" or "SHA3-224" => 28,
        "SHA256" or "SHA3-256" => 32,
        "SHA384" or "SHA3-384" => 48,
        "SHA512" or "SHA3-512" => 64,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <summary>Whether .NET has it everywhere.</summary>
    public static bool IsPlatforms(string name) => name is "MD5" or "SHA1" or "SHA256" or "SHA384" or "SHA512";

    public static byte[] Of(string name, ReadOnlySpan<byte> data)
    {
        if (name == "SHA224")
            return Sha224.Of(data);
        if (!IsPlatforms(name))
            return Keccak.Sha3(data, SizeOf(name));
        using var hash = IncrementalHash.CreateHash(new HashAlgorithmName(name));
        hash.AppendData(data);
        return hash.GetHashAndReset();
    }
}
