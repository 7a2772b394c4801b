using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Security;
using PgSsl.Certificates;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>Digests that .NET does not have, of every length around their blocks.</summary>
[Fast]
public class DigestTests
{
    [Theory]
    [InlineData("SHA224")]
    [InlineData("SHA256")]
    [InlineData("SHA3-224")]
    [InlineData("SHA3-256")]
    [InlineData("SHA3-384")]
    [InlineData("SHA3-512")]
    public void Both_make_the_same_digest(string name)
    {
        for (int length = 0; length < 300; length++)
        {
            byte[] data = new byte[length];
            new Random(length).NextBytes(data);
            byte[] expected = DigestUtilities.CalculateDigest(new DerObjectIdentifier(Digest.OidOf(name)).Id, data);
            Assert.Equal(expected, Digest.Of(name, data));
            Assert.Equal(expected.Length, Digest.SizeOf(name));
        }
    }
}
