using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>
/// Generated chains and CRLs beside OpenSSL, set up as libpq does it. A slice of a thousand here; by hand: PGSSL_TEST_FUZZ=50000, and
/// PGSSL_TEST_FUZZ_SEED for another beginning.
/// </summary>
public class ChainFuzzTests(ITestOutputHelper output)
{
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_FUZZ"), out int count) ? count : 1000;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_FUZZ_SEED"), out int seed) ? seed : 1;

    [Fact]
    public void Nothing_is_accepted_that_openssl_refuses()
    {
        if (LibCrypto.Missing is { } missing)
            Assert.Skip(missing);
        using var directory = new TemporaryDirectory();
        var tally = new Tally();
        for (int i = 0; i < Count; i++)
        {
            FuzzedCase item = new FuzzedChains(Seed + i).Next();
            string roots = directory.Write("root.crt", item.RootFile);
            string? crls = item.CrlFile is null ? null : directory.Write("root.crl", item.CrlFile);
            (int Error, int Depth)? theirs = LibCrypto.Verify(item.Served, roots, crls, item.At);
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
            ChainVerdict verdict = ChainVerifier.Verify(served, trust, item.At);
            return ((int)verdict.Error, verdict.Depth);
        }
        catch (Exception e) when (e is CryptographicException or PgSslException { Error: PgSslError.InvalidCertificateFile })
        {
            return null;
        }
    }

    private sealed class Tally
    {
        private readonly List<string> _refused = [];
        private readonly List<string> _otherReason = [];
        private int _count;
        private int _good;

        public List<string> Accepted { get; } = [];

        /// <summary>The share of cases with the same verdict, accepted or refused.</summary>
        public double Agreement => 1 - ((Accepted.Count + _refused.Count) / (double)_count);

        /// <summary>Whether both say the same.</summary>
        public bool Add(string name, (int Error, int Depth)? ours, (int Error, int Depth)? theirs)
        {
            _count++;
            bool accepts = ours?.Error == 0, accept = theirs?.Error == 0;
            _good += accept ? 1 : 0;
            string text = string.Create(CultureInfo.InvariantCulture, $"{name}: openssl {Show(theirs)}, we {Show(ours)}");
            if (accepts && !accept)
                Accepted.Add(text);
            else if (!accepts && accept)
                _refused.Add(text);
            else if (ours?.Error != theirs?.Error)
                _otherReason.Add(text);
            return accepts == accept && ours?.Error == theirs?.Error;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
            {_count} cases, {_good} of them good for openssl.
            The same verdict in {100 * Agreement:0.00} %, the same reason too in {100 * (Agreement - (_otherReason.Count / (double)_count)):0.00} %.
            Accepted, refused by openssl: {Accepted.Count}
            {string.Join("\n", Accepted.Take(40))}
            Refused, accepted by openssl: {_refused.Count}
            {string.Join("\n", _refused.Take(40))}
            Another reason: {_otherReason.Count}
            {string.Join("\n", _otherReason.Take(40))}
            """);

        private static string Show((int Error, int Depth)? verdict) => verdict is var (error, depth) ? $"{error} at {depth}" : "nothing";
    }
}
