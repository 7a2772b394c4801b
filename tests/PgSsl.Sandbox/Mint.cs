using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>Makes certificates and CRLs of any kind, good and odd, byte by byte; nothing is kept on disk.</summary>
public static class Mint
{
    private static int s_serial = 1000;

    public static MintedCertificate Root(string name, MintOptions? options = null) => Certificate(name, null, options ?? MintOptions.Ca);

    public static MintedCertificate Leaf(string name, MintedCertificate issuer, MintOptions? options = null) =>
        Certificate(name, issuer, options ?? MintOptions.Leaf with { AlternativeNames = ["DNS:" + name] });

    /// <summary>Makes a certificate for <c>CN=name</c>, or for a whole name such as <c>O=ACME,CN=x</c>; self-signed without an issuer.</summary>
    public static MintedCertificate Certificate(string name, MintedCertificate? issuer, MintOptions options) => Certificate(
        name.Contains('=') || name.Length == 0 ? new X500DistinguishedName(name).RawData : Name(name), issuer, options);

    /// <summary>Makes a certificate for a subject.</summary>
    internal static MintedCertificate Certificate(byte[] subject, MintedCertificate? issuer, MintOptions options)
    {
        MintedKey key = options.Key ?? MintedKey.Curve(ECCurve.NamedCurves.nistP256);
        byte[] keyId = Sha1(key.PublicKeyInfo);
        MintedKey signer = options.SignedBy ?? issuer?.Key ?? key;
        RSASignaturePadding? padding = options.Hash == HashAlgorithmName.SHA1 ? null : options.Padding;
        byte[] algorithm = signer.AlgorithmIdentifier(options.Hash, padding);

        var tbs = new AsnWriter(AsnEncodingRules.DER);
        using (tbs.PushSequence())
        {
            if (!options.IsVersion1)
            {
                using (tbs.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                    tbs.WriteInteger(2);
            }
            tbs.WriteInteger(options.Serial ?? BitConverter.GetBytes(IPAddress.HostToNetworkOrder(Interlocked.Increment(ref s_serial)))
                .SkipWhile(b => b == 0).ToArray());
            tbs.WriteEncodedValue(algorithm);
            tbs.WriteEncodedValue(issuer?.Subject ?? subject);
            using (tbs.PushSequence())
            {
                WriteTime(tbs, options.NotBefore);
                WriteTime(tbs, options.NotAfter);
            }
            tbs.WriteEncodedValue(subject);
            tbs.WriteEncodedValue(key.PublicKeyInfo);
            if (!options.IsVersion1)
                WriteExtensions(tbs, options, keyId, issuer?.KeyIdentifier ?? keyId);
        }
        byte[] content = tbs.Encode();
        byte[] der = Join(content, algorithm, signer.Sign(content, options.Hash, padding));
        return new MintedCertificate(new X509Certificate2(der), key, subject, keyId);
    }

    /// <summary>Makes a CRL in PEM.</summary>
    public static string Crl(MintedCertificate issuer, CrlOptions? options = null, params MintedCertificate[] revoked)
    {
        options ??= new CrlOptions();
        MintedKey signer = options.SignedBy ?? issuer.Key;
        byte[] algorithm = signer.AlgorithmIdentifier(options.Hash);
        var tbs = new AsnWriter(AsnEncodingRules.DER);
        using (tbs.PushSequence())
        {
            tbs.WriteInteger(1);
            tbs.WriteEncodedValue(algorithm);
            tbs.WriteEncodedValue(issuer.Subject);
            WriteTime(tbs, options.ThisUpdate);
            if (options.NextUpdate is { } next)
                WriteTime(tbs, next);
            if (revoked.Length > 0)
            {
                using (tbs.PushSequence())
                {
                    foreach (MintedCertificate certificate in revoked)
                        WriteRevoked(tbs, certificate, options);
                }
            }
            using (tbs.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (tbs.PushSequence())
            {
                if (options.HasKeyIdentifier)
                    WriteExtension(tbs, "2.5.29.35", false, AuthorityKeyIdentifier(options.KeyIdentifier ?? issuer.KeyIdentifier));
                WriteExtension(tbs, "2.5.29.20", false, Encode(writer => writer.WriteInteger(7)));
                foreach ((string oid, bool isCritical, byte[] value) in options.Extensions)
                    WriteExtension(tbs, oid, isCritical, value);
            }
        }
        byte[] content = tbs.Encode();
        return PemEncoding.WriteString("X509 CRL", Join(content, algorithm, signer.Sign(content, options.Hash))) + "\n";
    }

    public static byte[] Encode(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }

    /// <summary>A subject of common names only, in this order.</summary>
    internal static byte[] Name(params IReadOnlyList<string> commonNames) => Sequence(writer =>
    {
        foreach (string name in commonNames)
        {
            using (writer.PushSetOf())
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("2.5.4.3");
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, name);
            }
        }
    });

