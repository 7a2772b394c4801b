using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>
/// Generated chains and CRLs beside OpenSSL, set up as libpq does it. A slice of a thousand here; by hand: PGSSL_TEST_FUZZ=50000, and
/// PGSSL_TEST_FUZZ_SEED for another beginning.
/// </summary>
public class ChainFuzzTests(ITestOutputHelper output)
{
    // An e-mail address that is no IA5String, below a CA with constraints of other kinds.
    private static readonly int[] FoundByLongRuns = [30277];

    [Fact]
    public void Nothing_is_accepted_that_openssl_refuses()
    {
        if (LibCrypto.Missing is { } missing)
            Assert.Skip(missing);
        using var directory = new TemporaryDirectory();
        var tally = new Tally();
        foreach (int seed in Enumerable.Range(Tally.Seed, Tally.Count).Concat(FoundByLongRuns))
        {
            FuzzedCase item = new FuzzedChains(seed).Next();
            string roots = directory.Write("root.crt", item.RootFile);
            string? crls = item.CrlFile is null ? null : directory.Write("root.crl", item.CrlFile);
            (int Error, int Depth)? theirs = LibCrypto.Verify(item.Served, roots, crls, MintOptions.Now);
            (int Error, int Depth)? ours = Judge(item, roots, crls);
            if (!tally.Add(item.Name, ours, theirs))
                Keep(item);
        }
        output.WriteLine(tally.ToString());
        Assert.True(tally.Accepted.Count == 0, tally.ToString());
        Assert.InRange(tally.Agreement, 0.98, 1);
    }

    /// <summary>Keeps a case that is judged differently, where PGSSL_TEST_FUZZ_KEEP names a folder for it.</summary>
    private static void Keep(FuzzedCase item)
    {
        if (Environment.GetEnvironmentVariable("PGSSL_TEST_FUZZ_KEEP") is not { } folder)
            return;
        string path = Directory.CreateDirectory(Path.Combine(folder, item.Name.Replace(' ', '-'))).FullName;
        File.WriteAllBytes(Path.Combine(path, "root.crt"), item.RootFile);
        if (item.CrlFile is not null)
            File.WriteAllBytes(Path.Combine(path, "root.crl"), item.CrlFile);
        for (int i = 0; i < item.Served.Count; i++)
            File.WriteAllBytes(Path.Combine(path, $"{i}.der"), item.Served[i]);
    }

    /// <summary>Null where there is no handshake: a file that is not read, or a certificate that the platform cannot read.</summary>
    private static (int Error, int Depth)? Judge(FuzzedCase item, string roots, string? crls)
    {
        try
        {
            X509Certificate2[] served = [.. item.Served.Select(der => new X509Certificate2(der))];
            TrustStore trust = TrustStore.LoadFile(roots);
            if (crls is not null)
                trust = trust.WithCrls(crls, null);
            ChainVerdict verdict = ChainVerifier.Verify(served, trust, MintOptions.Now);
            return ((int)verdict.Error, verdict.Depth);
        }
        catch (Exception e) when (e is CryptographicException or PgSslException { Error: PgSslError.InvalidCertificateFile })
        {
            return null;
        }
    }
}
