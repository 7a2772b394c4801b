using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Pkcs;
using PgSsl.Requests;
using PgSsl.Tests.Requests;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>Requests that are made here, read by BouncyCastle.</summary>
public class RequestTests
{
    [Theory]
    [InlineData("ecdsa-p256")]
    [InlineData("ecdsa-p384")]
    [InlineData("rsa-2048")]
    public void A_request_is_signed_by_its_own_key(string algorithm)
    {
        using var key = GeneratedKeys.Get(algorithm);
        CertificateProfile profile = CertificateProfile.Create(new CertificateNaming
        {
            CommonName = "db1.example.com", Organization = "ACME, \"Inc.\" + Co", DnsNames = ["db1"], IPAddresses = ["127.0.0.1", "::1"],
        });

        using var text = new StringReader(profile.CreateRequestPem(key));
        var request = (Pkcs10CertificationRequest)new PemReader(text).ReadObject();

        Assert.True(request.Verify());
        Assert.Contains("db1.example.com", request.GetCertificationRequestInfo().Subject.GetValueList(Org.BouncyCastle.Asn1.X509.X509Name.CN));
        Assert.Contains("ACME, \"Inc.\" + Co", request.GetCertificationRequestInfo().Subject.GetValueList(Org.BouncyCastle.Asn1.X509.X509Name.O));
    }
}
