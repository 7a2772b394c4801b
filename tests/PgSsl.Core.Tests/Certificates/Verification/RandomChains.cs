using System.Security.Cryptography;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Verification;

/// <summary>Chains with any number of things wrong, the same for the same seed.</summary>
public sealed class RandomChains(int seed)
{
    private static readonly MintedKey[] Keys =
    [
        MintedKey.Rsa(2048), MintedKey.Rsa(3072), MintedKey.Curve(ECCurve.NamedCurves.nistP256), MintedKey.Curve(ECCurve.NamedCurves.nistP384),
        MintedKey.Rsa(2048, 1), MintedKey.Curve(ECCurve.NamedCurves.nistP521), MintedKey.Curve(ECCurve.NamedCurves.nistP256),
    ];

    private static readonly string[] Authorities = ["Alpha", "Beta", "Gamma", "CN=Delta,O=a.test"];

    private readonly Random _random = new(seed);

    public IReadOnlyList<ChainCase> Take(int count) => [.. Enumerable.Range(0, count).Select(Next)];

    private ChainCase Next(int number)
    {
        var authorities = new List<MintedCertificate> { Mint.Certificate(Pick(Authorities), null, Authority()) };
        int intermediates = _random.Next(4);
        for (int i = 0; i < intermediates; i++)
            authorities.Add(Mint.Certificate(Pick(Authorities), authorities[^1], Authority()));
        if (Rarely(6))
            authorities.Add(Mint.Certificate(Pick(Authorities), Pick(authorities), Authority() with { Key = Pick(authorities).Key }));
        MintedCertificate issuer = Rarely(12) ? Pick(authorities) : authorities[intermediates];
        MintedCertificate leaf = Mint.Certificate(Rarely(8) ? "x.b.test" : "db.a.test", Rarely(30) ? null : issuer, Leaf());

        List<MintedCertificate> sent = [.. authorities.Skip(1).Where(_ => !Rarely(10)).OrderBy(_ => Rarely(3) ? _random.Next() : 0)];
        if (Rarely(4))
            sent.Add(Pick(authorities));
        List<MintedCertificate> trusted = [Rarely(15) ? Pick(authorities) : authorities[0]];
        if (Rarely(6))
            trusted.Insert(_random.Next(2), Rarely(3) ? leaf : Pick(authorities));
        if (Rarely(10))
            trusted.Insert(0, Mint.Certificate(Pick(Authorities), null, Authority()));
        string[] crls = Rarely(3) ? [.. Crls(authorities, leaf)] : [];
        return ChainCase.Of($"random {seed}/{number}", [leaf, .. sent], trusted, crls);
    }

    private IEnumerable<string> Crls(List<MintedCertificate> authorities, MintedCertificate leaf)
    {
        yield return Mint.Crl(authorities[0], Crl());
        foreach (MintedCertificate authority in authorities.Skip(Rarely(8) ? 2 : 1))
            yield return Mint.Crl(authority, Crl(), Rarely(5) ? [leaf] : Rarely(8) ? [Pick(authorities)] : []);
    }

    private MintOptions Authority() => Common(MintOptions.Ca) with
    {
        IsCa = Rarely(25) ? false : Rarely(25) ? null : true,
        PathLength = Rarely(5) ? _random.Next(4) : null,
        KeyUsage = Rarely(5) ? null : Rarely(15) ? 0x02 : Rarely(10) ? 0x04 : 0x06,
        ExtendedKeyUsages = Rarely(8) ? [Pick("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0")] : null,
        Permitted = Rarely(10) ? [Pick("DNS:a.test", "DNS:.a.test", "IP:10.0.0.0/255.0.0.0", "DirName:O=A.test")] : [],
        Excluded = Rarely(15) ? [Pick("DNS:b.test", "IP:10.0.0.0/255.0.0.0")] : [],
    };

    private MintOptions Leaf() => Common(MintOptions.Leaf) with
    {
        AlternativeNames = Rarely(4) ? null : [Pick("DNS:db.a.test", "DNS:db.b.test", "IP:10.0.0.1", "email:me@a.test")],
        KeyUsage = Rarely(4) ? 0x80 : Rarely(12) ? 0x10 : null,
        ExtendedKeyUsages = Rarely(12) ? ["1.3.6.1.5.5.7.3.2"] : ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
        IsCa = Rarely(10) ? true : null,
    };

    private MintOptions Common(MintOptions options) => options with
    {
        Key = Pick(Keys),
        NotBefore = Rarely(25) ? MintOptions.Now.AddDays(1) : MintOptions.Now.AddDays(-10),
        NotAfter = Rarely(12) ? MintOptions.Now.AddDays(-_random.Next(3)) : MintOptions.Now.AddDays(10),
        IsVersion1 = Rarely(25),
        HasKeyIdentifiers = !Rarely(4),
        Hash = Rarely(25) ? HashAlgorithmName.SHA1 : Pick(HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512),
        Padding = Rarely(6) ? RSASignaturePadding.Pss : null,
        SignedBy = Rarely(25) ? Pick(Keys) : null,
        Extensions = Rarely(25) ? [("1.2.3.4", true, [5, 0])] : Rarely(40) ? [("2.5.29.17", false, [1, 2, 3])] : [],
    };

    private CrlOptions Crl() => new()
    {
        NextUpdate = Rarely(10) ? MintOptions.Now.AddHours(-1) : MintOptions.Now.AddDays(1),
        SignedBy = Rarely(15) ? Pick(Keys) : null,
        HasKeyIdentifier = !Rarely(5),
        Extensions = Rarely(12) ? [("2.5.29.28", true, [0x30, 3, (byte)(0x81 + _random.Next(2)), 1, 0xff])] : [],
    };

    private bool Rarely(int oneIn) => _random.Next(oneIn) == 0;

    private T Pick<T>(params IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
