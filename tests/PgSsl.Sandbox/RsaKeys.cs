using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace PgSsl.Sandbox;

/// <summary>
/// RSA keys for tests, each generated once on a machine and kept in the sandbox's cache, where only this user may read them: generating one
/// takes half a second and more.
/// </summary>
public static class RsaKeys
{
    private const string FileName = "key";
    private static readonly ConcurrentDictionary<(int Bits, int Number), Lazy<RSAParameters>> Keys = new();

    /// <summary>The same key for the same numbers, as an object of the caller's own.</summary>
    /// <param name="bits">Its length.</param>
    /// <param name="number">Which one of that length, where a test needs several.</param>
    public static RSA Get(int bits, int number = 0) => RSA.Create(Keys.GetOrAdd((bits, number), _ => new(() => Load(bits, number))).Value);

    /// <summary>The same keys for RSASSA-PSS alone (RFC 4055, 1.2: without parameters), as PKCS #8 in PEM. .NET cannot hold them.</summary>
    public static string PssPem(int bits, int number = 0)
    {
        using RSA key = Get(bits, number);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.10");
            writer.WriteOctetString(key.ExportRSAPrivateKey());
        }
        return PemEncoding.WriteString("PRIVATE KEY", writer.Encode()) + "\n";
    }

    private static RSAParameters Load(int bits, int number)
    {
        // On the thread pool, because whoever waits here may hold all threads of the test runner.
        string directory = Task.Run(() => SandboxCache.GetOrBuildAsync($"rsa-{bits}-{number}", empty => GenerateAsync(bits, empty))).Result;
        using var key = RSA.Create();
        key.ImportPkcs8PrivateKey(File.ReadAllBytes(Path.Combine(directory, FileName)), out _);
        return key.ExportParameters(includePrivateParameters: true);
    }

    private static async Task GenerateAsync(int bits, string directory)
    {
        using var key = RSA.Create(bits);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixModes.Private;
        await using var file = new FileStream(Path.Combine(directory, FileName), options);
        await file.WriteAsync(key.ExportPkcs8PrivateKey());
    }
}