    private static void WriteRevoked(AsnWriter writer, MintedCertificate certificate, CrlOptions options)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(certificate.Certificate.SerialNumberBytes.Span);
            WriteTime(writer, options.ThisUpdate);
            if (options.Reason is { } reason)
            {
                using (writer.PushSequence())
                    WriteExtension(writer, "2.5.29.21", false, [0x0a, 1, reason]);
            }
        }
    }

    private static byte[] Join(byte[] content, byte[] algorithm, byte[] signature) => Encode(writer =>
    {
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(content);
            writer.WriteEncodedValue(algorithm);
            writer.WriteBitString(signature);
        }
    });

    private static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        if (time.Year < 2050)
            writer.WriteUtcTime(time, 2049);
        else
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
    }

    private static void WriteExtensions(AsnWriter writer, MintOptions options, byte[] keyId, byte[] issuerKeyId)
    {
        var extensions = new List<(string Oid, bool IsCritical, byte[] Value)>();
        if (options.IsCa is { } isCa)
            extensions.Add(("2.5.29.19", true, BasicConstraints(isCa, options.PathLength)));
        if (options.KeyUsage is { } usage)
            extensions.Add(("2.5.29.15", true, Encode(w => w.WriteBitString([(byte)usage], int.TrailingZeroCount(usage)))));
        if (options.ExtendedKeyUsages is { } usages)
            extensions.Add(("2.5.29.37", false, Sequence(w => usages.ToList().ForEach(oid => w.WriteObjectIdentifier(oid)))));
        if (options.AlternativeNames is { } names)
            extensions.Add(("2.5.29.17", false, Sequence(w => names.ToList().ForEach(name => WriteGeneralName(w, name)))));
        if (options.Permitted.Count + options.Excluded.Count > 0)
            extensions.Add(("2.5.29.30", true, NameConstraints(options)));
        if (options.HasKeyIdentifiers)
        {
            extensions.Add(("2.5.29.14", false, Encode(w => w.WriteOctetString(keyId))));
            extensions.Add(("2.5.29.35", false, AuthorityKeyIdentifier(issuerKeyId)));
        }
        extensions.AddRange(options.Extensions);
        if (extensions.Count == 0)
            return;
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
        using (writer.PushSequence())
            extensions.ForEach(extension => WriteExtension(writer, extension.Oid, extension.IsCritical, extension.Value));
    }

    private static void WriteExtension(AsnWriter writer, string oid, bool isCritical, byte[] value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            if (isCritical)
                writer.WriteBoolean(true);
            writer.WriteOctetString(value);
        }
    }

    private static byte[] Sequence(Action<AsnWriter> write) => Encode(writer =>
    {
        using (writer.PushSequence())
            write(writer);
    });

    private static byte[] BasicConstraints(bool isCa, int? pathLength) => Sequence(writer =>
    {
        if (isCa)
            writer.WriteBoolean(true);
        if (pathLength is { } length)
            writer.WriteInteger(length);
    });

    private static byte[] AuthorityKeyIdentifier(byte[] keyId) =>
        Sequence(writer => writer.WriteOctetString(keyId, new Asn1Tag(TagClass.ContextSpecific, 0)));

    private static byte[] NameConstraints(MintOptions options) => Sequence(writer =>
    {
        foreach ((int tag, IReadOnlyList<string> names) in new[] { (0, options.Permitted), (1, options.Excluded) })
        {
            if (names.Count == 0)
                continue;
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag)))
            {
                foreach (string name in names)
                {
                    using (writer.PushSequence())
                        WriteGeneralName(writer, name);
                }
            }
        }
    });

    private static void WriteGeneralName(AsnWriter writer, string name)
    {
        (string kind, string value) = (name[..name.IndexOf(':')], name[(name.IndexOf(':') + 1)..]);
        switch (kind)
        {
            case "DNS": WriteText(writer, 2, value); break;
            case "email": WriteText(writer, 1, value); break;
            case "URI": WriteText(writer, 6, value); break;
            case "IP": writer.WriteOctetString(
                [.. value.Split('/').SelectMany(part => IPAddress.Parse(part).GetAddressBytes())], new Asn1Tag(TagClass.ContextSpecific, 7)); break;
            case "HEXDNS": writer.WriteOctetString(Convert.FromHexString(value), new Asn1Tag(TagClass.ContextSpecific, 2)); break;
            case "HEXIP": writer.WriteOctetString(Convert.FromHexString(value), new Asn1Tag(TagClass.ContextSpecific, 7)); break;
            case "DirName":
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4)))
                    writer.WriteEncodedValue(new X500DistinguishedName(value).RawData);
                break;
            default: throw new ArgumentException(name);
        }
    }

    private static void WriteText(AsnWriter writer, int tag, string value) =>
        writer.WriteOctetString(Encoding.Latin1.GetBytes(value), new Asn1Tag(TagClass.ContextSpecific, tag));

#pragma warning disable CA5350 // A key identifier, not a secret (RFC 5280 4.2.1.2).
    private static byte[] Sha1(byte[] data) => SHA1.HashData(data);
#pragma warning restore CA5350
}
