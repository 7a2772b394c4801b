using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Certificates.Verification;
using Judge = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>BouncyCastle signs, and both say what they think of the signature.</summary>
public class Ed25519Tests
{
    private static readonly BigInteger Order = BigInteger.Pow(2, 252)
        + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);

    private static readonly Gen<(byte[] Seed, byte[] Message)> Signings =
        Mutation.Bytes(32, 32).SelectMany(seed => Mutation.Bytes(0, 300).Select(message => (seed, message)));

    [Fact]
    public void The_public_key_of_a_private_key_is_the_same() =>
        Prop.ForAll(Mutation.Bytes(32, 32).ToArbitrary(), seed => PublicKey(seed).AsSpan().SequenceEqual(Ed25519.DerivePublicKey(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void A_signature_is_good() => Prop.ForAll(Signings.ToArbitrary(), signing =>
    {
        (byte[] seed, byte[] message) = signing;
        return Ed25519.Verify(PublicKey(seed), message, Sign(seed, message));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void A_bit_in_key_message_or_signature_turns_both_against_it() => Prop.ForAll(
        Signings.ToArbitrary(), Mutation.Any.ToArbitrary(), (signing,
        mutation) =>
    {
        (byte[] seed, byte[] message) = signing;
        byte[][] changed = mutation.Apply(PublicKey(seed), Sign(seed, message), message);
        return Agree(changed[0], changed[2], changed[1]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void A_scalar_beyond_the_order_is_refused() => Prop.ForAll(Signings.ToArbitrary(), signing =>
    {
        (byte[] seed, byte[] message) = signing;
        byte[] signature = Sign(seed, message);
        BigInteger scalar = new BigInteger(signature.AsSpan(32), isUnsigned: true) + Order;
        // The equation still holds: RFC 8032 5.1.7 asks for the smallest scalar so that nobody can make a second signature.
        scalar.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true);
        return Agree(PublicKey(seed), message, signature) && !Ed25519.Verify(PublicKey(seed), message, signature);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void A_signature_of_another_length_is_refused() => Prop.ForAll(
        Signings.ToArbitrary(), Gen.Choose(0, 80).ToArbitrary(), (signing,
        length) =>
    {
        byte[] signature = Sign(signing.Seed, signing.Message);
        Array.Resize(ref signature, length);
        return Ed25519.Verify(PublicKey(signing.Seed), signing.Message, signature) == (length == 64);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void Random_bytes_are_neither_key_nor_signature() =>
        Prop.ForAll(Mutation.Bytes(32, 32).ToArbitrary(), Mutation.Bytes(64, 64).ToArbitrary(), (key, signature) => Agree(key, [], signature))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static bool Agree(byte[] key, byte[] message, byte[] signature) =>
        Ed25519.Verify(key, message, signature) == Judge.Verify(signature, 0, key, 0, message, 0, message.Length);

    private static byte[] PublicKey(byte[] seed)
    {
        byte[] key = new byte[Judge.PublicKeySize];
        Judge.GeneratePublicKey(seed, 0, key, 0);
        return key;
    }

    private static byte[] Sign(byte[] seed, byte[] message)
    {
        byte[] signature = new byte[Judge.SignatureSize];
        Judge.Sign(seed, 0, message, 0, message.Length, signature, 0);
        return signature;
    }
}
