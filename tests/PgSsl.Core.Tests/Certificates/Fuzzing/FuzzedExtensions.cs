namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>Extensions of certificates, CRLs and entries, each good as a rule, and each of a kind that verification reads.</summary>
public sealed class FuzzedExtensions(Random random)
{
    private readonly FuzzedNames _names = new(random);

    public static byte[] KeyUsage(int bits) => Der.Extension("2.5.29.15", true, Der.Bits(0, (byte)bits));

    public byte[] BasicConstraints(bool isCa) => Der.Extension("2.5.29.19", true, Der.Sequence(
        isCa ? Der.Boolean(true) : [],
        Rarely(6) ? Rarely(4) ? Der.Value(2, [0x7f, 1, 1, 1, 1, 1, 1, 1, 1]) : Der.Number(random.Next(3)) : []));

    /// <summary>One of the extensions that a certificate may have besides.</summary>
    public byte[] OfCertificate(byte[] issuerName) => random.Next(13) switch
    {
        0 => Der.Extension("2.5.29.30", Rarely(2), Constraints()),
        1 => Der.Extension("2.5.29.31", false, DistributionPoints()),
        2 => Der.Extension("2.5.29.35", false, AuthorityKeyIdentifier(issuerName)),
        3 => Der.Extension("2.5.29.17", false, _names.Generals()),
        4 => Der.Extension("1.3.6.1.5.5.7.1.7", Rarely(2), AddressBlocks()),
        5 => Der.Extension("1.3.6.1.5.5.7.1.8", Rarely(2), Systems()),
        6 => Der.Extension("2.5.29.37", false, Der.Sequence(
            Der.Oid(Rarely(4) ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1"), Rarely(3) ? Der.Oid("2.5.29.37.0") : [])),
        7 => Der.Extension("2.16.840.1.113730.1.1", false, Der.Bits(0, (byte)(Rarely(2) ? 0x44 : 1 << random.Next(8)))),
        8 => Der.Extension("2.5.29.32", Rarely(2), Der.Sequence(Der.Sequence(Der.Oid("1.2.3")))),
        9 => Der.Extension("1.3.6.1.5.5.7.1.14", true, Der.Sequence(
            Rarely(2) ? Der.Number(0) : [], Der.Sequence(Der.Oid("1.3.6.1.5.5.7.21.1")))),
        10 => Der.Extension(Rarely(4) ? "2.5.29.14" : "1.2.3.4.5", Rarely(4), Der.Octets([1, 2, 3])),
        11 => KeyUsage(Rarely(2) ? 0x06 : 0x80 >> random.Next(8)),
        _ => Der.Extension("2.5.29.14", false, Der.Octets([1, 2, 3, (byte)random.Next(3)])),
    };

    public byte[] AuthorityKeyIdentifier(byte[] issuerName) => Der.Sequence(
        Rarely(2) ? Der.Implicit(0, [1, 2, 3, (byte)random.Next(3)]) : [],
        Rarely(2) ? Der.Explicit(1, Rarely(3) ? _names.General() : [], Der.Explicit(4, issuerName)) : [],
        Rarely(4) ? Der.Implicit(2, [(byte)random.Next(1, 9)]) : []);

    public byte[] Scope() => Der.Sequence(
        Rarely(2) ? Der.Explicit(0, PointName()) : [],
        Rarely(5) ? Der.Implicit(1, [0xff]) : [],
        Rarely(5) ? Der.Implicit(2, [0xff]) : [],
        Rarely(8) ? Der.Implicit(3, [6, 0x40]) : [],
        Rarely(8) ? Der.Implicit(4, [0xff]) : [],
        Rarely(8) ? Der.Implicit(5, [0xff]) : []);

    /// <summary>Extensions of an entry of a CRL.</summary>
    public byte[] OfEntry(byte[] issuerName) => Der.Sequence([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Next(6) switch
    {
        0 => Der.Extension("2.5.29.29", Rarely(2), Der.Sequence(Der.Explicit(4, Rarely(2) ? issuerName : _names.Distinguished()))),
        1 => Der.Extension("2.5.29.24", false, Der.Text(24, "20260101000000Z")),
        2 => Der.Extension("1.2.3.4", Rarely(4), Der.Null),
        3 => Der.Extension("2.5.29.21", false, Der.Value(10, [1, 0, 0, 0, 8])),
        _ => Der.Extension("2.5.29.21", false, Der.Value(10, [(byte)(Rarely(2) ? 8 : random.Next(11))])),
    })]);

    /// <summary>
    /// One of the extensions that a CRL may have besides. No delta CRL indicator: OpenSSL 3.0.19 takes a delta CRL for a whole one, if no other
    /// fits better, 3.0.22 takes it for none (x509_vfy.c, get_crl_score), and so does PgSsl.
    /// </summary>
    public byte[] OfCrl(byte[] issuerName) => random.Next(6) switch
    {
        0 or 1 => Der.Extension("2.5.29.28", Rarely(2), Scope()),
        2 => Der.Extension("2.5.29.35", Rarely(4), AuthorityKeyIdentifier(issuerName)),
        3 => Der.Extension("2.5.29.20", Rarely(4), Der.Number(7)),
        4 => Der.Extension("2.5.29.46", false, DistributionPoints()),
        _ => Der.Extension("1.2.3.4.5", Rarely(3), Der.Null),
    };

    private byte[] Constraints()
    {
        byte[] Trees(int number) => Der.Explicit(number, [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Der.Sequence(
            _names.Constraint(), Rarely(12) ? Der.Implicit(0, [(byte)random.Next(2)]) : [], Rarely(20) ? Der.Implicit(1, [1]) : []))]);
        return Der.Sequence(Rarely(2) ? Trees(0) : [], Rarely(2) ? Trees(1) : []);
    }

    private byte[] DistributionPoints() => Der.Sequence([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Der.Sequence(
        Rarely(6) ? [] : Der.Explicit(0, PointName()),
        Rarely(6) ? Der.Implicit(1, [6, 0x40]) : [],
        Rarely(6) ? Der.Explicit(2, _names.General()) : []))]);

