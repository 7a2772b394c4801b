using System.Security.Cryptography;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>A chain as a server might send it, and the files of a client.</summary>
public sealed record FuzzedCase(string Name, IReadOnlyList<byte[]> Served, byte[] RootFile, byte[]? CrlFile);

/// <summary>
/// Chains and CRLs that are good but for a few things: structured variants of everything that verification reads, and mutations of the DER,
/// signed afterwards, so that the signature is good and the oddity is reached. The same for the same seed.
/// </summary>
public sealed class FuzzedChains
{
    private static readonly FuzzKey[] Keys = MakeKeys();

    private readonly Random _random;
    private readonly FuzzedExtensions _extensions;
    private readonly FuzzedNames _names;
    private readonly string _name;

    public FuzzedChains(int seed)
    {
        _name = $"chain {seed}";
        _random = new Random(seed);
        (_extensions, _names) = (new FuzzedExtensions(_random), new FuzzedNames(_random));
    }

    public FuzzedCase Next()
    {
        int length = _random.Next(1, 4);
        var made = new List<Made>();
        // How odd it becomes: most oddities alone, so that none hides another.
        int oddities = (_random.Next(9) + 2) / 3;
        int[] odd = [.. Enumerable.Range(0, oddities).Select(_ => _random.Next(length + 1))];
        for (int depth = 0; depth <= length; depth++)
            made.Add(Make(depth == length, made.LastOrDefault(), odd.Count(place => place == depth)));
        List<byte[]> served = [.. Enumerable.Range(1, length).Reverse().Select(i => made[i].Der)];
        if (Rarely(8))
            served.Add(made[0].Der);
        byte[] trusted = Pem("CERTIFICATE", made[0].Der);
        if (Rarely(12))
            trusted = [.. trusted, .. Pem("CERTIFICATE", made[_random.Next(made.Count)].Der)];
        return new FuzzedCase(_name, served, trusted, Rarely(3) ? Crls(made) : null);
    }

