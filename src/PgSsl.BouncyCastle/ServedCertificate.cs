using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using Org.BouncyCastle.Utilities;
using PgSsl.Certificates;

namespace PgSsl.PortableTls;

/// <summary>
/// A certificate of which BouncyCastle sees the public key and nothing else: neither usages nor extensions nor a strange name keep a handshake from
/// being made. The bytes are those of the wire.
/// </summary>
internal sealed class ServedCertificate(BcTlsCrypto crypto, X509Certificate2 certificate)
    : BcTlsRawKeyCertificate(crypto, SubjectPublicKey.EncodingOf(certificate))
{
    // OpenSSL refuses larger ones, too: one signature would take many seconds (crypto/rsa/rsa_ossl.c, rsa_ossl_public_decrypt).
    private const int MaxModulusBits = 16384;
    private const int SmallModulusBits = 3072;
    private const int MaxExponentBits = 64;

    public override byte[] GetEncoded() => certificate.RawData;

    protected override AsymmetricKeyParameter GetPublicKey()
    {
        DerObjectIdentifier algorithm = m_keyInfo.Algorithm.Algorithm;
        bool isRsa = algorithm.Equals(PkcsObjectIdentifiers.RsaEncryption) || algorithm.Equals(PkcsObjectIdentifiers.IdRsassaPss);
        if (isRsa && IsTooLarge(RsaPublicKeyStructure.GetInstance(m_keyInfo.ParsePublicKey())))
            throw new TlsFatalAlert(AlertDescription.unsupported_certificate, "the RSA key is too large");
        // Whether the modulus is a product of primes takes 0.1 to 0.3 s to test, and does not matter for one signature.
        return Properties.WithThreadProperty(Properties.RsaMaxMRTests, "0", base.GetPublicKey);
    }

    private static bool IsTooLarge(RsaPublicKeyStructure key) =>
        key.Modulus.BitLength > MaxModulusBits
        || (key.Modulus.BitLength > SmallModulusBits && key.PublicExponent.BitLength > MaxExponentBits);
}
