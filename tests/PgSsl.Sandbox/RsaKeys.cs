using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace PgSsl.Sandbox;

/// <summary>RSA keys, each generated once in a process: that takes a hundred times as long as an elliptic curve's key.</summary>
public static class RsaKeys
{
    private static readonly ConcurrentDictionary<(int Bits, int Number), Lazy<RSAParameters>> Keys = new();

    /// <summary>The same key for the same numbers, as an object of the caller's own.</summary>
    /// <param name="bits">Its length.</param>
    /// <param name="number">Which one of that length, where a test needs several.</param>
    public static RSA Get(int bits, int number = 0) => RSA.Create(Keys.GetOrAdd((bits, number), _ => new(() => Generate(bits))).Value);

    private static RSAParameters Generate(int bits)
    {
        using var key = RSA.Create(bits);
        return key.ExportParameters(includePrivateParameters: true);
    }
}
