using FsCheck;
using FsCheck.Fluent;

namespace PgSsl.Tests.Certificates.BouncyCastle;

/// <summary>One bit that is turned over: in which of several values, and where.</summary>
/// <param name="Value">Which value; taken modulo their number.</param>
/// <param name="Bit">Which bit; taken modulo their number.</param>
public sealed record Mutation(int Value, int Bit)
{
    /// <summary>Any bit of any value.</summary>
    public static readonly Gen<Mutation> Any =
        Gen.Choose(0, 1 << 20).SelectMany(value => Gen.Choose(0, 1 << 20).Select(bit => new Mutation(value, bit)));

    /// <summary>Copies of the values, one bit of one of them turned over. An empty value stays as it is.</summary>
    public byte[][] Apply(params byte[][] values)
    {
        byte[][] copies = [.. values.Select(value => (byte[])value.Clone())];
        byte[] chosen = copies[Value % copies.Length];
        if (chosen.Length > 0)
            chosen[Bit / 8 % chosen.Length] ^= (byte)(1 << (Bit % 8));
        return copies;
    }

    /// <summary>Random bytes.</summary>
    public static Gen<byte[]> Bytes(int least, int most) =>
        Gen.Choose(least, most).SelectMany(count => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(count));
}
