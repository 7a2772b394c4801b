using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>The parameters of RSASSA-PSS (RFC 4055 3.1), of a signature or of a key that may make no others.</summary>
/// <param name="Digest">The digest's name; null for one that is not known.</param>
/// <param name="MaskDigest">The digest of the mask generator.</param>
/// <param name="SaltLength">The salt's length in bytes; of a key, the least.</param>
/// <param name="Trailer">The number of the trailer field; only 1 exists.</param>
internal sealed record PssParameters(string Digest, string MaskDigest, long SaltLength, long Trailer)
{
    /// <summary>crypto/rsa/rsa_ameth.c, rsa_pss_verify_param.</summary>
    public bool AreValid => SaltLength >= 0 && Trailer == 1;

    /// <summary>crypto/rsa/rsa_ameth.c, ossl_rsa_pss_decode and ossl_rsa_pss_get_param_unverified; null where OpenSSL cannot read them.</summary>
    public static PssParameters? Read(AlgorithmIdentifier algorithm)
    {
        try
        {
            return algorithm.ReadParameters()?.ReadWhole(Read);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static PssParameters Read(AsnReader parameters)
    {
        string digest = "SHA1", maskDigest = "SHA1";
        long salt = 20, trailer = 1;
        if (parameters.Has(0))
            digest = DigestOf(ReadExplicit(parameters, 0, AlgorithmIdentifier.Read));
        if (parameters.Has(1))
        {
            AlgorithmIdentifier generator = ReadExplicit(parameters, 1, AlgorithmIdentifier.Read);
            if (generator is not { Oid: Oids.Mgf1, Parameters: { Type: UniversalTagNumber.Sequence } inner })
                throw new AsnContentException("Not MGF1.");
            maskDigest = DigestOf(AlgorithmIdentifier.Read(new AsnReader(inner.Content, AsnEncodingRules.BER)));
        }
        if (parameters.Has(2))
            salt = ReadExplicit(parameters, 2, ReadNumber);
        if (parameters.HasData)
            trailer = ReadExplicit(parameters, 3, ReadNumber);
        return new PssParameters(digest, maskDigest, salt, trailer);
    }

    private static T ReadExplicit<T>(AsnReader reader, int number, Func<AsnReader, T> read) =>
        reader.ReadSequence(AsnReaderExtensions.ContextTag(number)).ReadWhole(read);

    // crypto/asn1/a_int.c, ASN1_INTEGER_get: -1 for what is too large. OpenSSL keeps it in an int.
    private static long ReadNumber(AsnReader reader)
    {
        var number = reader.ReadInteger();
        return number >= long.MinValue && number <= long.MaxValue ? (int)(long)number : -1;
    }

    private static string DigestOf(AlgorithmIdentifier algorithm) =>
        Certificates.Digest.NameOf(algorithm.Oid) ?? throw new AsnContentException("An unknown digest.");
}
