using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using PgSsl.Asn1;

namespace PgSsl.Requirements;

/// <summary>
/// The first Diffie-Hellman parameters in a PEM file, judged as PostgreSQL does (be-secure-openssl.c, load_dh_file) with OpenSSL's DH_check
/// (crypto/dh/dh_check.c).
/// </summary>
internal static class DhParameters
{
    // Below it OpenSSL's security level 2, which is the default of Debian and of OpenSSL 3.2, does not take them (SP 800-57 part 1, table 2).
    private const int SafeBits = 2048;

    // Longer ones would take many seconds.
    private const int MostBits = 4096;

    private const string WithOrder = "X9.42 DH PARAMETERS";

    // A number that is not prime passes a round with a probability of at most 1/4.
    private const int Rounds = 16;

    /// <summary>What the server would object to.</summary>
    /// <param name="content">The file.</param>
    /// <param name="isCertain">Whether every server would; false where it depends on its OpenSSL.</param>
    /// <returns>Null if there is nothing.</returns>
    public static string? FindFault(ReadOnlyMemory<byte> content, out bool isCertain)
    {
        isCertain = true;
        PemReader.ReadAll(content, out IReadOnlyList<PemBlock> blocks);
        if (blocks.FirstOrDefault(block => block.Label is "DH PARAMETERS" or WithOrder) is not { } found)
            return "it holds no DH PARAMETERS in PEM";
        BigInteger prime, generator;
        bool hasOrder = found.Label == WithOrder;
        try
        {
            // PKCS #3: DHParameter ::= SEQUENCE { prime, base, … }; RFC 3279, 2.3.3: DomainParameters ::= SEQUENCE { p, g, q, … }.
            AsnReader sequence = new AsnReader(found.Data, AsnEncodingRules.BER).ReadSequence();
            (prime, generator) = (sequence.ReadInteger(), sequence.ReadInteger());
            if (hasOrder)
                sequence.ReadInteger();
        }
        catch (AsnContentException)
        {
            return $"its {found.Label} cannot be read";
        }
        if (prime.GetBitLength() > MostBits)
        {
            isCertain = false;
            return $"its prime has {prime.GetBitLength()} bits, and longer ones than {MostBits} are not checked here";
        }
        if (!IsPrime(prime))
            return "its number p is not prime";
        // With q the prime need not be a safe one, and both together are what the server refuses.
        if (!hasOrder && (generator <= 1 || generator >= prime - 1) && !IsPrime((prime - 1) / 2))
            return "it has neither a suitable generator nor a safe prime";
        isCertain = false;
        return prime.GetBitLength() < SafeBits ? $"it has {prime.GetBitLength()} bits, which OpenSSL takes only at a low security level" : null;
    }

    /// <summary>Miller-Rabin with random bases (FIPS 186-5, B.3.1).</summary>
    private static bool IsPrime(BigInteger number)
    {
        if (number < 4)
            return number > 1;
        if (number.IsEven)
            return false;
        BigInteger last = number - 1, odd = last;
        int halvings = 0;
        for (; odd.IsEven; odd >>= 1)
            halvings++;
        for (int round = 0; round < Rounds; round++)
        {
            if (IsWitness(RandomBase(number), odd, halvings, number))
                return false;
        }
        return true;
    }

    /// <summary>Whether a base shows that a number is not prime; number - 1 = odd * 2^halvings.</summary>
    private static bool IsWitness(BigInteger @base, BigInteger odd, int halvings, BigInteger number)
    {
        BigInteger power = BigInteger.ModPow(@base, odd, number);
        if (power.IsOne || power == number - 1)
            return false;
        for (int i = 1; i < halvings; i++)
        {
            power = BigInteger.ModPow(power, 2, number);
            if (power == number - 1)
                return false;
        }
        return true;
    }

    /// <summary>A number from 2 to number - 2.</summary>
    private static BigInteger RandomBase(BigInteger number)
    {
        // The surplus makes all remainders about equally likely.
        byte[] bytes = RandomNumberGenerator.GetBytes(number.GetByteCount() + 8);
        return 2 + (new BigInteger(bytes, isUnsigned: true) % (number - 3));
    }
}
