using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates.BouncyCastle;
using PgSsl.Tests.Certificates;
using PgSsl.Tests.Certificates.Fuzzing;
using PgSsl.Tests.Certificates.Verification;

namespace PgSsl.Tests.Attacks;

/// <summary>Whoever stole the key of a revoked certificate wants the CRL not to be read: one odd entry in it, his own or any other.</summary>
public class RevocationOpensTests
{
    private static readonly MintedCertificate Root = Mint.Root("Root");
    private static readonly MintedCertificate Leaf = Mint.Leaf("db", Root);

    /// <summary>What stands in the entry of the revoked certificate, or in one before it, and how long the CRL is.</summary>
    public static TheoryData<string, byte[]> Entries => new()
    {
        { "a reason that is a number", Reason([2, 1, 1]) },
        { "a reason without content", Reason([10, 0]) },
        { "a reason that is no DER", Reason([1]) },
        { "removed from the CRL, twice", [.. Reason([10, 1, 8]), .. Reason([10, 1, 8])] },
        { "removed from the CRL, and a compromised key", [.. Reason([10, 1, 8]), .. Reason([10, 1, 1])] },
        { "a reason of two octets that ends in 8", Reason([10, 2, 1, 8]) },
        { "a negative reason", Reason([10, 1, 0xf8]) },
        { "a reason of nine octets that ends in 8", Reason([10, 9, 1, 0, 0, 0, 0, 0, 0, 0, 8]) },
        { "an issuer that is no name", Der.Extension("2.5.29.29", true, [5, 0]) },
        { "an issuer of a type that does not exist", Der.Extension("2.5.29.29", true, [0x30, 2, 0x89, 0]) },
        { "an issuer in invalid UTF-8", Der.Extension("2.5.29.29", true, Der.Sequence(Der.Explicit(4, Der.Sequence(Der.Set(
            Der.Sequence(Der.Oid("2.5.4.3"), [12, 1, 0xff])))))) },
        { "nothing odd", [] },
    };

    [Theory]
    [MemberData(nameof(Entries))]
    public void An_odd_entry_leaves_the_certificate_revoked(string oddity, byte[] extensions)
    {
        byte[] own = Entry(Leaf, extensions), plain = Entry(Leaf, []), stranger = Entry(Root, extensions);

        Assert.Equal((oddity, ChainError.Revoked), (oddity, Verify(own)));
        Assert.Equal((oddity, ChainError.Revoked), (oddity, Verify(stranger, plain)));
        Assert.Equal((oddity, ChainError.Revoked), (oddity, Verify(plain, stranger)));
    }

    [Fact]
    public void Removed_from_the_CRL_is_removed_in_any_size_that_openssl_reads() => Assert.Equal(
        [ChainError.None, ChainError.None],
        [Verify(Entry(Leaf, Reason([10, 1, 8]))), Verify(Entry(Leaf, Reason([10, 5, 1, 0, 0, 0, 8])))]);

    [Fact]
    public void Strings_in_pieces_leave_the_certificate_revoked()
    {
        // The value of the extension in an OCTET STRING of indefinite length, its pieces of another type (tasn_dec.c, asn1_collect).
        byte[] extension = Der.Sequence(Der.Oid("2.5.29.21"), [0x24, 0x80, 10, 1, 8, 0, 0]);

        Assert.Equal(ChainError.Revoked, Verify(Entry(Leaf, extension)));
    }

    [Fact]
    public void Scopes_that_are_given_twice_are_no_scope()
    {
        byte[] scope = Der.Extension("2.5.29.28", true, Der.Sequence(Der.Implicit(2, [0xff])));

        Assert.Equal(ChainError.Revoked, Verify(Crl([Entry(Leaf, [])], [.. scope, .. scope])));
    }

    [Fact]
    public void A_CRL_of_an_issuer_that_cannot_be_read_is_not_loaded_as_in_libpq()
    {
        // libpq checks no CRL at all then: see TrustStore.CrlProblem, which says so.
        byte[] issuer = Der.Sequence(Der.Set(Der.Sequence(Der.Oid("2.5.4.3"), [26, 1, 0x61])));

        using var directory = new TemporaryDirectory();
        TrustStore trust = TrustStore.LoadFile(directory.Write("root.crt", Root.Pem)).WithCrls(
            directory.Write("root.crl", Crl([Entry(Leaf, [])], [], issuer)), null);

        Assert.NotNull(trust.CrlProblem);
        Assert.False(trust.CheckCrls);
    }

