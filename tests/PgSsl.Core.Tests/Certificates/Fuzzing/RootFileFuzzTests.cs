using PgSsl.Certificates.Trust;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>Generated root files beside OpenSSL: both load them, or both do not.</summary>
public class RootFileFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void No_file_is_loaded_that_openssl_does_not_load()
    {
        if (LibCrypto.Missing is { } missing)
            Assert.Skip(missing);
        using var directory = new TemporaryDirectory();
        var tally = new Tally();
        for (int i = 0; i < Tally.Count; i++)
        {
            byte[] content = new FuzzedRootFiles(Tally.Seed + i).Next();
            int theirs = LibCrypto.Load(directory.Write("root.crt", content));
            if (!tally.Add($"root file {Tally.Seed + i}", Of(Load(content)), Of(theirs))
                && Environment.GetEnvironmentVariable("PGSSL_TEST_FUZZ_KEEP") is { } folder)
                File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(folder).FullName, $"root-{Tally.Seed + i}"), content);
        }
        output.WriteLine(tally.ToString());
        Assert.True(tally.Accepted.Count == 0, tally.ToString());
        Assert.InRange(tally.Agreement, 0.98, 1);
    }

    // A store keeps the same certificate or CRL once, so the numbers are not compared.
    private static (int Error, int Depth)? Of(int loaded) => loaded < 0 ? null : (0, 0);

    private static int Load(byte[] content)
    {
        try
        {
            PemContents contents = PemFile.Parse(content, "root.crt");
            return contents.Certificates.Count + contents.Crls.Count;
        }
        catch (PgSslException e) when (e.Error == PgSslError.InvalidCertificateFile)
        {
            return -1;
        }
    }
}
