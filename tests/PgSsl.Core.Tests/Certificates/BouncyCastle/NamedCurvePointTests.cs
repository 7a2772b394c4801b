using FsCheck;
using FsCheck.Fluent;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using PgSsl.Certificates;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>BouncyCastle makes points, and both say whether they are on the curve.</summary>
public class NamedCurvePointTests
{
    private static readonly string[] Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    private static readonly Gen<(string Oid, byte[] Factor)> Points =
        Gen.Elements(Curves).SelectMany(oid => Mutation.Bytes(1, 66).Select(factor => (oid, factor)));

    [Fact]
    public void A_multiple_of_the_base_point_is_on_the_curve() => Prop.ForAll(Points.ToArbitrary(), point =>
    {
        byte[] encoded = Encode(point.Oid, point.Factor);
        return encoded.Length == 1 || NamedCurve.Find(point.Oid)!.Contains(encoded.AsSpan(1));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void A_bit_of_a_coordinate_turns_both_against_it() => Prop.ForAll(Points.ToArbitrary(), Mutation.Any.ToArbitrary(), (point, mutation) =>
    {
        byte[] encoded = Encode(point.Oid, point.Factor);
        return encoded.Length == 1 || Agree(point.Oid, mutation.Apply(encoded[1..])[0]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void A_coordinate_that_is_not_below_the_prime_is_refused() => Prop.ForAll(Gen.Choose(1, 500).ToArbitrary(), x =>
    {
        // The same point modulo p, written with x + p: a second encoding that must not count. P-521 has unused bits, so it always fits.
        const string oid = "1.3.132.0.35";
        X9ECParameters curve = ParametersOf(oid);
        int length = (curve.Curve.FieldSize + 7) / 8;
        byte[] compressed = [2, .. Fixed(BigInteger.ValueOf(x), length)];
        ECPoint point;
        try
        {
            point = curve.Curve.DecodePoint(compressed);
        }
        catch (ArgumentException)
        {
            return true;
        }
        byte[] y = point.AffineYCoord.GetEncoded();
        byte[] beyond = [.. Fixed(curve.Curve.Field.Characteristic.Add(BigInteger.ValueOf(x)), length), .. y];
        return NamedCurve.Find(oid)!.Contains([.. compressed.AsSpan(1), .. y]) && !NamedCurve.Find(oid)!.Contains(beyond) && Agree(oid, beyond);
    }).Check(Config.QuickThrowOnFailure);

    /// <summary>Every curve that is known, and every form of a point, good and bad.</summary>
    [Theory]
    [InlineData("1.3.132.0.32")]
    [InlineData("1.3.132.0.33")]
    [InlineData("1.3.132.0.10")]
    [InlineData("1.2.840.10045.3.1.4")]
    [InlineData("1.2.840.10045.3.1.5")]
    [InlineData("1.2.840.10045.3.1.6")]
    [InlineData("1.2.840.10045.3.1.7")]
    [InlineData("1.3.132.0.34")]
    [InlineData("1.3.132.0.35")]
    [InlineData("1.3.36.3.3.2.8.1.1.5")]
    [InlineData("1.3.36.3.3.2.8.1.1.6")]
    [InlineData("1.3.36.3.3.2.8.1.1.7")]
    [InlineData("1.3.36.3.3.2.8.1.1.8")]
    [InlineData("1.3.36.3.3.2.8.1.1.9")]
    [InlineData("1.3.36.3.3.2.8.1.1.10")]
    [InlineData("1.3.36.3.3.2.8.1.1.11")]
    [InlineData("1.3.36.3.3.2.8.1.1.12")]
    [InlineData("1.3.36.3.3.2.8.1.1.13")]
    [InlineData("1.3.36.3.3.2.8.1.1.14")]
    public void Both_read_the_same_point_in_every_form(string oid)
    {
        X9ECParameters curve = ECNamedCurveTable.GetByOid(new DerObjectIdentifier(oid));
        NamedCurve ours = NamedCurve.Find(oid)!;
        Assert.Equal(curve.N.BitLength, NamedCurveParameters.Find(oid)!.OrderBits);
        var random = new Random(5);
        for (int i = 0; i < 12; i++)
        {
            byte[] whole = curve.G.Multiply(BigInteger.ValueOf(random.Next(1, int.MaxValue))).GetEncoded(compressed: false);
            int length = (whole.Length - 1) / 2;
            byte odd = (byte)(whole[^1] & 1);
            byte[] coordinates = whole[1..];
            Assert.Equal(coordinates, ours.Decode(whole));
            Assert.Equal(coordinates, ours.Decode([(byte)(2 | odd), .. whole.AsSpan(1, length)]));
            Assert.Equal(coordinates, ours.Decode([(byte)(6 | odd), .. coordinates]));
            Assert.Null(ours.Decode([(byte)(7 - odd), .. coordinates]));
            Assert.NotEqual(coordinates, ours.Decode([(byte)(3 - odd), .. whole.AsSpan(1, length)]));
            whole[random.Next(1, whole.Length)] ^= 1;
            Assert.Null(ours.Decode(whole));
            Assert.Equal(Decodes(curve, [2, .. whole.AsSpan(1, length)]), ours.Decode([2, .. whole.AsSpan(1, length)]) is not null);
        }
    }

    private static bool Decodes(X9ECParameters curve, byte[] point)
    {
        try
        {
            curve.Curve.DecodePoint(point);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool Agree(string oid, byte[] coordinates)
    {
        bool judged;
        try
        {
            judged = ParametersOf(oid).Curve.DecodePoint([4, .. coordinates]).IsValid();
        }
        catch (ArgumentException)
        {
            judged = false;
        }
        return NamedCurve.Find(oid)!.Contains(coordinates) == judged;
    }

    private static byte[] Encode(string oid, byte[] factor) =>
        ParametersOf(oid).G.Multiply(new BigInteger(1, factor)).GetEncoded(compressed: false);

    private static X9ECParameters ParametersOf(string oid) => CustomNamedCurves.GetByOid(new DerObjectIdentifier(oid));

    private static byte[] Fixed(BigInteger value, int length)
    {
        byte[] bytes = value.ToByteArrayUnsigned();
        return [.. new byte[length - bytes.Length], .. bytes];
    }
}
