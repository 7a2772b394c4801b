using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Trust;

/// <summary>PEM files, odd ones above all, against what openssl makes of them as -CAfile.</summary>
public class PemFileTests
{
    private static readonly MintedCertificate Root = Mint.Root("Root");
    private static readonly MintedCertificate Other = Mint.Root("Other");
    private static readonly MintedCertificate Leaf = Mint.Leaf("db1", Root);
    private static readonly string Pem = Root.Pem;

    private static readonly string Key = Leaf.Key.Pem;
    private static readonly string EncryptedKey = Leaf.Key.Algorithm.ExportEncryptedPkcs8PrivateKeyPem("secret",
        new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)) + "\n";

    [Fact]
    public void Reads_and_refuses_the_same_files_as_openssl() => AssertAgreement(Oddities());

    [Fact]
    public void Reads_and_refuses_the_same_mutilated_files_as_openssl() =>
        AssertAgreement([.. Enumerable.Range(0, 300).Select(seed => ($"mutilated {seed}", Mutilate(new Random(seed))))]);

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("hello\n", "no PEM block")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n", "bad end line")]
    [InlineData("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "base64")]
    [InlineData("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "empty")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "not a valid one")]
    [InlineData("-----BEGIN THING-----\nAAAA\n-----END THING-----\n", "only THING")]
    public void Says_what_is_wrong_with_a_file(string content, string expected)
    {
        var error = Assert.Throws<PgSslException>(() => PemFile.Parse(Encoding.Latin1.GetBytes(content), "/x/root.crt"));

        Assert.Equal(PgSslError.InvalidCertificateFile, error.Error);
        Assert.Contains("/x/root.crt", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_a_DER_file_is_DER()
    {
        var error = Assert.Throws<PgSslException>(() => PemFile.Parse(Root.Certificate.RawData, "/x/root.crt"));

        Assert.Contains("DER", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_another_error_than_a_broken_one()
    {
        using var directory = new TemporaryDirectory();

        var error = Assert.Throws<PgSslException>(() => PemFile.Read(Path.Combine(directory.Path, "root.crt")));

        Assert.Equal(PgSslError.FileNotFound, error.Error);
    }

    [Fact]
    public void A_directory_is_no_file()
    {
        using var directory = new TemporaryDirectory();

        Assert.Equal(PgSslError.FileUnreadable, Assert.Throws<PgSslException>(() => PemFile.Read(directory.Path)).Error);
    }

    [Fact]
    public void Keeps_the_order_of_the_file()
    {
        PemContents contents = PemFile.Parse(Encoding.Latin1.GetBytes(Other.Pem + Mint.Crl(Root) + Pem), "x");

        Assert.Equal(["Other", "Root"], contents.Certificates.Select(CertificateNames.Display));
        Assert.Equal("Root", Assert.Single(contents.Crls).Issuer);
    }

    private static List<(string Name, byte[] Content)> Oddities()
    {
        string[] lines = Pem.TrimEnd('\n').Split('\n');
        string body = string.Concat(lines[1..^1]), begin = lines[0] + "\n", end = lines[^1] + "\n";
        var texts = new Dictionary<string, string>
        {
            ["plain"] = Pem,
            ["two"] = Other.Pem + Pem,
            ["text around"] = "Subject: x\n\n" + Pem + "trailing text\n",
            ["text between"] = Other.Pem + "# the next: one\n" + Pem,
            ["CRLF"] = Pem.Replace("\n", "\r\n", StringComparison.Ordinal),
            ["CR only"] = Pem.Replace('\n', '\r'),
            ["BOM"] = "\u00EF\u00BB\u00BF" + Pem,
            ["BOM before the second"] = Other.Pem + "\u00EF\u00BB\u00BF" + Pem,
            ["BOM twice"] = "\u00EF\u00BB\u00BF\u00EF\u00BB\u00BF" + Pem,
            ["no newline at the end"] = Pem.TrimEnd('\n'),
            ["glued"] = Other.Pem.TrimEnd('\n') + Pem,
            ["glued base64 and END"] = begin + body + end,
            ["glued base64 and END, another block after"] = begin + body + end + Other.Pem,
            ["glued END and text"] = Pem.TrimEnd('\n') + "x\n",
            ["trailing blanks"] = Pem.Replace("\n", " \t\n", StringComparison.Ordinal),
            ["leading blanks in base64"] = begin + "  " + body + "\n" + end,
            ["leading blank before BEGIN"] = " " + Pem,
            ["leading blank before END"] = begin + body + "\n " + end,
            ["one long line"] = begin + body + "\n" + end,
            ["lines of 254"] = begin + string.Join("\n", body.Chunk(254).Select(chunk => new string(chunk))) + "\n" + end,
            ["lines of 253"] = begin + string.Join("\n", body.Chunk(253).Select(chunk => new string(chunk))) + "\n" + end,
            ["lines of 3"] = begin + string.Join("\n", body.Chunk(3).Select(chunk => new string(chunk))) + "\n" + end,
            ["blank line before the base64"] = begin + "\n" + string.Join("\n", lines[1..^1]) + "\n" + end,
            ["blank line before long base64"] = begin + "\n" + body + "\n" + end,
            ["blank line in the base64"] = begin + lines[1] + "\n\n" + string.Join("\n", lines[2..^1]) + "\n" + end,
            ["blank line before END"] = begin + body + "\n\n" + end,
            ["header"] = begin + "Comment: x\n\n" + string.Join("\n", lines[1..^1]) + "\n" + end,
            ["header without blank line"] = begin + "Comment: x\n" + string.Join("\n", lines[1..^1]) + "\n" + end,
            ["no END"] = begin + body + "\n",
            ["no BEGIN"] = body + "\n" + end,
            ["END of another kind"] = begin + body + "\n-----END X-----\n",
            ["lower case"] = Pem.Replace("CERTIFICATE", "certificate", StringComparison.Ordinal),
            ["four dashes"] = Pem.Replace("-----BEGIN", "----BEGIN", StringComparison.Ordinal),
            ["X509 CERTIFICATE"] = Pem.Replace("CERTIFICATE", "X509 CERTIFICATE", StringComparison.Ordinal),
            ["TRUSTED CERTIFICATE"] = Pem.Replace("CERTIFICATE", "TRUSTED CERTIFICATE", StringComparison.Ordinal),
            ["unknown kind before"] = "-----BEGIN THING-----\nAAAA\n-----END THING-----\n" + Pem,
            ["broken unknown kind before"] = "-----BEGIN THING-----\n%%\n-----END THING-----\n" + Pem,
            ["unknown kind with a header before"] = "-----BEGIN THING-----\nVersion: x\n\nAAAA\n-----END THING-----\n" + Pem,
            ["certificate with an encryption header"] =
                begin + "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n"
                + string.Join("\n", lines[1..^1]) + "\n" + end,
            ["key before"] = Key + Pem,
            ["broken key before"] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + Pem,
            ["encrypted key before"] = EncryptedKey + Pem,
            ["broken certificate after"] = Pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            ["empty block after"] = Pem + "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            ["missing padding"] = begin + body.TrimEnd('=')[..^1] + "\n" + end,
            ["too much padding"] = begin + body + "====\n" + end,
            ["NUL in text before"] = "a\0b\n" + Pem,
            ["NUL line before"] = "\0\n" + Pem,
            ["NUL after"] = Pem + "\0\0\0",
            ["not ASCII after BEGIN line"] = begin.TrimEnd('\n') + "\u00A0\n" + body + "\n" + end,
            ["CRL only"] = Mint.Crl(Other),
            ["CRL and certificate"] = Mint.Crl(Root) + Pem,
            ["trailing bytes in the block"] = begin + Convert.ToBase64String([.. Root.Certificate.RawData, 1, 2, 3]) + "\n" + end,
            ["empty"] = "",
            ["blank"] = "\n\n",
            ["long text before"] = new string('x', 1000) + "\n" + Pem,
            ["BEGIN at the end of a long line"] = new string('x', 254) + Pem,
        };
        List<(string, byte[])> files = [.. texts.Select(text => (text.Key, Encoding.Latin1.GetBytes(text.Value)))];
        files.Add(("DER", Root.Certificate.RawData));
        files.Add(("UTF-16", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Pem)).ToArray()));
        return files;
    }

    /// <summary>Breaks lines, blanks and markers, but never exchanges one base64 digit for another.</summary>
    private static byte[] Mutilate(Random random)
    {
        var text = new StringBuilder(Other.Pem + Pem);
        string[] insertions =
        [
            "\n", "\r\n", " ", "\t", "-", "=", ":", "\n\n", "x: y\n", "\u00EF\u00BB\u00BF", "\0",
            "-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n",
        ];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int[] newlines = [.. Enumerable.Range(0, text.Length).Where(index => text[index] == '\n')];
            int near = Math.Clamp(newlines[random.Next(newlines.Length)] + random.Next(-1, 3), 0, text.Length - 1);
            if (random.Next(3) == 0 && text[near] is '\n' or '-')
                text.Remove(near, 1);
            else
                text.Insert(random.Next(4) == 0 ? random.Next(text.Length) : near, insertions[random.Next(insertions.Length)]);
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static void AssertAgreement(List<(string Name, byte[] Content)> files)
    {
        if (!OpenSslJudge.IsAvailable)
            Assert.Skip("openssl is not installed.");
        using var directory = new TemporaryDirectory();
        directory.Write("leaf", Leaf.Pem);
        var script = new StringBuilder();
        for (int i = 0; i < files.Count; i++)
        {
            directory.Write($"{i}", files[i].Content);
            script.Append(CultureInfo.InvariantCulture,
                $"echo '{OpenSslJudge.Separator}'; openssl verify -attime {MintOptions.Now.ToUnixTimeSeconds()} "
                + $"-no-CApath -no-CAstore -CAfile {i} leaf 2>&1\n");
        }
        string[] expected = [.. OpenSslJudge.Run(directory.Path, script.ToString()).Split(OpenSslJudge.Separator).Skip(1).Select(output =>
            output.Contains("leaf: OK", StringComparison.Ordinal) ? "holds the root"
                : output.Contains("error 20", StringComparison.Ordinal) ? "readable" : "refused")];
        var disagreements = files.Select((file, i) => (file.Name, Expected: expected[i], Ours: Read(file.Content)))
            .Where(item => item.Expected != item.Ours).ToList();
        Assert.True(disagreements.Count == 0, $"{disagreements.Count} of {files.Count}:\n" + string.Join("\n", disagreements));
    }

    private static string Read(byte[] content)
    {
        try
        {
            return PemFile.Parse(content, "x").Certificates.Any(certificate => certificate.RawData.SequenceEqual(Root.Certificate.RawData))
                ? "holds the root" : "readable";
        }
        catch (PgSslException)
        {
            return "refused";
        }
    }
}
