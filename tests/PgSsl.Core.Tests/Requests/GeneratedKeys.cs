using System.Collections.Concurrent;
using PgSsl.Requests;

namespace PgSsl.Tests.Requests;

/// <summary>A key of each algorithm, generated once as a user would: the longer ones take a second.</summary>
internal static class GeneratedKeys
{
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Keys = new();

    /// <summary>The same key for the same algorithm, as an object of the caller's own.</summary>
    public static CertificateKey Get(string algorithm) =>
        CertificateKey.Read(Keys.GetOrAdd(algorithm, _ => new(() => Generate(algorithm))).Value, null, $"the {algorithm} key");

    private static byte[] Generate(string algorithm)
    {
        using var key = CertificateKey.Generate(algorithm);
        return key.ExportPem(default);
    }
}
