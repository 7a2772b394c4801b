using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates.Fuzzing;

namespace PgSsl.Tests.Certificates.Verification;

/// <summary>Chains with one fault each, and good ones that look odd.</summary>
public static class ChainTable
{
    private static readonly DateTimeOffset Now = MintOptions.Now;

    private static readonly Lazy<IReadOnlyList<ChainCase>> All = new(() =>
        [.. Paths(), .. Validities(), .. Extensions(), .. Strengths(), .. Names(), .. Signatures(), .. Crls(), .. Scopes(), .. Odd()]);

    public static IReadOnlyList<ChainCase> Cases => All.Value;

    private static IEnumerable<ChainCase> Paths()
    {
        MintedCertificate root = Mint.Root("Root"), other = Mint.Root("Other"), ca = Mint.Certificate("CA", root, MintOptions.Ca);
        MintedCertificate leaf = Mint.Leaf("db1", ca), direct = Mint.Leaf("db2", root);
        yield return ChainCase.Of("good", [leaf, ca], [root]);
        yield return ChainCase.Of("good without intermediate", [direct], [root]);
        yield return ChainCase.Of("root sent too", [leaf, ca, root], [root]);
        yield return ChainCase.Of("out of order", [leaf, root, ca], [root]);
        yield return ChainCase.Of("duplicates and strangers", [leaf, other, ca, ca, leaf, ca], [root]);
        yield return ChainCase.Of("leaf only", [leaf], [root]);
        yield return ChainCase.Of("intermediate in the root file", [leaf], [root, ca]);
        yield return ChainCase.Of("only the intermediate in the root file", [leaf, ca], [ca]);
        yield return ChainCase.Of("only the intermediate in the root file, root sent", [leaf, ca, root], [ca]);
        yield return ChainCase.Of("only the leaf in the root file", [leaf, ca], [leaf]);
        yield return ChainCase.Of("wrong root", [leaf, ca], [other]);
        yield return ChainCase.Of("wrong root, root sent", [leaf, ca, root], [other]);
        yield return ChainCase.Of("root of the same name with another key", [leaf, ca], [Mint.Root("Root")]);
        yield return ChainCase.Of("root of the same name with another key, root sent", [leaf, ca, root], [Mint.Root("Root")]);
        MintedCertificate blind = Mint.Root("Root", MintOptions.Ca with { HasKeyIdentifiers = false });
        MintedCertificate blindLeaf = Mint.Leaf("db3", blind, MintOptions.Leaf with { HasKeyIdentifiers = false });
        yield return ChainCase.Of(
            "another key, no key identifiers", [blindLeaf], [Mint.Root("Root", MintOptions.Ca with { HasKeyIdentifiers = false })]);
        yield return ChainCase.Of(
            "two roots of a name, no key identifiers", [blindLeaf], [blind, Mint.Root("Root", MintOptions.Ca with { HasKeyIdentifiers = false })]);

        MintedCertificate self = Mint.Certificate("self", null, MintOptions.Leaf with { AlternativeNames = ["DNS:self"] });
        yield return ChainCase.Of("self-signed leaf, trusted", [self], [self]);
        yield return ChainCase.Of("self-signed leaf, not trusted", [self], [root]);
        yield return ChainCase.Of("self-signed leaf, another of that name trusted", [self], [Mint.Certificate("self", null, MintOptions.Leaf)]);
        yield return ChainCase.Of("self-signed CA as leaf, trusted", [root], [root]);
        MintedCertificate nonCa = Mint.Certificate("No CA", null, new MintOptions());
        yield return ChainCase.Of("self-signed non-CA as issuer", [Mint.Leaf("db4", nonCa)], [nonCa]);

        MintedCertificate cross = Mint.Certificate("Root", other, MintOptions.Ca with { Key = root.Key });
        yield return ChainCase.Of("cross-signed, old root trusted", [leaf, ca, cross], [other]);
        yield return ChainCase.Of("cross-signed, new root trusted", [leaf, ca, cross], [root]);
        yield return ChainCase.Of("cross-signed, both trusted", [leaf, ca, cross], [other, root]);
        MintedCertificate backToCa = Mint.Certificate("CA", cross, MintOptions.Ca with { Key = ca.Key });
        yield return ChainCase.Of("two ways up, one trusted", [leaf, ca, backToCa], [root]);
        MintedCertificate a = Mint.Certificate("A", null, MintOptions.Ca);
        MintedCertificate b = Mint.Certificate("B", a, MintOptions.Ca);
        MintedCertificate loop = Mint.Certificate("A", b, MintOptions.Ca with { Key = a.Key });
        yield return ChainCase.Of("loop sent", [Mint.Leaf("db5", b), b, loop], [root]);
        yield return ChainCase.Of("loop trusted", [Mint.Leaf("db5", b)], [b, loop]);

        MintedCertificate folded = Mint.Certificate("CN=ACME  Root ,O=X", null, MintOptions.Ca);
        yield return ChainCase.Of(
            "names differ in case and blanks", [Mint.Leaf("db6", folded with { Subject = new X500DistinguishedName("CN=acme ROOT,O=x").RawData })],
            [folded]);
        yield return ChainCase.Of("names differ in string type", [Mint.Leaf("db7", root with { Subject = Mint.Encode(WriteRootNameInBmp) })], [root]);

        MintedCertificate above = root;
        var long100 = new List<MintedCertificate>();
        for (int i = 0; i < 110; i++)
            long100.Insert(0, above = Mint.Certificate("CA" + i, above, MintOptions.Ca));
        foreach (int length in new[] { 99, 100, 101, 102, 110 })
        {
            MintedCertificate low = long100[^length];
            yield return ChainCase.Of($"{length} intermediates", [Mint.Leaf("deep", low), .. long100.TakeLast(length)], [root]);
        }
    }

