using System.Formats.Asn1;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using PgSsl.Asn1;
using PgSsl.Certificates;

namespace PgSsl.PortableTls;

/// <summary>What the client presents if the server asks for a certificate. The server's own certificate is accepted, whatever it is.</summary>
internal sealed class ClientCredentials(ClientCertificate? client, TlsContext context, BcTlsCrypto crypto) : TlsAuthentication
{
    /// <summary>Whether the server has asked.</summary>
    public bool WereAskedFor { get; private set; }

    /// <summary>Others judge it. That the server has its key, BouncyCastle verifies.</summary>
    public void NotifyServerCertificate(TlsServerCertificate serverCertificate)
    {
    }

    /// <summary>The certificate with its intermediates, whatever CAs the server names: libpq sets a certificate, and OpenSSL sends it.</summary>
    public TlsCredentials? GetClientCredentials(Org.BouncyCastle.Tls.CertificateRequest certificateRequest)
    {
        WereAskedFor = true;
        if (client is null)
            return null;
        // From the bytes: a key that Windows keeps is not exported, and nothing of this needs one of .NET's classes.
        AsymmetricKeyParameter key = PrivateKeyFactory.CreateKey(client.Key.Pkcs8.ToArray());
        SignatureAndHashAlgorithm? algorithm = null;
        // Before TLS 1.2 there is nothing to choose (RFC 4346 7.4.8).
        if (context.ServerVersion.IsEqualOrLaterVersionOf(ProtocolVersion.TLSv12))
        {
            algorithm = ChooseAlgorithm(key, certificateRequest.SupportedSignatureAlgorithms);
            // As OpenSSL, which then answers with no certificate (ssl/t1_lib.c, tls_choose_sigalg).
            if (algorithm is null)
                return null;
        }
        return new BcDefaultTlsCredentialedSigner(new TlsCryptoParameters(context), crypto, key, Message(client), algorithm);
    }

    private Certificate Message(ClientCertificate sent)
    {
        TlsCertificate[] certificates = [.. sent.Intermediates.Prepend(sent.Certificate).Select(one => new ServedCertificate(crypto, one))];
        return TlsUtilities.IsTlsV13(context)
            ? new Certificate(TlsUtilities.EmptyBytes, [.. certificates.Select(one => new CertificateEntry(one, null))])
            : new Certificate(certificates);
    }

    private SignatureAndHashAlgorithm? ChooseAlgorithm(AsymmetricKeyParameter key, IList<SignatureAndHashAlgorithm> accepted)
    {
        bool isTls13 = TlsUtilities.IsTlsV13(context);
        var kind = SubjectPublicKey.Read(new AsnReader(SubjectPublicKey.EncodingOf(client!.Certificate), AsnEncodingRules.BER));
        return Offer.SignatureAlgorithms(withSha1: !isTls13)
            .FirstOrDefault(ours => accepted.Contains(ours) && Fits(SignatureScheme.From(ours), key, kind, isTls13));
    }

    // In TLS 1.3, PKCS #1 is gone, and the name of the scheme binds the curve (RFC 8446 4.2.3).
    private static bool Fits(int scheme, AsymmetricKeyParameter key, SubjectPublicKey kind, bool isTls13) => key switch
    {
        // A key for RSASSA-PSS alone has schemes of its own, and may be for one digest alone (RFC 4055 1.2).
        RsaKeyParameters when kind.AlgorithmOid == Oids.RsaPss => PssDigest(scheme) is { } digest
            && (kind.Restriction is null || kind.Restriction.Digest == digest),
        RsaKeyParameters => scheme switch
        {
            SignatureScheme.rsa_pss_rsae_sha256 or SignatureScheme.rsa_pss_rsae_sha384 or SignatureScheme.rsa_pss_rsae_sha512 => true,
            SignatureScheme.rsa_pkcs1_sha256 or SignatureScheme.rsa_pkcs1_sha384 or SignatureScheme.rsa_pkcs1_sha512
                or SignatureScheme.rsa_pkcs1_sha1 => !isTls13,
            _ => false,
        },
        ECPrivateKeyParameters ec => scheme switch
        {
            SignatureScheme.ecdsa_secp256r1_sha256 => !isTls13 || IsOn(ec, SecObjectIdentifiers.SecP256r1),
            SignatureScheme.ecdsa_secp384r1_sha384 => !isTls13 || IsOn(ec, SecObjectIdentifiers.SecP384r1),
            SignatureScheme.ecdsa_secp521r1_sha512 => !isTls13 || IsOn(ec, SecObjectIdentifiers.SecP521r1),
            SignatureScheme.ecdsa_sha1 => !isTls13,
            _ => false,
        },
        Ed25519PrivateKeyParameters => scheme == SignatureScheme.ed25519,
        Ed448PrivateKeyParameters => scheme == SignatureScheme.ed448,
        _ => false,
    };

    private static bool IsOn(ECPrivateKeyParameters key, DerObjectIdentifier curve) => curve.Equals(key.PublicKeyParamSet);

    private static string? PssDigest(int scheme) => scheme switch
    {
        SignatureScheme.rsa_pss_pss_sha256 => "SHA256",
        SignatureScheme.rsa_pss_pss_sha384 => "SHA384",
        SignatureScheme.rsa_pss_pss_sha512 => "SHA512",
        _ => null,
    };
}
