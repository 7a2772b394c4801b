using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Certificates;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;
using DotNetRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;
using static PgSsl.Tests.RootFiles.Pems;

namespace PgSsl.Tests.RootFiles;

[Fast]
public class RootFileTests
{
    private static readonly string Glued = RootA.Pem.TrimEnd('\n') + RootB.Pem;

    [Fact]
    public void Any_bytes_come_back_as_they_were() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => AssertWhole(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Mutilated_files_come_back_as_they_were() =>
        Prop.ForAll(MutilatedFiles.Bytes.ToArbitrary(), AssertWhole).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Knows_what_each_stretch_is()
    {
        string key = RootA.Key.Pem;
        RootFile file = RootFileOf($"# mine\n{RootA.Pem}\n{Mint.Crl(RootA)}{key}-----BEGIN THING-----\nAAAA\n-----END THING-----\n");

        Assert.Equal(
            [
                RootFileSegmentKind.Text, RootFileSegmentKind.Certificate, RootFileSegmentKind.Text, RootFileSegmentKind.RevocationList,
                RootFileSegmentKind.PrivateKey, RootFileSegmentKind.OtherBlock,
            ],
            file.Segments.Select(segment => segment.Kind));
        Assert.Equal([RootFileProblemKind.PrivateKey], Kinds(file));
    }

    [Fact]
    public void Certificates_behind_a_broken_block_are_seen_though_OpenSSL_reads_nothing()
    {
        RootFile file = RootFileOf($"{RootA.Pem}-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n{RootB.Pem}");

        Assert.Equal(["Root A", "Root B"], Names(file));
        Assert.Empty(file.TrustedCertificates);
        Assert.Equal(PgSslError.InvalidCertificateFile, file.Refusal?.Error);
        Assert.Equal([RootFileProblemKind.BrokenBlock], Kinds(file));
    }

    [Fact]
    public void Says_what_libpq_would_meet()
    {
        Assert.Equal([RootFileProblemKind.Empty], Kinds(RootFileOf("")));
        Assert.Equal([RootFileProblemKind.NoPemBlock], Kinds(RootFileOf("<html></html>\n")));
        Assert.Equal([RootFileProblemKind.NoCertificate], Kinds(RootFileOf("-----BEGIN THING-----\nAAAA\n-----END THING-----\n")));
        Assert.Equal([RootFileProblemKind.GluedBlocks], Kinds(RootFileOf(Glued)));
        Assert.Equal([RootFileProblemKind.HiddenBlock], Kinds(RootFileOf("  " + RootA.Pem)));
        Assert.Equal([RootFileProblemKind.Der], Kinds(RootFileOf(Text(RootA.Certificate.RawData))));
        Assert.Equal([RootFileProblemKind.Utf16], Kinds(RootFile.Parse(Encoding.Unicode.GetBytes(RootA.Pem), "x")));
        Assert.Equal([RootFileProblemKind.NoAnchor, RootFileProblemKind.MissingRoot], Kinds(RootFileOf(Issuing.Pem)));
        Assert.Equal([RootFileProblemKind.Expired], Kinds(RootFileOf(Expired.Pem)));
        Assert.Equal([RootFileProblemKind.NotCa], Kinds(RootFileOf(SelfSigned.Pem)));
        Assert.Equal([RootFileProblemKind.NulByte], Kinds(RootFileOf(RootA.Pem + "\0\n")));
        Assert.Empty(Kinds(RootFileOf(RootA.Pem + Issuing.Pem)));
    }

    [Fact]
    public void The_problem_of_an_intermediate_names_the_root_that_is_missing()
    {
        RootFileProblem problem = RootFileOf(Issuing.Pem).Problems(MintOptions.Now)[0];
        Assert.Contains("'Root A'", problem.Message, StringComparison.Ordinal);
        Assert.False(problem.IsFatal);
    }

    [Fact]
    public void A_root_of_the_same_name_with_another_key_is_not_the_root()
    {
        MintedCertificate namesake = Mint.Root("Root A", MintOptions.Ca with { HasKeyIdentifiers = false });
        MintedCertificate issued = Mint.Certificate("Issuing CA", RootA, MintOptions.Ca with { HasKeyIdentifiers = false });
        Assert.Equal([RootFileProblemKind.MissingRoot], Kinds(RootFileOf(namesake.Pem + issued.Pem)));
    }

    [Fact]
    public void Adding_says_in_a_comment_what_was_added() =>
        Assert.Equal(
            $"# Root A, valid until 2026-07-01, SHA-256 {FingerprintOf(RootA)}\n{RootA.Pem}",
            Text(RootFileOf("").Add([RootA.Certificate]).ToBytes()));

    [Fact]
    public void Adding_what_is_there_gives_the_same_file()
    {
        RootFile file = RootFileOf("# note\r\n" + RootA.Pem);
        Assert.Same(file, file.Add([RootA.Certificate, RootA.Certificate]));
    }

    [Fact]
    public void Adding_keeps_what_is_there_and_its_line_ends()
    {
        string before = "\u00EF\u00BB\u00BF# estate\r\n" + RootA.Pem.Replace("\n", "\r\n", StringComparison.Ordinal).TrimEnd();
        string after = Text(RootFileOf(before).Add([RootB.Certificate]).ToBytes());

        Assert.StartsWith(before + "\r\n# Root B", after, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", after.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_takes_the_block_and_its_own_comment_and_nothing_else()
    {
        RootFile file = RootFileOf("# estate\n" + RootA.Pem + "# note of mine\n" + RootC.Pem).Add([RootB.Certificate]);

        Assert.Equal("# estate\n" + RootA.Pem + "# note of mine\n" + RootC.Pem, Text(file.Remove([FingerprintOf(RootB)]).ToBytes()));
        Assert.StartsWith(
            "# estate\n" + RootA.Pem + "# note of mine\n# Root B", Text(file.Remove([FingerprintOf(RootC)]).ToBytes()), StringComparison.Ordinal);
        Assert.Same(file, file.Remove([FingerprintOf(Leaf)]));
    }

    [Fact]
    public void Removing_finds_a_certificate_that_is_there_twice() =>
        Assert.Equal(RootB.Pem, Text(RootFileOf(RootA.Pem + RootB.Pem + RootA.Pem).Remove([FingerprintOf(RootA)]).ToBytes()));

    [Theory]
    [InlineData("broken", "OpenSSL reads nothing from /x/root.crt: a block in it is not base64")]
    [InlineData("glued", "joined without a line break")]
    [InlineData("NUL", "NUL byte")]
    public void Nothing_is_added_where_OpenSSL_would_not_read_it(string what, string expected)
    {
        RootFile file = RootFileOf(what switch
        {
            "broken" => RootA.Pem + "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n",
            "glued" => Glued,
            _ => RootA.Pem + "\0\n",
        });
        var refusal = Assert.Throws<PgSslException>(() => file.Add([RootC.Certificate]));
        Assert.Equal(PgSslError.InvalidCertificateFile, refusal.Error);
        Assert.Contains("was not changed", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_cannot_break_out_of_its_comment()
    {
        string[] names =
            ["x\n-----BEGIN CERTIFICATE-----\n", new string('ü', 64), "\u2028\u202E-----BEGIN CERTIFICATE-----", "\u001b[31m", "\ud83d\ude00"];
        foreach (string name in names)
        {
            var builder = new X500DistinguishedNameBuilder();
            builder.Add("2.5.4.10", name, UniversalTagNumber.UTF8String);
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            X509Certificate2 certificate = new DotNetRequest(builder.Build(), key, HashAlgorithmName.SHA256)
                .CreateSelfSigned(MintOptions.Now, MintOptions.Now.AddDays(1));
            string text = Encoding.UTF8.GetString(RootFileOf("").Add([certificate]).ToBytes());

            string comment = text.Split('\n')[0];
            Assert.StartsWith("# ", comment, StringComparison.Ordinal);
            Assert.DoesNotContain("-----", comment, StringComparison.Ordinal);
            Assert.DoesNotContain(comment, c => char.IsControl(c) || c is '\u2028' or '\u202E');
            Assert.InRange(Encoding.UTF8.GetByteCount(comment), 1, 250);
            Assert.Equal("", Text(RootFileOf("").Add([certificate]).Remove([Fingerprint.Of(certificate)]).ToBytes()));
        }
    }

    [Fact]
    public void Normalizing_changes_nothing_but_line_breaks_blanks_and_encoding()
    {
        Assert.Equal(RootA.Pem + RootB.Pem, Normalized(Glued));
        Assert.Equal("x: y\n" + RootA.Pem + RootB.Pem, Normalized("x: y\n" + Glued));
        Assert.Equal(RootA.Pem, Normalized(Text(RootA.Certificate.RawData)));
        Assert.Equal(RootA.Pem + RootB.Pem, Normalized(Text([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(RootA.Pem + RootB.Pem)])));
        Assert.Equal(RootA.Pem, Normalized(Text(Encoding.BigEndianUnicode.GetBytes(RootA.Pem))));
        Assert.Equal("  \n" + RootA.Pem, Normalized("  " + RootA.Pem.Replace("\n", "\n  ", StringComparison.Ordinal).TrimEnd(' ')));
        Assert.Equal(RootA.Pem, Normalized(RootA.Pem.Replace("\n-----END", "-----END", StringComparison.Ordinal)));
        Assert.Equal(RootA.Pem + "x\n", Normalized(RootA.Pem.TrimEnd('\n') + "x\n"));
        Assert.Equal(RootA.Pem, Normalized(RootA.Pem.Replace('\n', '\r')).TrimEnd('\r'));
    }

    [Fact]
    public void A_readable_file_needs_no_mending()
    {
        RootFile file = RootFileOf("text\n" + RootA.Pem + Mint.Crl(RootA));
        Assert.Same(file, file.Normalize(out IReadOnlyList<string> normalized));
        Assert.Empty(normalized);
    }

    [Fact]
    public void A_damaged_block_stays_and_the_file_stays_refused() =>
        Assert.NotNull(RootFileOf(Glued + "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n").Normalize(out _).Refusal);

    [Fact]
    public void A_directory_and_a_missing_file_are_told_apart()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(PgSslError.FileUnreadable, Assert.Throws<PgSslException>(() => RootFile.Read(directory.Path)).Error);
        Assert.Equal(PgSslError.FileNotFound, Assert.Throws<PgSslException>(() => RootFile.Read(directory.Path + "/x")).Error);
    }

    private static string Normalized(string text)
    {
        RootFile normalized = RootFileOf(text).Normalize(out IReadOnlyList<string> what);
        Assert.NotEmpty(what);
        Assert.Null(normalized.Refusal);
        Assert.Equal(Names(RootFileOf(text)), Names(normalized));
        return Text(normalized.ToBytes());
    }

    /// <summary>The bytes, and the segments, which leave no gap.</summary>
    private static void AssertWhole(byte[] bytes)
    {
        var file = RootFile.Parse(bytes, "x");
        Assert.Equal(bytes, file.ToBytes());
        int position = 0;
        foreach (RootFileSegment segment in file.Segments)
        {
            Assert.Equal(position, segment.Start);
            Assert.True(segment.Length > 0);
            position += segment.Length;
        }
        Assert.Equal(bytes.Length, position);
        // OpenSSL reads nothing that people do not see.
        Assert.Empty(file.TrustedCertificates.Select(Fingerprint.Of).Except(file.Certificates.Select(Fingerprint.Of)));
    }
}
