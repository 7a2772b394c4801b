using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Certificates;
using PgSsl.RootCertificates;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;
using static PgSsl.Tests.RootFiles.Pems;

namespace PgSsl.Tests.RootFiles;

/// <summary>
/// What openssl reads from files after edits. <c>crl2pkcs7</c> reads with PEM_X509_INFO_read_bio, the function behind CAfile and so
/// behind libpq's sslrootcert.
/// </summary>
public class RootFileAgreementTests
{
    private static readonly MintedCertificate[] Roots = [RootA, RootB, RootC, Expired];

    /// <summary>A certificate to add, or with a minus one to remove.</summary>
    private static readonly Gen<(byte[] File, List<int> Edits)> Histories =
        from file in MutilatedFiles.Orderly
        from edits in Gen.Choose(1, Roots.Length).SelectMany(root => Gen.Elements(root, -root)).ListOf()
        select (file, edits.ToList());

    [Fact]
    public void After_any_edits_openssl_reads_exactly_the_certificates_that_should_be_there()
    {
        SkipWithoutOpenSsl();
        var files = new List<byte[]>();
        var expected = new List<HashSet<string>>();
        Prop.ForAll(Histories.ToArbitrary(), history =>
        {
            var file = RootFile.Parse(history.File, "x");
            HashSet<string> wanted = [.. file.Certificates.Select(Fingerprint.Of)];
            foreach (int edit in history.Edits)
            {
                MintedCertificate root = Roots[Math.Abs(edit) - 1];
                file = edit > 0 ? file.Add([root.Certificate]) : file.Remove([FingerprintOf(root)]);
                _ = edit > 0 ? wanted.Add(FingerprintOf(root)) : wanted.Remove(FingerprintOf(root));
            }
            files.Add(file.ToBytes());
            expected.Add(wanted);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

        Assert.Equal(expected.Select(Sorted), Read(files).Select(Sorted));
    }

    [Fact]
    public void Whatever_is_found_openssl_reads_it_after_an_installation_or_nothing_is_installed()
    {
        SkipWithoutOpenSsl();
        var files = new List<byte[]>();
        var expected = new List<HashSet<string>>();
        int refused = 0;
        Prop.ForAll(MutilatedFiles.Bytes.ToArbitrary(), bytes =>
        {
            try
            {
                files.Add(RootFilePlan.Install("x", bytes, Selection([RootC.Certificate]), MintOptions.Now).After!);
                expected.Add([.. RootFile.Parse(bytes, "x").Certificates.Append(RootC.Certificate).Select(Fingerprint.Of)]);
            }
            catch (PgSslException refusal) when (refusal.Error == PgSslError.InvalidCertificateFile)
            {
                refused++;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

        Assert.Equal(expected.Select(Sorted), Read(files).Select(Sorted));
        Assert.InRange(refused, 1, 399);
    }

    [Fact]
    public void Adding_and_removing_gives_the_file_as_it_was_but_for_a_line_end_it_lacked() =>
        Prop.ForAll(MutilatedFiles.Orderly.ToArbitrary(), bytes =>
        {
            string after = Text(RootFile.Parse(bytes, "x").Add([RootC.Certificate]).Remove([FingerprintOf(RootC)]).ToBytes());
            string before = Text(bytes);
            Assert.Contains(after, new[] { before, before + "\n", before + "\r\n" });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_installed_verifies_a_server_and_what_is_refused_would_not()
    {
        SkipWithoutOpenSsl();
        using var directory = new TemporaryDirectory();
        directory.Write("leaf", Leaf.Pem);
        directory.Write("sent", Leaf.Pem + Issuing.Pem);
        directory.Write("installed", RootFilePlan.Install("x", null, Selection([RootA.Certificate]), MintOptions.Now).After!);
        directory.Write("intermediate", Issuing.Pem);
        string Verify(string roots) => OpenSslJudge.Run(
            directory.Path,
            $"openssl verify -attime {MintOptions.Now.ToUnixTimeSeconds()} -no-CApath -no-CAstore -CAfile {roots} -untrusted sent leaf 2>&1");

        Assert.Contains("leaf: OK", Verify("installed"), StringComparison.Ordinal);
        Assert.Contains("unable to get issuer certificate", Verify("intermediate"), StringComparison.Ordinal);
        Assert.Throws<PgSslException>(() => RootFilePlan.Install("x", null, Selection([Issuing.Certificate]), MintOptions.Now));
    }

    private static void SkipWithoutOpenSsl()
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
    }

    private static List<HashSet<string>> Read(List<byte[]> files)
    {
        using var directory = new TemporaryDirectory();
        var script = new StringBuilder();
        for (int i = 0; i < files.Count; i++)
        {
            directory.Write($"{i}", files[i]);
            script.Append(CultureInfo.InvariantCulture,
                $"openssl crl2pkcs7 -nocrl -certfile {i} -outform DER -out {i}.p7b 2>/dev/null\n");
        }
        OpenSslJudge.Run(directory.Path, script.ToString());
        return [.. files.Select((_, i) =>
        {
            var certificates = new X509Certificate2Collection();
            string found = Path.Combine(directory.Path, $"{i}.p7b");
            // It writes nothing where it refuses the file.
            if (File.Exists(found))
                certificates.Import(found);
            return certificates.Select(Fingerprint.Of).ToHashSet();
        })];
    }

    private static string Sorted(HashSet<string> fingerprints) => string.Join(' ', fingerprints.Order(StringComparer.Ordinal));
}
