using System.Security.Cryptography;

namespace PgSsl.Certificates;

/// <summary>A digest by name, which .NET 8 offers only incrementally.</summary>
internal static class Digest
{
    public static byte[] Of(HashAlgorithmName algorithm, ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        hash.AppendData(data);
        return hash.GetHashAndReset();
    }
}
