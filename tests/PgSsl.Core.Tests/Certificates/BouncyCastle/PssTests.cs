using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using PgSsl.Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>RSASSA-PSS with every salt: BouncyCastle signs, and both say what they think of the signature.</summary>
public class PssTests
{
    // Around a multiple of eight, where the encoded message has a byte less than the modulus, or unused bits (RFC 8017 9.1.1).
    private static readonly AsymmetricCipherKeyPair[] Keys = [.. new[] { 1023, 1024, 1025, 1026, 1031, 1032, 1033 }.Select(MakeKey)];

    private static readonly HashAlgorithmName[] Hashes =
        [HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    private static readonly Gen<Signing> Signings =
        from key in Gen.Elements(Keys)
        from hash in Gen.Elements(Hashes)
        from salt in Gen.Choose(0, LongestSalt(key, hash))
        from message in Mutation.Bytes(0, 100)
        select new Signing(key, hash, salt, message);

    [Fact]
    public void A_signature_is_good() =>
        Prop.ForAll(Signings.ToArbitrary(), signing => signing.Verify(signing.Make(), signing.Message, signing.Salt))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void The_longest_salt_is_good() => Assert.All(Keys, key => Assert.All(Hashes, hash =>
    {
        var signing = new Signing(key, hash, LongestSalt(key, hash), [1, 2, 3]);
        Assert.True(signing.Verify(signing.Make(), signing.Message, signing.Salt));
        Assert.False(signing.Verify(signing.Make(), signing.Message, signing.Salt + 1));
    }));

    [Fact]
    public void A_bit_in_message_or_signature_turns_both_against_it() => Prop.ForAll(
        Signings.ToArbitrary(), Mutation.Any.ToArbitrary(), (signing,
        mutation) =>
    {
        byte[][] changed = mutation.Apply(signing.Make(), signing.Message);
        return signing.Verify(changed[0], changed[1], signing.Salt) == signing.Judge(changed[0], changed[1], signing.Salt);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void A_salt_of_another_length_turns_both_against_it() => Prop.ForAll(
        Signings.ToArbitrary(), Gen.Choose(0, 200).ToArbitrary(), (signing,
        salt) =>
    {
        byte[] signature = signing.Make();
        return signing.Verify(signature, signing.Message, salt) == (salt == signing.Salt);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void A_signature_with_a_zero_before_it_is_refused() => Prop.ForAll(Signings.ToArbitrary(), signing =>
        !signing.Verify([0, .. signing.Make()], signing.Message, signing.Salt)).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    private static int LongestSalt(AsymmetricCipherKeyPair key, HashAlgorithmName hash) =>
        ((((RsaKeyParameters)key.Public).Modulus.BitLength - 1 + 7) / 8) - Digest.SizeOf(hash.Name!) - 2;

    private static AsymmetricCipherKeyPair MakeKey(int bits)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(Org.BouncyCastle.Math.BigInteger.ValueOf(65537), new SecureRandom(), bits, 80));
        return generator.GenerateKeyPair();
    }

    private sealed record Signing(AsymmetricCipherKeyPair Key, HashAlgorithmName Hash, int Salt, byte[] Message)
    {
        public byte[] Make()
        {
            PssSigner signer = Signer(Salt);
            signer.Init(forSigning: true, Key.Private);
            signer.BlockUpdate(Message, 0, Message.Length);
            return signer.GenerateSignature();
        }

        public bool Verify(byte[] signature, byte[] message, int salt) => RsaSignature.VerifyPss(
            SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Key.Public).PublicKey.GetBytes(),
            Digest.Of(Hash.Name!, message), signature, Hash.Name!, Hash.Name!, salt);

        public bool Judge(byte[] signature, byte[] message, int salt)
        {
            PssSigner signer = Signer(salt);
            signer.Init(forSigning: false, Key.Public);
            signer.BlockUpdate(message, 0, message.Length);
            try
            {
                return signer.VerifySignature(signature);
            }
            catch (Exception exception) when (exception is DataLengthException or ArgumentOutOfRangeException)
            {
                // A number that is not below the modulus; an encoded message with a byte too many.
                return false;
            }
        }

        private PssSigner Signer(int salt) => new(new RsaBlindedEngine(), DigestUtilities.GetDigest(Hash.Name!), salt);
    }
}
