using System.Formats.Asn1;
using System.Security.Cryptography;
using PgSsl.Asn1;

namespace PgSsl.Certificates.Verification;

/// <summary>
/// Whether a certificate or a CRL was signed by a key (x_all.c, X509_verify and X509_CRL_verify), without the platform's chain engine. What
/// cannot be verified is not signed.
/// </summary>
internal static class SignatureVerifier
{
    /// <summary>x_all.c, X509_verify: the two algorithms must be the same.</summary>
    public static bool Verify(ParsedCertificate subject, ParsedCertificate issuer) =>
        subject.SignatureAlgorithm.Identifier == subject.OuterSignatureAlgorithm.Identifier
        && Verify(subject.OuterSignatureAlgorithm, subject.SignedContent.Span, subject.Signature.ToArray(), issuer.PublicKey);

    /// <summary>x_crl.c, def_crl_verify: the same of a CRL.</summary>
    public static bool Verify(CertificateRevocationList crl, ParsedCertificate issuer) =>
        crl.SignatureAlgorithm.Identifier == crl.OuterSignatureAlgorithm.Identifier
        && Verify(crl.OuterSignatureAlgorithm, crl.SignedContent.Span, crl.Signature.ToArray(), issuer.PublicKey);

    private static bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> content, byte[] signature, SubjectPublicKey key)
    {
        try
        {
            return (algorithm.KeyOid, algorithm.Digest) switch
            {
                (Oids.Rsa, { } digest) when key.AlgorithmOid == Oids.Rsa => VerifyRsa(key, content, signature, digest),
                (Oids.RsaPss, { } digest) when key.AlgorithmOid is Oids.Rsa or Oids.RsaPss =>
                    VerifyPss(algorithm.Pss!, key, content, signature, digest),
                (Oids.EllipticCurve, { } digest) when key.AlgorithmOid == Oids.EllipticCurve =>
                    VerifyEcdsa(key, Digest.Of(digest, content), signature),
                (Oids.Dsa, { } digest) when key.AlgorithmOid == Oids.Dsa => VerifyDsa(key, Digest.Of(digest, content), signature),
                (Oids.Ed25519, _) when key.AlgorithmOid == Oids.Ed25519 => Ed25519.Verify(key.Key.Span, content, signature),
                (Oids.Ed448, _) when key.AlgorithmOid == Oids.Ed448 => Ed448.Verify(key.Key.Span, content, signature),
                _ => false,
            };
        }
        catch (Exception exception) when (exception is CryptographicException or PlatformNotSupportedException or AsnContentException)
        {
            // The key or the signature is malformed, or this platform lacks the curve.
            return false;
        }
    }

    private static bool VerifyRsa(SubjectPublicKey key, ReadOnlySpan<byte> content, byte[] signature, string digest)
    {
        if (!Digest.IsPlatforms(digest))
            return RsaSignature.VerifyPkcs1(key.Key, Digest.Of(digest, content), signature, digest);
        using var rsa = RSA.Create();
        rsa.ImportRSAPublicKey(key.Key.Span, out _);
        return rsa.VerifyData(content, signature, new HashAlgorithmName(digest), RSASignaturePadding.Pkcs1);
    }

    /// <summary>providers/implementations/signature/rsa_sig.c, rsa_signverify_init: a restricted key makes only such signatures.</summary>
    private static bool VerifyPss(
        PssParameters parameters, SubjectPublicKey key, ReadOnlySpan<byte> content, byte[] signature, string digest)
    {
        bool isAllowed = key.Restriction is not { } restriction
            || (restriction.Digest == digest && restriction.MaskDigest == parameters.MaskDigest && restriction.SaltLength >= 0
                && parameters.SaltLength >= restriction.SaltLength);
        return isAllowed
            && RsaSignature.VerifyPss(
                key.Key, Digest.Of(digest, content), signature, digest, parameters.MaskDigest, parameters.SaltLength);
    }

    private static bool VerifyEcdsa(SubjectPublicKey key, byte[] digest, byte[] signature)
    {
        using var ecdsa = ECDsa.Create();
        if (key.CurveOid is { } oid && NamedCurve.Find(oid)?.Decode(key.Key.Span) is { } point)
        {
            // .NET reads no compressed point.
            int length = point.Length / 2;
            ecdsa.ImportParameters(new ECParameters
            {
                Curve = ECCurve.CreateFromValue(oid),
                Q = new ECPoint { X = point[..length], Y = point[length..] },
            });
        }
        else
        {
            ecdsa.ImportSubjectPublicKeyInfo(key.Encoded.Span, out _);
        }
        return ecdsa.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool VerifyDsa(SubjectPublicKey key, byte[] digest, byte[] signature)
    {
        using var dsa = DSA.Create();
        dsa.ImportSubjectPublicKeyInfo(key.Encoded.Span, out _);
        return dsa.VerifySignature(digest, signature, DSASignatureFormat.Rfc3279DerSequence);
    }
}
