using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace PgSsl.PortableTls;

/// <summary>BouncyCastle's cryptography for one connection, with the platform's random numbers. It keeps the certificates as they come.</summary>
internal sealed class RecordingCrypto() : BcTlsCrypto(new SecureRandom(new CryptoApiRandomGenerator()))
{
    private const int ExponentBits = 400;

    private readonly List<X509Certificate2> _served = [];

    /// <summary>The certificates in the order of the wire.</summary>
    public IReadOnlyList<X509Certificate2> Served => _served;

    /// <summary>The group of the last key exchange that was begun: up to TLS 1.2, that of the connection, if its suite has one.</summary>
    public int Group { get; private set; } = -1;

    /// <summary>The bits of that group, if it has no curve.</summary>
    public int? FiniteFieldBits { get; private set; }

    /// <inheritdoc/>
    public override TlsECDomain CreateECDomain(TlsECConfig ecConfig)
    {
        (Group, FiniteFieldBits) = (ecConfig.NamedGroup, null);
        return base.CreateECDomain(ecConfig);
    }

    /// <summary>
    /// In a group of the server's own making, BouncyCastle would take an exponent as long as the modulus: ten seconds and more at 10,000 bits.
    /// A short one is as hard to find as OpenSSL's own for its groups (crypto/ffc/ffc_dh.c, keylength), and a probe sends nothing secret.
    /// </summary>
    public override TlsDHDomain CreateDHDomain(TlsDHConfig dhConfig)
    {
        DHGroup chosen = dhConfig.ExplicitGroup ?? TlsDHUtilities.GetNamedDHGroup(dhConfig.NamedGroup);
        (Group, FiniteFieldBits) = (dhConfig.NamedGroup, chosen.P.BitLength);
        return dhConfig.ExplicitGroup is { L: 0 } group && group.P.BitLength > ExponentBits
            ? new BcTlsDHDomain(this, new TlsDHConfig(new DHGroup(group.P, group.Q, group.G, ExponentBits)))
            : base.CreateDHDomain(dhConfig);
    }

    /// <summary>Called for each certificate of the server's Certificate message, in its order.</summary>
    public override TlsCertificate CreateCertificate(short type, byte[] encoding)
    {
        int number = _served.Count + 1;
        try
        {
            // The constructor below would accept PKCS #7 and PKCS #12, too. Neither starts with a sequence inside of the sequence.
            if (new AsnReader(encoding, AsnEncodingRules.BER).ReadSequence().PeekTag() != Asn1Tag.Sequence)
                throw new CryptographicException("It is not a certificate.");
            var certificate = new X509Certificate2(encoding);
            _served.Add(certificate);
            return new ServedCertificate(this, certificate);
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException or ArgumentException)
        {
            throw new TlsFatalAlert(AlertDescription.bad_certificate, $"certificate {number} cannot be read");
        }
    }
}
