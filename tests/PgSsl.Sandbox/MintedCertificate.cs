using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates;

/// <summary>A certificate made for a test, with its key.</summary>
public sealed record MintedCertificate(X509Certificate2 Certificate, MintedKey Key, byte[] Subject, byte[] KeyIdentifier)
{
    public string Pem => Certificate.ExportCertificatePem() + "\n";
}

/// <summary>A key pair made for a test.</summary>
public sealed record MintedKey(AsymmetricAlgorithm Algorithm)
{
    public byte[] PublicKeyInfo { get; } = Algorithm.ExportSubjectPublicKeyInfo();

    /// <summary>The same key for the same numbers (see <see cref="RsaKeys"/>).</summary>
    public static MintedKey Rsa(int bits, int number = 0) => new(RsaKeys.Get(bits, number));

    public static MintedKey Curve(ECCurve curve) => new(ECDsa.Create(curve));

    /// <summary>.NET makes no signatures with MD5 and SHA-1 through X509SignatureGenerator; the tests need some.</summary>
    public byte[] AlgorithmIdentifier(HashAlgorithmName hash, RSASignaturePadding? padding = null)
    {
        string? weak = (Algorithm, hash.Name) switch
        {
            (RSA, "MD5") => "1.2.840.113549.1.1.4",
            (RSA, "SHA1") => "1.2.840.113549.1.1.5",
            (ECDsa, "SHA1") => "1.2.840.10045.4.1",
            _ => null,
        };
        return weak is null ? Generator(padding).GetSignatureAlgorithmIdentifier(hash) : Mint.Encode(writer =>
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(weak);
                if (Algorithm is RSA)
                    writer.WriteNull();
            }
        });
    }

    public byte[] Sign(byte[] content, HashAlgorithmName hash, RSASignaturePadding? padding = null) => Algorithm is RSA rsa
        ? rsa.SignData(content, hash, padding ?? RSASignaturePadding.Pkcs1)
        : ((ECDsa)Algorithm).SignData(content, hash, DSASignatureFormat.Rfc3279DerSequence);

    private X509SignatureGenerator Generator(RSASignaturePadding? padding) => Algorithm is RSA rsa
        ? X509SignatureGenerator.CreateForRSA(rsa, padding ?? RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa((ECDsa)Algorithm);
}