    internal static byte[] Pem(string label, byte[] der) =>
        System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, der) + "\n");

    internal byte[] CrlOf(int oddities) => Crl(Make(false, null, 0), null, oddities);

    private static FuzzKey[] MakeKeys()
    {
        FuzzKey p256 = FuzzKey.Curve("1.2.840.10045.3.1.7");
        return
        [
            p256, FuzzKey.Curve("1.2.840.10045.3.1.7"), FuzzKey.Curve("1.2.840.10045.3.1.7"), FuzzKey.Curve("1.2.840.10045.3.1.7"),
            FuzzKey.Curve("1.3.132.0.34"), FuzzKey.Rsa(0), FuzzKey.Rsa(1), FuzzKey.Curve("1.3.36.3.3.2.8.1.1.7"), FuzzKey.Curve("1.3.132.0.10"),
            FuzzKey.Edwards("Ed25519"), FuzzKey.Edwards("Ed448"), FuzzKey.Curve("1.2.840.10045.3.1.1"),
        ];
    }

    private Made Make(bool isLeaf, Made? issuer, int oddities)
    {
        FuzzKey key = Keys[oddities > 0 && Rarely(4) ? _random.Next(Keys.Length) : _random.Next(4)];
        if (oddities > 0 && Rarely(5))
            key = key.With(OddKey(key));
        byte[] subject = oddities > 0 && Rarely(8) ? _names.Distinguished()
            : FuzzedNames.CommonName(isLeaf ? "db.a.test" : $"CA {_random.Next(1_000_000)}", Rarely(4) ? 19 : 12);
        (byte[] algorithm, Func<byte[], byte[]> sign) = (issuer?.Key ?? key).Signing(oddities > 0 && Rarely(4) ? _random : null);
        int serial = _random.Next(1, 100);
        byte[] issuerName = issuer?.Subject ?? subject;
        if (issuer is not null && Rarely(10))
            issuerName = Respell(issuerName);

        var extensions = new List<byte[]>();
        if (!isLeaf)
            extensions.Add(_extensions.BasicConstraints(true));
        if (!isLeaf && Rarely(2))
            extensions.Add(FuzzedExtensions.KeyUsage(0x06));
        if (isLeaf)
            extensions.Add(Der.Extension("2.5.29.17", false, Der.Sequence(Der.Implicit(2, "db.a.test"u8.ToArray()))));
        for (int i = 0; i < oddities; i++)
            extensions.Add(_extensions.OfCertificate(issuer?.IssuerName ?? issuerName));
        byte[] content = Der.Sequence(
            Der.Explicit(0, Der.Number(2)), Der.Number(serial), algorithm, issuerName,
            Der.Sequence(Time(-10, oddities), Time(10, oddities)), subject, key.PublicKeyInfo,
            Der.Explicit(3, Der.Sequence([.. extensions])));
        return new Made(Sign(content, algorithm, sign, oddities), key, subject, issuerName, serial);
    }

    private byte[] Time(int days, int oddities)
    {
        DateTimeOffset time = MintOptions.Now.AddDays(oddities > 0 && Rarely(12) ? -days : days);
        if (oddities == 0 || !Rarely(10))
            return Der.Time(time);
        return _random.Next(8) switch
        {
            0 => Der.Text(23, "20260101000000Z"),
            1 => Der.Text(24, "260101000000Z"),
            2 => Der.Text(24, days < 0 ? "00000101000000Z" : "99991231235959Z"),
            3 => Der.Text(23, "691231235959Z"),
            4 => Der.Text(23, "260101000000+0000"),
            5 => Der.Text(24, "20260101000000.5Z"),
            6 => Der.Text(23, days < 0 ? "500101000000Z" : "491231235959Z"),
            _ => Der.Text(23, "260230000000Z"),
        };
    }

    /// <summary>The same name in another spelling, which OpenSSL takes for the same.</summary>
    private byte[] Respell(byte[] name)
    {
        var node = DerNode.Parse(name);
        foreach (DerNode text in node.All().Where(part => part.Tag is 12 or 19))
        {
            text.Tag = Rarely(2) ? 12 : 19;
            text.Content = System.Text.Encoding.ASCII.GetBytes(System.Text.Encoding.ASCII.GetString(text.Content).ToUpperInvariant() + " ");
        }
        return node.Encode();
    }

    private byte[] OddKey(FuzzKey key)
    {
        var info = DerNode.Parse(key.PublicKeyInfo);
        DerNode algorithm = info.Children![0], bits = info.Children[1];
        if (key.IsRsa)
        {
            algorithm.Children = Rarely(3) ? [DerNode.Parse(Der.Oid("1.2.840.113549.1.1.10"))]
                : [DerNode.Parse(Der.Oid("1.2.840.113549.1.1.10")), DerNode.Parse(FuzzKey.PssParameters(_random).Parameters)];
            return info.Encode();
        }
        byte[] point = bits.Content;
        if (point.Length > 60 && point[1] == 4)
        {
            int length = (point.Length - 2) / 2;
            bits.Content = _random.Next(4) switch
            {
                0 => [0, (byte)(2 | (point[^1] & 1)), .. point.AsSpan(2, length)],
                1 => [0, (byte)(6 | (point[^1] & 1)), .. point.AsSpan(2)],
                2 => [0, (byte)(2 | _random.Next(2)), .. RandomNumberGenerator.GetBytes(0), .. RandomBytes(length)],
                _ => [0, (byte)(4 + _random.Next(4)), .. point.AsSpan(2)],
            };
        }
        else if (Rarely(2))
        {
            algorithm.Children!.Add(DerNode.Parse(Der.Null));
        }
        return info.Encode();
    }

    private byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Signs, after some mutations if there are to be oddities.</summary>
    private byte[] Sign(byte[] content, byte[] algorithm, Func<byte[], byte[]> sign, int oddities, bool mayDiffer = true)
    {
        byte[] outer = algorithm;
        if (oddities > 0 && Rarely(2))
        {
            var node = DerNode.Parse(content);
            for (int i = 0; i < oddities; i++)
                DerMutations.Mutate(node, _random);
            content = node.Encode();
            // The algorithm inside and the one outside are the same, as a rule.
            DerNode? inner = node.Children?.Find(child => child.Tag == 0x30);
            if (inner is not null && (!mayDiffer || !Rarely(6)))
                outer = inner.Encode();
        }
        if (oddities > 0 && mayDiffer && Rarely(12) && DerNode.TryParse(outer) is { } odd)
        {
            DerMutations.Mutate(odd, _random);
            outer = odd.Encode();
        }
        byte[] signature = sign(content);
        if (oddities > 0 && Rarely(25))
            signature[_random.Next(signature.Length)] ^= 1;
        return Der.Sequence(content, outer, Der.Bits(oddities > 0 && Rarely(40) ? 1 : 0, signature));
    }

    private byte[] Crls(List<Made> made)
    {
        var file = new List<byte>();
        for (int i = 0; i < made.Count - 1; i++)
        {
            if (!Rarely(20))
                file.AddRange(Pem("X509 CRL", Crl(made[i], made[i + 1], Rarely(3) ? _random.Next(3) : 0)));
        }
        return [.. file];
    }

    private byte[] Crl(Made issuer, Made? child, int oddities)
    {
        (byte[] algorithm, Func<byte[], byte[]> sign) = issuer.Key.Signing(oddities > 0 && Rarely(5) ? _random : null);
        var entries = new List<byte[]>();
        int count = _random.Next(4);
        for (int i = 0; i < count; i++)
        {
            int serial = child is not null && Rarely(6) ? child.Serial : _random.Next(100, 200);
            entries.Add(Der.Sequence(
                Der.Number(serial), Time(-20, oddities), oddities > 0 && Rarely(2) || Rarely(6) ? _extensions.OfEntry(issuer.Subject) : []));
        }
        byte[][] extensions = [.. Enumerable.Range(0, oddities).Select(_ => _extensions.OfCrl(issuer.IssuerName))];
        byte[] content = Der.Sequence(
            Der.Number(1), algorithm, issuer.Subject, Time(-5, oddities), Rarely(12) ? [] : Time(5, oddities),
            entries.Count > 0 ? Der.Sequence([.. entries]) : [],
            extensions.Length > 0 ? Der.Explicit(0, Der.Sequence(extensions)) : []);
        // OpenSSL 3.0.19 does not compare the two algorithms of a CRL, 3.0.22 does (x_crl.c, def_crl_verify), as RFC 5280 5.1.1.2 demands.
        return Sign(content, algorithm, sign, oddities, mayDiffer: false);
    }

    private bool Rarely(int oneIn) => _random.Next(oneIn) == 0;

    private sealed record Made(byte[] Der, FuzzKey Key, byte[] Subject, byte[] IssuerName, int Serial);
}
