using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;

namespace PgSsl.Certificates.Verification;

/// <summary>Whether a certificate or a CRL was signed by a key (x509_vfy.c and x_all.c, X509_verify and X509_CRL_verify).</summary>
internal static class SignatureVerifier
{
    public static bool Verify(ParsedCertificate subject, ParsedCertificate issuer) =>
        subject.SignatureAlgorithm.Encoded.Span.SequenceEqual(subject.OuterSignatureAlgorithm.Encoded.Span)
        && (Verify(subject.OuterSignatureAlgorithm, subject.SignedContent.Span, subject.Signature.ToArray(), issuer.PublicKey)
            ?? VerifyByChainEngine(subject.Certificate, issuer.Certificate));

    /// <summary>A CRL with a signature that .NET cannot verify counts as badly signed, so that nothing is concluded from it.</summary>
    public static bool Verify(CertificateRevocationList crl, ParsedCertificate issuer) =>
        crl.SignatureAlgorithm.Encoded.Span.SequenceEqual(crl.OuterSignatureAlgorithm.Encoded.Span)
        && (Verify(crl.OuterSignatureAlgorithm, crl.SignedContent.Span, crl.Signature.ToArray(), issuer.PublicKey) ?? false);

    /// <summary>Verifies a signature; null where .NET cannot verify it.</summary>
    private static bool? Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> content, byte[] signature, SubjectPublicKey key)
    {
        try
        {
            return (algorithm.KeyOid, algorithm.HashAlgorithm) switch
            {
                (Oids.Rsa, { } hash) when key.AlgorithmOid == Oids.Rsa => VerifyRsa(key, content, signature, hash, RSASignaturePadding.Pkcs1),
                (Oids.RsaPss, { } hash) => VerifyPss(algorithm, key, content, signature, hash),
                (Oids.EllipticCurve, { } hash) when key.AlgorithmOid == Oids.EllipticCurve => VerifyEcdsa(key, content, signature, hash),
                (Oids.Dsa, { } hash) when key.AlgorithmOid == Oids.Dsa => VerifyDsa(key, content, signature, hash),
                (Oids.Ed25519, _) when key.AlgorithmOid == Oids.Ed25519 => Ed25519.Verify(key.Key.Span, content, signature),
                (null, _) => false,
                _ => null,
            };
        }
        catch (PlatformNotSupportedException)
        {
            return null;
        }
        catch (CryptographicException)
        {
            // The key or the signature is malformed; or this platform lacks the curve, and then the chain engine decides.
            return key.AlgorithmOid == Oids.EllipticCurve ? null : false;
        }
    }

    private static bool VerifyRsa(
        SubjectPublicKey key, ReadOnlySpan<byte> content, byte[] signature, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        using var rsa = RSA.Create();
        rsa.ImportRSAPublicKey(key.Key.Span, out _);
        return rsa.VerifyData(content, signature, hash, padding);
    }

    private static bool VerifyPss(
        SignatureAlgorithm algorithm, SubjectPublicKey key, ReadOnlySpan<byte> content, byte[] signature, HashAlgorithmName hash)
    {
        byte[] digest = Digest.Of(hash, content);
        // .NET supports only salts of the digest's length; openssl's default is the longest salt that fits.
        return algorithm.PssSaltLength == digest.Length
            ? VerifyRsa(key, content, signature, hash, RSASignaturePadding.Pss)
            : PssSignature.Verify(key.Key, digest, signature, hash, algorithm.PssSaltLength);
    }

    private static bool VerifyEcdsa(SubjectPublicKey key, ReadOnlySpan<byte> content, byte[] signature, HashAlgorithmName hash)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key.Encoded.Span, out _);
        return ecdsa.VerifyData(content, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool VerifyDsa(SubjectPublicKey key, ReadOnlySpan<byte> content, byte[] signature, HashAlgorithmName hash)
    {
        using var dsa = DSA.Create();
        dsa.ImportSubjectPublicKeyInfo(key.Encoded.Span, out _);
        return dsa.VerifyData(content, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>
    /// For algorithms that .NET cannot verify directly (Ed448, SHA-224, rare curves): the platform's chain engine gets exactly this issuer,
    /// ignores everything else, and still says whether the signature is valid.
    /// </summary>
    private static bool VerifyByChainEngine(X509Certificate2 subject, X509Certificate2 issuer)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(issuer);
        chain.ChainPolicy.ExtraStore.Add(issuer);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllFlags;
        chain.ChainPolicy.VerificationTime = subject.NotBefore;
        chain.Build(subject);
        return chain.ChainElements.Count > 1
            && chain.ChainElements[1].Certificate.RawData.AsSpan().SequenceEqual(issuer.RawData)
            && chain.ChainElements[0].ChainElementStatus.All(status => status.Status != X509ChainStatusFlags.NotSignatureValid);
    }
}
