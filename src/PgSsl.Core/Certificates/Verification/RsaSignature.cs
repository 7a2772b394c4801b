using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Numerics;
using PgSsl.Asn1;

namespace PgSsl.Certificates.Verification;

/// <summary>
/// RSA signatures with digests and salts that .NET does not offer (RFC 8017): RSASSA-PKCS1-v1_5 with SHA-224 and SHA-3, RSASSA-PSS with a salt
/// of any length and another digest for the mask. Only public values are handled.
/// </summary>
internal static class RsaSignature
{
    /// <summary>RFC 8017 8.2.2: the encoded message is made again and compared, as crypto/rsa/rsa_sign.c, ossl_rsa_verify, does.</summary>
    public static bool VerifyPkcs1(ReadOnlyMemory<byte> rsaPublicKey, byte[] digest, byte[] signature, string hash)
    {
        if (Open(rsaPublicKey, signature) is not var (message, bits))
            return false;
        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            using (info.PushSequence())
            {
                info.WriteObjectIdentifier(Digest.OidOf(hash));
                info.WriteNull();
            }
            info.WriteOctetString(digest);
        }
        byte[] encodedInfo = info.Encode();
        byte[] expected = new byte[(bits + 7) / 8];
        int padding = expected.Length - encodedInfo.Length - 3;
        if (padding < 8)
            return false;
        expected[1] = 1;
        expected.AsSpan(2, padding).Fill(0xff);
        encodedInfo.CopyTo(expected, expected.Length - encodedInfo.Length);
        return message.ToByteArray(isUnsigned: true, isBigEndian: true).AsSpan().SequenceEqual(expected.AsSpan(1));
    }

    /// <summary>RFC 8017 8.1.2 and 9.1.2.</summary>
    public static bool VerifyPss(
        ReadOnlyMemory<byte> rsaPublicKey, byte[] digest, byte[] signature, string hash, string maskHash, long saltLength)
    {
        if (Open(rsaPublicKey, signature) is not var (message, modulusBits))
            return false;
        int bits = modulusBits - 1;
        byte[] bytes = message.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] encoded = new byte[(bits + 7) / 8];
        if (bytes.Length > encoded.Length)
            return false;
        bytes.CopyTo(encoded, encoded.Length - bytes.Length);
        return VerifyEncoding(encoded, bits, digest, hash, maskHash, saltLength);
    }

    /// <summary>The message in a signature, and the length of the modulus; null for a signature or key that cannot be used.</summary>
    private static (BigInteger Message, int ModulusBits)? Open(ReadOnlyMemory<byte> rsaPublicKey, byte[] signature)
    {
        AsnReader key = new AsnReader(rsaPublicKey, AsnEncodingRules.BER).ReadSequence();
        BigInteger modulus = key.ReadUnsigned(), exponent = key.ReadUnsigned();
        var value = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        // OpenSSL also limits public exponents (OPENSSL_RSA_MAX_PUBEXP_BITS), so that a hostile key does not cost minutes.
        if (modulus.IsZero || exponent.IsZero || exponent.GetBitLength() > 64 || value >= modulus)
            return null;
        // RFC 8017 8.1.2, step 1: else a number has as many signatures as one can write zeros before it. OpenSSL refuses them too.
        if (signature.Length != modulus.GetByteCount(isUnsigned: true))
            return null;
        return (BigInteger.ModPow(value, exponent, modulus), (int)modulus.GetBitLength());
    }

    private static bool VerifyEncoding(byte[] encoded, int bits, byte[] digest, string hash, string maskHash, long saltLength)
    {
        int dataLength = encoded.Length - digest.Length - 1;
        if (dataLength < saltLength + 1 || encoded[^1] != 0xbc)
            return false;
        byte unusedBits = (byte)(0xff << (8 - ((8 * encoded.Length) - bits)));
        if ((encoded[0] & unusedBits) != 0)
            return false;
        ReadOnlySpan<byte> expected = encoded.AsSpan(dataLength, digest.Length);
        byte[] data = Mask(expected, dataLength, maskHash);
        for (int i = 0; i < dataLength; i++)
            data[i] ^= encoded[i];
        data[0] &= (byte)~unusedBits;

        int padding = dataLength - (int)saltLength - 1;
        if (data.AsSpan(0, padding).ContainsAnyExcept((byte)0) || data[padding] != 1)
            return false;
        byte[] salted = [.. new byte[8], .. digest, .. data[(padding + 1)..]];
        return Digest.Of(hash, salted).AsSpan().SequenceEqual(expected);
    }

    /// <summary>MGF1 (RFC 8017 B.2.1).</summary>
    private static byte[] Mask(ReadOnlySpan<byte> seed, int length, string hash)
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
