using System.Security.Cryptography;
using PgSsl.Certificates;

namespace PgSsl.Tests.Certificates;

[Fast]
public class NamedCurveTests
{
    [Theory]
    [InlineData("1.2.840.10045.3.1.7")]
    [InlineData("1.3.132.0.34")]
    [InlineData("1.3.132.0.35")]
    public void Has_the_points_of_real_keys_and_no_others(string oid)
    {
        NamedCurve curve = NamedCurve.Find(oid)!;
        for (int i = 0; i < 20; i++)
        {
            using ECDsa key = ECDsa.Create(ECCurve.CreateFromValue(oid));
            ECPoint point = key.ExportParameters(false).Q;
            byte[] coordinates = [.. point.X!, .. point.Y!];
            Assert.True(curve.Contains(coordinates));

            coordinates[^1] ^= 1;
            Assert.False(curve.Contains(coordinates));
            Assert.False(curve.Contains(coordinates.AsSpan(1)));
        }
    }

    [Fact]
    public void Knows_no_other_curve() => Assert.Null(NamedCurve.Find("1.3.132.0.1"));
}