    private byte[] PointName() => Rarely(5)
        ? Der.Explicit(1, _names.Attribute())
        : Der.Explicit(0, Rarely(4) ? _names.General() : Der.Implicit(6, [(byte)'a', (byte)':', (byte)(Rarely(2) ? 'b' : 'c')]));

    private byte[] AddressBlocks() => Der.Sequence([.. Enumerable.Range(1, random.Next(1, 3)).Select(family => Der.Sequence(
        Der.Octets([0, (byte)(Rarely(12) ? 3 : family)], Rarely(6) ? [1] : []), Rarely(4) ? Der.Null : Der.Sequence(Ranges())))]);

    private byte[][] Ranges() => [.. Enumerable.Range(1, random.Next(1, 4)).Select(i => Rarely(3)
        ? Der.Sequence(Der.Bits(0, (byte)(10 * i), 1), Der.Bits(0, (byte)(10 * i), (byte)random.Next(8)))
        : Der.Bits(random.Next(3) * 4, (byte)(Rarely(8) ? 10 : 10 * i), (byte)(random.Next(2) << 4)))];

    private byte[] Systems()
    {
        byte[] Choice(int number) => Der.Explicit(number, Rarely(4) ? Der.Null : Der.Sequence(
            [.. Enumerable.Range(1, random.Next(1, 4)).Select(i => Rarely(3)
                ? Der.Sequence(Der.Number(10 * i), Der.Number((10 * i) + random.Next(12)))
                : Der.Number(Rarely(8) ? 10 : 10 * i))]));
        return Der.Sequence(Rarely(5) ? [] : Choice(0), Rarely(3) ? Choice(1) : []);
    }

    private bool Rarely(int oneIn) => random.Next(oneIn) == 0;
}
