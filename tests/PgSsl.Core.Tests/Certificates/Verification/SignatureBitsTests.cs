using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Verification;

[Fast]
public class SignatureBitsTests
{
    [Fact]
    public void A_signature_that_does_not_fill_its_last_byte_is_bad()
    {
        MintedCertificate root = Mint.Root("Root");
        byte[] der = Mint.Leaf("db1", root).Certificate.RawData;
        der[UnusedBitsAt(der)] = 1;
        using var damaged = new X509Certificate2(der);

        ChainVerdict verdict = ChainVerifier.Verify([damaged], TrustStore.FromCertificates([root.Certificate], "roots"), MintOptions.Now);

        Assert.Equal(ChainError.BadSignature, verdict.Error);
    }

    private static int UnusedBitsAt(byte[] der)
    {
        AsnReader certificate = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        certificate.ReadEncodedValue();
        certificate.ReadEncodedValue();
        return der.Length - certificate.PeekContentBytes().Length;
    }
}
