using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace PgSsl.Certificates.Verification;

/// <summary>RSASSA-PSS with a salt of any length (RFC 8017 8.1.2 and 9.1.2), which .NET does not offer.</summary>
internal static class PssSignature
{
    public static bool Verify(ReadOnlyMemory<byte> rsaPublicKey, byte[] digest, byte[] signature, HashAlgorithmName hash, int saltLength)
    {
        AsnReader key = new AsnReader(rsaPublicKey, AsnEncodingRules.DER).ReadSequence();
        BigInteger modulus = key.ReadInteger(), exponent = key.ReadInteger();
        var value = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        // OpenSSL also limits public exponents (OPENSSL_RSA_MAX_PUBEXP_BITS), so that a hostile key does not cost minutes.
        if (modulus.Sign <= 0 || exponent.Sign <= 0 || exponent.GetBitLength() > 64 || value >= modulus)
            return false;
        // RFC 8017 8.1.2, step 1: else a number has as many signatures as one can write zeros before it. OpenSSL refuses them too.
        if (signature.Length != modulus.GetByteCount(isUnsigned: true))
            return false;

        int bits = (int)modulus.GetBitLength() - 1;
        byte[] message = BigInteger.ModPow(value, exponent, modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] encoded = new byte[(bits + 7) / 8];
        if (message.Length > encoded.Length)
            return false;
        message.CopyTo(encoded, encoded.Length - message.Length);
        return VerifyEncoding(encoded, bits, digest, hash, saltLength);
    }

    private static bool VerifyEncoding(byte[] encoded, int bits, byte[] digest, HashAlgorithmName hash, int saltLength)
    {
        int dataLength = encoded.Length - digest.Length - 1;
        if (dataLength < saltLength + 1 || encoded[^1] != 0xbc)
            return false;
        byte unusedBits = (byte)(0xff << (8 - ((8 * encoded.Length) - bits)));
        if ((encoded[0] & unusedBits) != 0)
            return false;
        ReadOnlySpan<byte> expected = encoded.AsSpan(dataLength, digest.Length);
        byte[] data = Mask(expected, dataLength, hash);
        for (int i = 0; i < dataLength; i++)
            data[i] ^= encoded[i];
        data[0] &= (byte)~unusedBits;

        int padding = dataLength - saltLength - 1;
        if (data.AsSpan(0, padding).ContainsAnyExcept((byte)0) || data[padding] != 1)
            return false;
        byte[] salted = [.. new byte[8], .. digest, .. data[(padding + 1)..]];
        return Digest.Of(hash, salted).AsSpan().SequenceEqual(expected);
    }

    /// <summary>MGF1 (RFC 8017 B.2.1).</summary>
    private static byte[] Mask(ReadOnlySpan<byte> seed, int length, HashAlgorithmName hash)
    {
        var mask = new List<byte>(length);
        byte[] input = [.. seed, 0, 0, 0, 0];
        for (uint counter = 0; mask.Count < length; counter++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(input.AsSpan(seed.Length), counter);
            mask.AddRange(Digest.Of(hash, input));
        }
        return [.. mask.Take(length)];
    }
}