    [Fact]
    public void A_certificate_that_cannot_be_verified_ends_in_a_verdict()
    {
        // .NET reads no such date, and its chain engine, which verified SHA-224 and Ed448 before, threw.
        foreach (string kind in new[] { "Ed448", "1.2.840.10045.3.1.7" })
        {
            byte[][] times = [Der.Text(23, "691231235959Z"), Der.Text(23, "260101000000+0000")];
            foreach (byte[] notBefore in times)
            {
                X509Certificate2 root = Odd(kind, "Odd", Der.Time(MintOptions.Now.AddDays(-9))), odd = Odd(kind, "Leaf", notBefore);
                string pem = root.ExportCertificatePem() + "\n" + odd.ExportCertificatePem() + "\n";
                TrustStore trust = TrustStore.FromCertificates([root], "root.crt");

                ChainError error = ChainVerifier.Verify([odd], trust, MintOptions.Now).Error;
                Assert.Contains(error, (ChainError[])[ChainError.None, ChainError.MalformedNotBefore]);
                Assert.NotNull(RootFile.Parse(System.Text.Encoding.ASCII.GetBytes(pem), "root.crt").Problems(MintOptions.Now));
            }
        }
    }

    private static X509Certificate2 Odd(string kind, string subject, byte[] notBefore)
    {
        AsymmetricCipherKeyPair key = Authority.KeyOf(kind);
        byte[] algorithm = Der.Sequence(Der.Oid(kind == "Ed448" ? "1.3.101.113" : "1.2.840.10045.4.3.1")), name = FuzzedNames.CommonName("Odd");
        byte[] content = Der.Sequence(
            Der.Explicit(0, Der.Number(2)), Der.Number(1), algorithm, name,
            Der.Sequence(notBefore, Der.Time(MintOptions.Now.AddDays(9))), FuzzedNames.CommonName(subject),
            SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(key.Public).GetDerEncoded(),
            Der.Explicit(3, Der.Sequence(Der.Extension("2.5.29.19", true, Der.Sequence(Der.Boolean(true))))));
        ISigner signer = kind == "Ed448" ? new Ed448Signer([]) : SignerUtilities.GetSigner("SHA-224withECDSA");
        signer.Init(true, key.Private);
        signer.BlockUpdate(content, 0, content.Length);
        return new X509Certificate2(Der.Sequence(content, algorithm, Der.Bits(0, signer.GenerateSignature())));
    }

    private static byte[] Reason(byte[] value) => Der.Extension("2.5.29.21", false, value);

    private static byte[] Entry(MintedCertificate certificate, byte[] extensions) => Der.Sequence(
        Der.Value(2, certificate.Certificate.SerialNumberBytes.ToArray()), Der.Time(MintOptions.Now.AddDays(-1)),
        extensions.Length == 0 ? [] : Der.Sequence(extensions));

    private static ChainError Verify(params byte[][] entries) => Verify(Crl(entries, []));

    private static ChainError Verify(string crl)
    {
        ChainCase item = ChainCase.Of("x", [Leaf], [Root], crl);
        ChainError ours = ChainAgreementTests.Verify(item).Error;
        if (OpenSslJudge.IsAvailable)
            Assert.Equal((ChainError)OpenSslJudge.Judge([item])[0].Error, ours);
        return ours;
    }

    private static string Crl(byte[][] entries, byte[] extensions, byte[]? issuer = null)
    {
        byte[] algorithm = Der.Sequence(Der.Oid("1.2.840.10045.4.3.2"));
        byte[] content = Der.Sequence(
            Der.Number(1), algorithm, issuer ?? Root.Subject, Der.Time(MintOptions.Now.AddDays(-1)), Der.Time(MintOptions.Now.AddDays(1)),
            entries.Length == 0 ? [] : Der.Sequence(entries), extensions.Length == 0 ? [] : Der.Explicit(0, Der.Sequence(extensions)));
        byte[] signature = Root.Key.Sign(content, HashAlgorithmName.SHA256);
        return PemEncoding.WriteString("X509 CRL", Der.Sequence(content, algorithm, Der.Bits(0, signature))) + "\n";
    }
}
