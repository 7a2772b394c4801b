using System.Security.Cryptography;
using System.Text;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>Files of roots, CRLs, keys and comments, each a little wrong: in their text, in their DER, in their trust settings.</summary>
public sealed class FuzzedRootFiles(int seed)
{
    private static readonly string[] Keys = MakeKeys();
    private static readonly byte[] Root = Mint.Root("Root").Certificate.RawData;

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var file = new StringBuilder();
        int blocks = _random.Next(1, 4);
        for (int i = 0; i < blocks; i++)
            file.Append(Block());
        string text = file.ToString();
        return Encoding.Latin1.GetBytes(Rarely(3) ? Damage(text) : text);
    }

    private static string[] MakeKeys()
    {
        using RSA rsa = RSA.Create();
        rsa.ImportParameters(RsaKeys.Get(2048).ExportParameters(true));
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);
        byte[] edwards = Der.Sequence(Der.Number(0), Der.Sequence(Der.Oid("1.3.101.112")), Der.Octets(Der.Octets(new byte[32])));
        return
        [
            rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem(), ecdsa.ExportPkcs8PrivateKeyPem(), ecdsa.ExportECPrivateKeyPem(),
            rsa.ExportEncryptedPkcs8PrivateKeyPem("secret", parameters), PemEncoding.WriteString("PRIVATE KEY", edwards),
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F\n\n"
                + "AAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----",
        ];
    }

    private string Block() => _random.Next(9) switch
    {
        0 or 1 => Pem("CERTIFICATE", Mutated(Root)),
        2 or 3 => Pem("TRUSTED CERTIFICATE", [.. Root, .. Mutated(Settings())]),
        4 => Pem("X509 CRL", Mutated(new FuzzedChains(seed).CrlOf(Rarely(2) ? 0 : _random.Next(3)))),
        5 or 6 => Key(),
        7 => Pick("# a comment\n", "\n", "Subject: x\n", "\u00ef\u00bb\u00bf", "-----BEGIN THING-----\nAAAA\n-----END THING-----\n"),
        _ => Pem(Pick("X509 CERTIFICATE", "CERTIFICATE", "TRUSTED CERTIFICATE"), Root),
    };

    private string Key()
    {
        string key = Keys[_random.Next(Keys.Length)];
        if (Rarely(2) || key.Contains("Proc-Type", StringComparison.Ordinal))
            return key + "\n";
        PemFields fields = PemEncoding.Find(key);
        byte[] der = Convert.FromBase64String(key[fields.Base64Data]);
        return Pem(Rarely(6) ? Pick("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "X PRIVATE KEY") : key[fields.Label], Mutated(der));
    }

    /// <summary>What follows a certificate in a TRUSTED CERTIFICATE block.</summary>
    private byte[] Settings()
    {
        byte[] Oids() => Der.Oid(Pick("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"));
        return Der.Sequence(
            Rarely(3) ? [] : Der.Sequence(Oids(), Rarely(2) ? Oids() : []), Rarely(3) ? Der.Explicit(0, Oids()) : [],
            Rarely(3) ? Der.Text(12, "alias") : [], Rarely(3) ? Der.Octets([1, 2]) : [],
            Rarely(6) ? Der.Explicit(1, Der.Sequence(Der.Oid("1.2.3"))) : []);
    }

    private byte[] Mutated(byte[] der)
    {
        if (Rarely(2))
            return der;
        var node = DerNode.Parse(der);
        DerMutations.Mutate(node, _random);
        return node.Encode();
    }

    private string Damage(string text)
    {
        int at = _random.Next(text.Length);
        return _random.Next(5) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, Pick(" ", "\n", "-", "=", "\0", "x", "\r\n", "\u00ff")),
            2 => text.Replace("\n", "\r\n", StringComparison.Ordinal),
            3 => text[..at],
            _ => string.Concat(text.AsSpan(0, at), ((char)_random.Next(256)).ToString(), text.AsSpan(at + 1)),
        };
    }

    private static string Pem(string label, byte[] der) => PemEncoding.WriteString(label, der) + "\n";

    private bool Rarely(int oneIn) => _random.Next(oneIn) == 0;

    private string Pick(params string[] items) => items[_random.Next(items.Length)];
}
