using System.Globalization;

namespace PgSsl.Wire;

/// <summary>The numbers of TLS and their names, as IANA registers them (TLS Parameters). A number without a name is shown as it is.</summary>
internal static class TlsNumbers
{
    private static readonly Dictionary<int, string> Groups = new()
    {
        [23] = "secp256r1",
        [24] = "secp384r1",
        [25] = "secp521r1",
        [26] = "brainpoolP256r1",
        [27] = "brainpoolP384r1",
        [28] = "brainpoolP512r1",
        [29] = "x25519",
        [30] = "x448",
        [31] = "brainpoolP256r1tls13",
        [32] = "brainpoolP384r1tls13",
        [33] = "brainpoolP512r1tls13",
        [256] = "ffdhe2048",
        [257] = "ffdhe3072",
        [258] = "ffdhe4096",
        [259] = "ffdhe6144",
        [260] = "ffdhe8192",
        [512] = "MLKEM512",
        [513] = "MLKEM768",
        [514] = "MLKEM1024",
        [4587] = "SecP256r1MLKEM768",
        [4588] = "X25519MLKEM768",
        [4589] = "SecP384r1MLKEM1024",
        [25497] = "X25519Kyber768Draft00",
    };

    private static readonly Dictionary<int, string> SignatureAlgorithms = new()
    {
        [0x0201] = "rsa_pkcs1_sha1",
        [0x0203] = "ecdsa_sha1",
        [0x0401] = "rsa_pkcs1_sha256",
        [0x0403] = "ecdsa_secp256r1_sha256",
        [0x0501] = "rsa_pkcs1_sha384",
        [0x0503] = "ecdsa_secp384r1_sha384",
        [0x0601] = "rsa_pkcs1_sha512",
        [0x0603] = "ecdsa_secp521r1_sha512",
        [0x0804] = "rsa_pss_rsae_sha256",
        [0x0805] = "rsa_pss_rsae_sha384",
        [0x0806] = "rsa_pss_rsae_sha512",
        [0x0807] = "ed25519",
        [0x0808] = "ed448",
        [0x0809] = "rsa_pss_pss_sha256",
        [0x080A] = "rsa_pss_pss_sha384",
        [0x080B] = "rsa_pss_pss_sha512",
        [0x081A] = "ecdsa_brainpoolP256r1tls13_sha256",
        [0x081B] = "ecdsa_brainpoolP384r1tls13_sha384",
        [0x081C] = "ecdsa_brainpoolP512r1tls13_sha512",
        [0x0904] = "mldsa44",
        [0x0905] = "mldsa65",
        [0x0906] = "mldsa87",
    };

    /// <summary>As OpenSSL spells it: <c>TLSv1.2</c>.</summary>
    public static string Version(int number) => number switch
    {
        0x0300 => "SSLv3",
        0x0301 => "TLSv1",
        0x0302 => "TLSv1.1",
        0x0303 => "TLSv1.2",
        0x0304 => "TLSv1.3",
        _ => Unknown(number),
    };

    /// <summary>The name of a group for the key exchange.</summary>
    public static string Group(int number) => Groups.GetValueOrDefault(number) ?? Unknown(number);

    /// <summary>The name of a signature algorithm.</summary>
    public static string SignatureAlgorithm(int number) => SignatureAlgorithms.GetValueOrDefault(number) ?? Unknown(number);

    /// <summary>Whether a group's name is of ML-KEM, or of a draft of it.</summary>
    public static bool IsPostQuantum(string group) =>
        group.Contains("MLKEM", StringComparison.Ordinal) || group.Contains("Kyber", StringComparison.Ordinal);

    /// <summary>Numbers that clients mix in so that servers stay tolerant of new ones (RFC 8701).</summary>
    public static bool IsGrease(int number) => (number & 0x0F0F) == 0x0A0A && number >> 8 == (number & 0xFF);

    private static string Unknown(int number) => "0x" + number.ToString("X4", CultureInfo.InvariantCulture);
}