    private static void WriteRootNameInBmp(AsnWriter writer)
    {
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.5.4.3");
            writer.WriteCharacterString(UniversalTagNumber.BMPString, "rOOT");
        }
    }

    private static IEnumerable<ChainCase> Validities()
    {
        MintedCertificate root = Mint.Root("Root"), ca = Mint.Certificate("CA", root, MintOptions.Ca);
        DateTimeOffset past = Now.AddDays(-1), future = Now.AddDays(1);
        yield return ChainCase.Of("leaf expired", [Mint.Leaf("db", ca, MintOptions.Leaf with { NotAfter = past }), ca], [root]);
        yield return ChainCase.Of("leaf expires now", [Mint.Leaf("db", ca, MintOptions.Leaf with { NotAfter = Now }), ca], [root]);
        yield return ChainCase.Of("leaf from now", [Mint.Leaf("db", ca, MintOptions.Leaf with { NotBefore = Now }), ca], [root]);
        yield return ChainCase.Of("leaf not yet valid", [Mint.Leaf("db", ca, MintOptions.Leaf with { NotBefore = future }), ca], [root]);
        yield return ChainCase.Of("leaf far in the future", [Mint.Leaf("db", ca, MintOptions.Leaf with { NotAfter = Now.AddYears(60) }), ca], [root]);
        MintedCertificate oldRoot = Mint.Root("Old", MintOptions.Ca with { NotAfter = past });
        yield return ChainCase.Of("root expired", [Mint.Leaf("db", oldRoot)], [oldRoot]);
        MintedCertificate oldCa = Mint.Certificate("CA", root, MintOptions.Ca with { NotAfter = past, Key = ca.Key });
        MintedCertificate leaf = Mint.Leaf("db", ca);
        yield return ChainCase.Of("intermediate expired", [leaf, oldCa], [root]);
        yield return ChainCase.Of("intermediate expired and renewed", [leaf, oldCa, ca], [root]);
        MintedCertificate older = Mint.Certificate("CA", root, MintOptions.Ca with { NotAfter = past.AddDays(-5), Key = ca.Key });
        yield return ChainCase.Of("two expired intermediates", [leaf, older, oldCa], [root]);
        yield return ChainCase.Of(
            "expired root beside a renewed one", [Mint.Leaf("db", oldRoot)], [oldRoot, Mint.Root("Old", MintOptions.Ca with { Key = oldRoot.Key })]);
        yield return ChainCase.Of("self-signed, expired, trusted", [oldRoot], [oldRoot]);
    }

    private static IEnumerable<ChainCase> Extensions()
    {
        MintedCertificate root = Mint.Root("Root"), ca = Mint.Certificate("CA", root, MintOptions.Ca);
        ChainCase Leaf(string name, MintOptions options) => ChainCase.Of(name, [Mint.Certificate("db", ca, options), ca], [root]);
        ChainCase Ca(string name, MintOptions options)
        {
            MintedCertificate odd = Mint.Certificate("Odd CA", root, options);
            return ChainCase.Of(name, [Mint.Leaf("db", odd), odd], [root]);
        }
        ChainCase Root(string name, MintOptions options)
        {
            MintedCertificate odd = Mint.Certificate("Odd root", null, options);
            return ChainCase.Of(name, [Mint.Leaf("db", odd)], [odd]);
        }
        yield return Leaf("leaf without any extension", new MintOptions { HasKeyIdentifiers = false });
        yield return Leaf("leaf v1", new MintOptions { IsVersion1 = true });
        yield return Leaf("leaf is a CA", MintOptions.Ca with { KeyUsage = 0x84 });
        yield return Leaf("leaf is a CA that may only sign certificates", MintOptions.Ca);
        foreach (int usage in new[] { 0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02 })
            yield return Leaf($"leaf key usage {usage:x2}", MintOptions.Leaf with { KeyUsage = usage });
        foreach (string usage in new[] { "1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1", "1.2.3.4" })
        {
            yield return Leaf($"leaf extended key usage {usage}", MintOptions.Leaf with { ExtendedKeyUsages = [usage] });
            yield return Ca($"CA extended key usage {usage}", MintOptions.Ca with { ExtendedKeyUsages = [usage] });
            yield return Root($"root extended key usage {usage}", MintOptions.Ca with { ExtendedKeyUsages = [usage] });
        }
        foreach (byte type in new byte[] { 0x80, 0x40, 0x20, 0x04, 0x02 })
        {
            (string, bool, byte[]) netscape = ("2.16.840.1.113730.1.1", false, [0x03, 2, 0, type]);
            yield return Leaf($"leaf Netscape type {type:x2}", MintOptions.Leaf with { Extensions = [netscape] });
            yield return Ca($"CA by Netscape type {type:x2}", new MintOptions { Extensions = [netscape] });
            yield return Root($"root by Netscape type {type:x2}", new MintOptions { Extensions = [netscape] });
        }
        (string, bool, byte[]) unknown = ("1.2.3.4.5", true, [0x05, 0x00]);
        yield return Leaf("leaf unknown critical", MintOptions.Leaf with { Extensions = [unknown] });
        yield return Ca("CA unknown critical", MintOptions.Ca with { Extensions = [unknown] });
        yield return Root("root unknown critical", MintOptions.Ca with { Extensions = [unknown] });
        yield return Leaf("leaf critical policies", MintOptions.Leaf with { Extensions = [("2.5.29.32", true, [0x30, 4, 0x30, 2, 0x06, 0])] });
        yield return Leaf(
            "leaf malformed alternative names", MintOptions.Leaf with { Extensions = [("2.5.29.17", false, [0x30, 3, 0x82, 9, 0x41])] });
        yield return Leaf("leaf repeated extension", MintOptions.Leaf with { Extensions = [("2.5.29.37", false, [0x30, 0])] });
        yield return Leaf("leaf empty key usage", MintOptions.Leaf with { Extensions = [("2.5.29.15", false, [0x03, 1, 0])] });
        yield return Ca("CA malformed basic constraints", MintOptions.Ca with { IsCa = null, Extensions = [("2.5.29.19", true, [0x02, 1, 1])] });
        yield return Ca(
            "CA negative path length", MintOptions.Ca with { IsCa = null, Extensions = [("2.5.29.19", true, [0x30, 6, 1, 1, 0xff, 2, 1, 0xff])] });
        yield return Root(
            "root malformed key identifier", MintOptions.Ca with { HasKeyIdentifiers = false, Extensions = [("2.5.29.14", false, [0x30, 0])] });
        yield return Ca("CA says it is none", MintOptions.Ca with { IsCa = false });
        yield return Ca("CA without basic constraints", MintOptions.Ca with { IsCa = null });
        yield return Ca("CA without basic constraints and key usage", new MintOptions());
        yield return Ca("CA v1", new MintOptions { IsVersion1 = true });
        yield return Ca("CA may not sign", MintOptions.Ca with { KeyUsage = 0x02 });
        yield return Ca("CA without key usage", MintOptions.Ca with { KeyUsage = null });
        yield return Root("root v1", new MintOptions { IsVersion1 = true });
        yield return Root("root without basic constraints", MintOptions.Ca with { IsCa = null });
        yield return Root("root without basic constraints and key usage", new MintOptions());
        yield return Root("root may not sign", MintOptions.Ca with { KeyUsage = 0x02 });
        foreach (int limit in new[] { 0, 1, 2 })
        {
            MintedCertificate limited = Mint.Root("Limited", MintOptions.Ca with { PathLength = limit });
            MintedCertificate one = Mint.Certificate("One", limited, MintOptions.Ca), two = Mint.Certificate("Two", one, MintOptions.Ca);
            MintedCertificate again = Mint.Certificate("Two", two, MintOptions.Ca);
            yield return ChainCase.Of($"path length {limit}, no CA below", [Mint.Leaf("db", limited)], [limited]);
            yield return ChainCase.Of($"path length {limit}, one CA below", [Mint.Leaf("db", one), one], [limited]);
            yield return ChainCase.Of($"path length {limit}, two CAs below", [Mint.Leaf("db", two), one, two], [limited]);
            yield return ChainCase.Of($"path length {limit}, a self-issued CA below", [Mint.Leaf("db", again), one, two, again], [limited]);
            yield return ChainCase.Of($"path length {limit}, CA as leaf", [two, one], [limited]);
        }
    }

    private static IEnumerable<ChainCase> Strengths()
    {
        foreach (int bits in new[] { 1024, 1888, 1904, 1920, 2040, 2048 })
        {
            MintedKey key = MintedKey.Rsa(bits);
            MintedCertificate root = Mint.Root("Root"), weakRoot = Mint.Root("Weak", MintOptions.Ca with { Key = key });
            yield return ChainCase.Of($"leaf RSA {bits}", [Mint.Leaf("db", root, MintOptions.Leaf with { Key = key })], [root]);
            yield return ChainCase.Of($"root RSA {bits}", [Mint.Leaf("db", weakRoot)], [weakRoot]);
        }
        MintedKey rsa = MintedKey.Rsa(2048);
        HashAlgorithmName[] hashes =
            [HashAlgorithmName.MD5, HashAlgorithmName.SHA1, HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];
        foreach (HashAlgorithmName hash in hashes)
        {
            MintedCertificate root = Mint.Root("Root", MintOptions.Ca with { Key = rsa, Hash = hash });
            yield return ChainCase.Of($"root signed with {hash}", [Mint.Leaf("db", root)], [root]);
            yield return ChainCase.Of($"leaf signed with {hash}", [Mint.Leaf("db", root, MintOptions.Leaf with { Hash = hash })], [root]);
            MintedCertificate ca = Mint.Certificate("CA", root, MintOptions.Ca with { Hash = hash });
            yield return ChainCase.Of($"CA signed with {hash}", [Mint.Leaf("db", ca), ca], [root]);
            if (hash != HashAlgorithmName.MD5 && hash != HashAlgorithmName.SHA1)
                yield return ChainCase.Of(
                    $"leaf signed with PSS {hash}", [Mint.Leaf("db", root, MintOptions.Leaf with { Hash = hash, Padding = RSASignaturePadding.Pss })],
                    [root]);
        }
        foreach (ECCurve curve in new[] { ECCurve.NamedCurves.nistP384, ECCurve.NamedCurves.nistP521, ECCurve.NamedCurves.brainpoolP256r1,
            ECCurve.CreateFromValue("1.3.132.0.33"), ECCurve.CreateFromValue("1.2.840.10045.3.1.1"), ECCurve.CreateFromValue("1.3.132.0.10") })
        {
            MintedCertificate root = Mint.Root("Root", MintOptions.Ca with { Key = MintedKey.Curve(curve) });
            yield return ChainCase.Of($"root {curve.Oid.Value}", [Mint.Leaf("db", root)], [root]);
            MintedCertificate good = Mint.Root("Good");
            yield return ChainCase.Of(
                $"leaf {curve.Oid.Value}", [Mint.Leaf("db", good, MintOptions.Leaf with { Key = MintedKey.Curve(curve) })], [good]);
        }
        ECParameters parameters = ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportExplicitParameters(true);
        var explicitKey = new MintedKey(ECDsa.Create(parameters));
        MintedCertificate plain = Mint.Root("Root"), spelled = Mint.Root("Spelled", MintOptions.Ca with { Key = explicitKey });
        yield return ChainCase.Of("leaf with explicit curve", [Mint.Leaf("db", plain, MintOptions.Leaf with { Key = explicitKey })], [plain]);
        yield return ChainCase.Of("root with explicit curve", [Mint.Leaf("db", spelled)], [spelled]);
        yield return ChainCase.Of("self-signed with explicit curve", [spelled], [spelled]);
    }

    private static IEnumerable<ChainCase> Names()
    {
        ChainCase Case(string name, string subject, string[] names, string[] permitted, string[] excluded)
        {
            MintedCertificate root = Mint.Root("Root");
            MintedCertificate ca = Mint.Certificate("CA", root, MintOptions.Ca with { Permitted = permitted, Excluded = excluded });
            MintedCertificate leaf = Mint.Certificate(subject, ca, MintOptions.Leaf with { AlternativeNames = names.Length == 0 ? null : names });
            return ChainCase.Of($"names {name}", [leaf, ca], [root]);
        }
        foreach (string host in new[] { "a.test", "b.a.test", "xa.test", "A.TEST", "test", ".a.test" })
        {
            foreach (string domain in new[] { "a.test", ".a.test", "" })
            {
                yield return Case($"{host} in '{domain}'", "x", ["DNS:" + host], ["DNS:" + domain], []);
                yield return Case($"{host} not in '{domain}'", "x", ["DNS:" + host], [], ["DNS:" + domain]);
                yield return Case($"CN {host} in '{domain}'", host, [], ["DNS:" + domain], []);
                yield return Case($"CN {host} beside a dNSName in '{domain}'", host, ["DNS:a.test"], ["DNS:a.test"], []);
                yield return Case($"CN {host} beside an address in '{domain}'", host, ["IP:10.0.0.1"], ["DNS:" + domain], []);
                yield return Case($"URI {host} in '{domain}'", "x", [$"URI:https://{host}:443/x"], ["URI:" + domain], []);
            }
            foreach (string mail in new[] { "a.test", ".a.test", "me@a.test", "@a.test", "ME@a.test" })
                yield return Case($"me@{host} in '{mail}'", "x", ["email:me@" + host], ["email:" + mail], []);
        }
        yield return Case("e-mail without @", "x", ["email:me"], ["email:a.test"], []);
        yield return Case("URI without host", "x", ["URI:urn:x"], ["URI:a.test"], []);
        yield return Case("e-mail in the subject", "E=me@b.test,CN=x", [], ["email:a.test"], []);
        foreach (string address in new[] { "10.1.2.3", "11.1.2.3", "::1" })
        {
            yield return Case($"{address} in 10/8", "x", ["IP:" + address], ["IP:10.0.0.0/255.0.0.0"], []);
            yield return Case($"{address} outside 10/8", "x", ["IP:" + address], [], ["IP:10.0.0.0/255.0.0.0"]);
        }
        yield return Case("odd address", "x", ["HEXIP:0102"], ["IP:10.0.0.0/255.0.0.0"], []);
        yield return Case("odd network", "x", ["IP:10.0.0.1"], ["HEXIP:0a0000"], []);
        foreach (string subject in new[] { "CN=x,O=acme", "CN=x,O=Acme  ,C=DE", "CN=x,O=Other", "O=ACME" })
        {
            yield return Case($"{subject} in O=ACME", subject, ["DNS:a.test"], ["DirName:O=ACME"], []);
            yield return Case($"{subject} not in O=ACME", subject, ["DNS:a.test"], [], ["DirName:O=ACME"]);
        }
        yield return Case("another kind is constrained", "x", ["DNS:a.test"], ["IP:10.0.0.0/255.0.0.0"], []);
        yield return Case("one of several permitted", "x", ["DNS:a.test", "DNS:b.test"], ["DNS:a.test", "DNS:b.test"], []);
        yield return Case("one of several outside", "x", ["DNS:a.test", "DNS:c.test"], ["DNS:a.test", "DNS:b.test"], []);
        yield return Case("permitted and excluded", "x", ["DNS:x.a.test"], ["DNS:a.test"], ["DNS:x.a.test"]);
        MintedCertificate constrained = Mint.Root("Root", MintOptions.Ca with { Permitted = ["DNS:a.test"] });
        MintedCertificate below = Mint.Certificate("www.b.test", constrained, MintOptions.Ca);
        yield return ChainCase.Of("names constrained by the root", [Mint.Leaf("db.b.test", below), below], [constrained]);
        yield return ChainCase.Of("names constrained by the root, good", [Mint.Leaf("db.a.test", below), below], [constrained]);
    }

    private static IEnumerable<ChainCase> Signatures()
    {
        MintedKey stranger = MintedKey.Curve(ECCurve.NamedCurves.nistP256), rsa = MintedKey.Rsa(2048);
        MintedCertificate root = Mint.Root("Root"), ca = Mint.Certificate("CA", root, MintOptions.Ca);
        yield return ChainCase.Of("leaf signed by another key", [Mint.Leaf("db", ca, MintOptions.Leaf with { SignedBy = stranger }), ca], [root]);
        yield return ChainCase.Of(
            "leaf signed by a key of another type", [Mint.Leaf("db", ca, MintOptions.Leaf with { SignedBy = rsa }), ca], [root]);
        MintedCertificate forged = Mint.Certificate("Forged", root, MintOptions.Ca with { SignedBy = stranger });
        yield return ChainCase.Of("CA signed by another key", [Mint.Leaf("db", forged), forged], [root]);
        MintedCertificate badRoot = Mint.Root("Bad root", MintOptions.Ca with { SignedBy = stranger });
        yield return ChainCase.Of("root signed by another key", [Mint.Leaf("db", badRoot)], [badRoot]);
        yield return ChainCase.Of(
            "CA signed by another key, leaf expired", [Mint.Leaf("db", forged, MintOptions.Leaf with { NotAfter = Now.AddDays(-1) }), forged],
            [root]);
    }

    private static IEnumerable<ChainCase> Crls()
    {
        MintedCertificate root = Mint.Root("Root"), ca = Mint.Certificate("CA", root, MintOptions.Ca), leaf = Mint.Leaf("db", ca);
        string rootCrl = Mint.Crl(root);
        ChainCase Case(string name, params string[] crls) => ChainCase.Of("CRL: " + name, [leaf, ca], [root], crls);
        yield return Case("good", rootCrl, Mint.Crl(ca));
        yield return Case("of the CA missing", rootCrl);
        yield return Case("of the root missing", Mint.Crl(ca));
        yield return Case("of another CA", Mint.Crl(Mint.Root("Other")));
        yield return Case(
            "of a CA of the same name, by key identifier", rootCrl, Mint.Crl(ca, new CrlOptions { KeyIdentifier = root.KeyIdentifier }));
        yield return Case("without key identifier", rootCrl, Mint.Crl(ca, new CrlOptions { HasKeyIdentifier = false }));
        yield return Case("leaf revoked", rootCrl, Mint.Crl(ca, null, leaf));
        yield return Case("leaf revoked and removed", rootCrl, Mint.Crl(ca, new CrlOptions { Reason = 8 }, leaf));
        yield return Case("leaf revoked with reason", rootCrl, Mint.Crl(ca, new CrlOptions { Reason = 1 }, leaf));
        yield return Case("CA revoked", Mint.Crl(root, null, ca), Mint.Crl(ca));
        yield return Case("root revokes itself", Mint.Crl(root, null, root), Mint.Crl(ca));
        yield return Case("expired", rootCrl, Mint.Crl(ca, new CrlOptions { NextUpdate = Now }));
        yield return Case("not yet valid", rootCrl, Mint.Crl(ca, new CrlOptions { ThisUpdate = Now.AddHours(1) }));
        yield return Case("without next update", rootCrl, Mint.Crl(ca, new CrlOptions { NextUpdate = null }));
        yield return Case("signed by another key", rootCrl, Mint.Crl(ca, new CrlOptions { SignedBy = root.Key }));
        yield return Case("expired beside a good one", rootCrl, Mint.Crl(ca, new CrlOptions { NextUpdate = Now }), Mint.Crl(ca));
        yield return Case("newer one revokes", rootCrl, Mint.Crl(ca), Mint.Crl(ca, new CrlOptions { ThisUpdate = Now.AddHours(-1) }, leaf));
        yield return Case("older one revokes", rootCrl, Mint.Crl(ca, new CrlOptions { ThisUpdate = Now.AddDays(-2) }, leaf), Mint.Crl(ca));
        yield return Case("unknown critical", rootCrl, Mint.Crl(ca, new CrlOptions { Extensions = [("1.2.3.4", true, [5, 0])] }));
        MintedCertificate noSign = Mint.Certificate("CA", root, MintOptions.Ca with { KeyUsage = 0x04 });
        yield return ChainCase.Of("CRL: issuer may not sign CRLs", [Mint.Leaf("db", noSign), noSign], [root], rootCrl, Mint.Crl(noSign));
        yield return ChainCase.Of("CRL: self-signed leaf", [leaf, ca], [root, leaf], rootCrl);
        MintedCertificate self = Mint.Certificate("self", null, MintOptions.Leaf);
        yield return ChainCase.Of("CRL: trusted self-signed leaf without one", [self], [self], rootCrl);
        MintedKey rsa = MintedKey.Rsa(2048);
        MintedCertificate rsaRoot = Mint.Root("RSA", MintOptions.Ca with { Key = rsa });
        yield return ChainCase.Of(
            "CRL: signed with SHA-1", [Mint.Leaf("db", rsaRoot)], [rsaRoot], Mint.Crl(rsaRoot, new CrlOptions { Hash = HashAlgorithmName.SHA1 }));
    }

    /// <summary>What OpenSSL reads more strictly, or less, than one might: blocks of RFC 3779, names, numbers.</summary>
    private static IEnumerable<ChainCase> Odd()
    {
        const string addresses = "1.3.6.1.5.5.7.1.7", systems = "1.3.6.1.5.5.7.1.8", names = "2.5.29.17", constraints = "2.5.29.30";
        byte[] Blocks(params byte[][] ranges) => Der.Sequence(Der.Sequence(Der.Octets([0, 1]), Der.Sequence(ranges)));
        byte[] Systems(params byte[][] numbers) => Der.Sequence(Der.Explicit(0, Der.Sequence(numbers)));
        byte[] inherited = Der.Sequence(Der.Sequence(Der.Octets([0, 1]), Der.Null)), net = Der.Bits(0, 10), part = Der.Bits(0, 10, 1);
        ChainCase Case(string name, string oid, byte[] leaf, byte[]? ca = null, byte[]? top = null)
        {
            (string, bool, byte[])[] Of(byte[]? value) => value is null ? [] : [(oid, false, value)];
            MintedCertificate root = Mint.Root("Root", MintOptions.Ca with { Extensions = Of(top) });
            MintedCertificate issuer = Mint.Certificate("CA", root, MintOptions.Ca with { Extensions = Of(ca) });
            return ChainCase.Of($"odd: {name}", [Mint.Certificate("db", issuer, MintOptions.Leaf with { Extensions = Of(leaf) }), issuer], [root]);
        }
        yield return Case("addresses that the CA lacks", addresses, Blocks(part));
        yield return Case("addresses that the CA has", addresses, Blocks(part), Blocks(net), Blocks(net));
        yield return Case("addresses that the CA has, and the root lacks", addresses, Blocks(part), Blocks(net));
        yield return Case("more addresses than the CA has", addresses, Blocks(net), Blocks(part), Blocks(net));
        yield return Case("inherited addresses", addresses, inherited, inherited, Blocks(net));
        yield return Case("addresses that are inherited from nobody", addresses, inherited, inherited, inherited);
        yield return Case("addresses out of order", addresses, Blocks(Der.Bits(0, 11), part), Blocks(net), Blocks(net));
        yield return Case("a range that is a prefix", addresses, Blocks(Der.Sequence(Der.Bits(0, 10, 0), Der.Bits(0, 10, 255))), Blocks(net));
        yield return Case("addresses that cannot be read", addresses, [5, 0]);
        yield return Case("systems that the CA lacks", systems, Systems(Der.Number(5)));
        yield return Case("systems that the CA has", systems, Systems(Der.Number(5)), Systems(Der.Sequence(Der.Number(1), Der.Number(9))),
            Systems(Der.Sequence(Der.Number(1), Der.Number(9))));
        yield return Case("systems beside each other", systems, Systems(Der.Number(5), Der.Number(6)));
        yield return Case("systems that cannot be read", systems, Der.Sequence(Der.Explicit(2, Der.Null)));
        byte[] Directory(byte[] value) => Der.Sequence(Der.Explicit(4, Der.Sequence(Der.Set(Der.Sequence(Der.Oid("2.5.4.3"), value)))));
        yield return Case("a directory name", names, Directory(Der.Text(12, "x")));
        yield return Case("a directory name in a VisibleString", names, Directory(Der.Text(26, "x")));
        yield return Case("a directory name in invalid UTF-8", names, Directory([12, 1, 0xff]));
        yield return Case("a directory name of half a character", names, Directory([30, 2, 0xd8, 0]));
        yield return Case("a directory name and more", names, Der.Sequence(Der.Explicit(4, Der.Sequence(), Der.Null)));
        yield return Case("an odd registeredID", names, Der.Sequence(Der.Implicit(8, [0x80])));
        yield return Case("a large registeredID", names, Der.Sequence(Der.Implicit(8, [0x2a, .. Enumerable.Repeat((byte)0xff, 30), 1])));
        yield return Case("an otherName and more", names, Der.Sequence(Der.Explicit(0, Der.Oid("1.2.3"), Der.Explicit(0, Der.Null), Der.Null)));
        byte[] mailbox = Der.Sequence(Der.Explicit(0, Der.Oid("1.3.6.1.5.5.7.8.9"), Der.Explicit(0, Der.Text(12, "me@a.test"))));
        foreach ((string name, byte[] tree) in new (string, byte[])[]
        {
            ("an e-mail constraint", Der.Sequence(Der.Implicit(1, "a.test"u8.ToArray()))),
            ("another e-mail constraint", Der.Sequence(Der.Implicit(1, "b.test"u8.ToArray()))),
            ("bounds in another order", Der.Sequence(Der.Implicit(1, "a.test"u8.ToArray()), Der.Implicit(1, [1]), Der.Implicit(0, [0]))),
            ("a minimum of 1", Der.Sequence(Der.Implicit(1, "a.test"u8.ToArray()), Der.Implicit(0, [1]))),
        })
        {
            byte[] permitted = Der.Sequence(Der.Explicit(0, tree));
            MintedCertificate root = Mint.Root("Root", MintOptions.Ca with { Extensions = [(constraints, true, permitted)] });
            MintedCertificate leaf = Mint.Certificate("db", root, MintOptions.Leaf with { Extensions = [(names, false, mailbox)] });
            yield return ChainCase.Of($"odd: a mailbox under {name}", [leaf], [root]);
        }
        byte[] endless = Der.Sequence(Der.Boolean(true), Der.Value(2, [0x7f, 1, 1, 1, 1, 1, 1, 1, 1]));
        MintedCertificate deep = Mint.Root("Root", MintOptions.Ca with { IsCa = null, Extensions = [("2.5.29.19", true, endless)] });
        yield return ChainCase.Of("odd: a path length above 2^63", [Mint.Leaf("db", deep)], [deep]);
    }

    private static IEnumerable<ChainCase> Scopes()
    {
        MintedCertificate root = Mint.Root("Root"), ca = Mint.Certificate("CA", root, MintOptions.Ca);
        byte[] here = [0xa0, 8, 0xa0, 6, 0x86, 4, (byte)'a', (byte)':', (byte)'/', (byte)'b'];
        byte[] there = [0xa0, 8, 0xa0, 6, 0x86, 4, (byte)'a', (byte)':', (byte)'/', (byte)'c'];
        MintedCertificate plain = Mint.Leaf("db", ca);
        MintedCertificate pointed = Mint.Leaf("db", ca, MintOptions.Leaf with { Extensions = [("2.5.29.31", false, [0x30, 12, 0x30, 10, .. here])] });
        MintedCertificate partial =
            Mint.Leaf("db", ca, MintOptions.Leaf with { Extensions = [("2.5.29.31", false, [0x30, 16, 0x30, 14, .. here, 0x81, 2, 6, 0x40])] });
        (string Name, byte[] Scope)[] scopes =
        [
            ("only users", [0x30, 3, 0x81, 1, 0xff]),
            ("only CAs", [0x30, 3, 0x82, 1, 0xff]),
            ("only attributes", [0x30, 3, 0x85, 1, 0xff]),
            ("only users and CAs", [0x30, 6, 0x81, 1, 0xff, 0x82, 1, 0xff]),
            ("indirect", [0x30, 3, 0x84, 1, 0xff]),
            ("some reasons", [0x30, 4, 0x83, 2, 6, 0x40]),
            ("here", [0x30, 10, .. here]),
            ("there", [0x30, 10, .. there]),
        ];
        foreach ((string name, MintedCertificate leaf) in new[] { ("plain", plain), ("pointed", pointed), ("partial", partial) })
        {
            yield return ChainCase.Of($"CRL without scope, {name} leaf", [leaf, ca], [root], Mint.Crl(root), Mint.Crl(ca));
            foreach ((string scopeName, byte[] scope) in scopes)
            {
                var options = new CrlOptions { Extensions = [("2.5.29.28", true, scope)] };
                yield return ChainCase.Of($"CRL scope {scopeName}, {name} leaf", [leaf, ca], [root], Mint.Crl(root), Mint.Crl(ca, options));
                yield return ChainCase.Of(
                    $"CRL scope {scopeName} of the root, {name} leaf", [leaf, ca], [root], Mint.Crl(root, options), Mint.Crl(ca));
            }
        }
    }
}
