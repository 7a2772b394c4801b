using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using FsCheck;
using FsCheck.Fluent;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.X509;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;
using BcCertificate = Org.BouncyCastle.X509.X509Certificate;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>BouncyCastle makes lists of revoked certificates: both read the same in them, and say the same of their signatures.</summary>
public class CrlTests
{
    private static readonly Authority Root = new(Authority.KeyOf("1.2.840.10045.3.1.7"), "SHA256withECDSA");

    // RFC 5280 5.3.1; null for none. 7 is not used; 0 (unspecified) should be left out, and is not always.
    private static readonly int?[] Reasons = [null, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10];

    private static readonly Gen<Entry[]> Entries =
        (from serial in Mutation.Bytes(1, 20)
         from hours in Gen.Choose(0, 400_000)
         from reason in Gen.Elements(Reasons)
         select new Entry(new BigInteger(1, serial), hours, reason)).ArrayOf()
        .Select(entries => entries.DistinctBy(entry => entry.Serial).ToArray());

    [Fact]
    public void Both_read_the_same_entries() => Prop.ForAll(Entries.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (entries, number) =>
    {
        X509Crl made = Make(entries, number);

        CertificateRevocationList list = CertificateRevocationList.Parse(made.GetEncoded());

        Assert.Equal(Utc(made.ThisUpdate), list.ThisUpdate);
        Assert.Equal(Utc(made.NextUpdate!.Value), list.NextUpdate);
        Assert.Equal(BigInteger.ValueOf(number), new BigInteger(list.Number!, 16));
        Assert.Equal(
            (made.GetRevokedCertificates() ?? new HashSet<X509CrlEntry>())
                .Select(entry => (entry.SerialNumber, (DateTimeOffset?)Utc(entry.RevocationDate), ReasonOf(entry))).Order(),
            list.Revoked.Select(entry => (new BigInteger(entry.SerialNumber, 16), entry.RevocationDate, entry.Reason)).Order());
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Both_find_the_same_certificates() => Prop.ForAll(Entries.ToArbitrary(), Gen.Choose(0, 1).ToArbitrary(), (entries, distance) =>
    {
        BcCertificate leaf = Root.Issue("CN=db1", Root.Key.Public);
        using var certificate = new X509Certificate2(leaf.GetEncoded());
        X509Crl made = Make([.. entries, new Entry(leaf.SerialNumber.Add(BigInteger.ValueOf(distance)), 0, null)], 1);

        RevokedCertificate? found = CertificateRevocationList.Parse(made.GetEncoded()).Find(ParsedCertificate.Of(certificate)!);

        Assert.Equal(made.IsRevoked(leaf), found is not null);
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Both_say_the_same_of_a_list_with_a_bit_turned_over() => Prop.ForAll(
        Entries.ToArbitrary(), Mutation.Any.ToArbitrary(), (entries,
        mutation) =>
    {
        byte[] der = Make(entries, 1).GetEncoded();
        byte[] changed = mutation.Apply(der)[0];
        return Verify(der) && Verify(changed) == Judge(changed);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static X509Crl Make(Entry[] entries, int number) => Root.Revoke(generator =>
    {
        foreach (Entry entry in entries)
        {
            DateTime date = new DateTime(2015, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(entry.Hours);
            if (entry.Reason is { } reason)
                generator.AddCrlEntry(entry.Serial, date, reason);
            else
                generator.AddCrlEntry(entry.Serial, date, (X509Extensions)null!);
        }
        generator.AddExtension(X509Extensions.CrlNumber, critical: false, new CrlNumber(BigInteger.ValueOf(number)));
    });

    private static int? ReasonOf(X509CrlEntry entry) => entry.GetExtensionValue(X509Extensions.ReasonCode) is { } value
        ? DerEnumerated.GetInstance(value.GetOctets()).IntValueExact
        : null;

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static bool Verify(byte[] der)
    {
        using var issuer = new X509Certificate2(Root.Certificate.GetEncoded());
        try
        {
            return SignatureVerifier.Verify(CertificateRevocationList.Parse(der), ParsedCertificate.Of(issuer)!);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool Judge(byte[] der)
    {
        try
        {
            X509Crl list = new X509CrlParser().ReadCrl(der);
            list.Verify(Root.Key.Public);
            // It verifies the DER that it would write itself: see the certificates.
            return list.CertificateList.GetDerEncoded().AsSpan().SequenceEqual(der);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It refuses in as many ways as it has parts.
            return false;
        }
    }

    private sealed record Entry(BigInteger Serial, int Hours, int? Reason);
}
