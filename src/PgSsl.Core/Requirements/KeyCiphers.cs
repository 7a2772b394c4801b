using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Common;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Requirements;

/// <summary>
/// Whether the ciphers of a server suit another kind of key. Up to TLS 1.2 a cipher says how the server shows who it is, and with that which kind
/// of key it has (openssl-ciphers(1), aRSA and aECDSA; RFC 8422 5.10 for Ed25519). With TLS 1.3 it does not (RFC 8446 B.4).
/// </summary>
internal static class KeyCiphers
{
    private const string Rsa = "RSA";
    private const string Ecdsa = "ECDSA";

    private static readonly char[] Separators = [':', ',', ' ', ';'];

    // A key of an elliptic curve signs only behind ECDHE, since OpenSSL 1.1.0 has no other key exchange for it.
    private static readonly Dictionary<string, string[]> Bans = new(StringComparer.Ordinal)
    {
        [Rsa] = ["aRSA"], [Ecdsa] = ["aECDSA", "ECDSA", "ECDHE", "EECDH", "kECDHE", "kEECDH", "ECDH", "kECDH"],
    };

    // Names without a key exchange are those of RSA.
    private static readonly string[] StartsOfRsa =
        ["DHE-", "EDH-", "AES128-", "AES256-", "CAMELLIA128-", "CAMELLIA256-", "ARIA128-", "ARIA256-", "DES-CBC3-"];

    private static readonly string[] WordsOfRsa = ["DHE", "EDH", "kDHE", "kEDH"];

    /// <summary>What is lost of TLS with a new certificate.</summary>
    /// <param name="settings">The settings that the server will have.</param>
    /// <param name="leaf">The certificate that it is to serve.</param>
    /// <param name="before">The one that it has now; null for none.</param>
    /// <returns>A requirement that is not met; null if nothing is lost, or that is not known.</returns>
    public static Verdict? FindLoss(ServerSettingFacts settings, X509Certificate2 leaf, X509Certificate2? before)
    {
        if (settings[SslParameters.Ciphers] is not { } list || TlsVersions.FromName(settings[SslParameters.MinimumProtocol]) > TlsVersion.Tls12
            || !AreMissing(list, leaf, settings.OpenSsl))
            return null;
        bool isAll = TlsVersions.FromName(settings[SslParameters.MaximumProtocol]) <= TlsVersion.Tls12;
        if (!isAll && (before is null || AreMissing(list, before, settings.OpenSsl)))
            return null;
        string what = isAll ? "no TLS at all" : "no TLSv1.2 any more";
        return Requirement.Ciphers.Unmet(
            $"With a key of the kind {Describe(leaf)} the server would speak {what}: ssl_ciphers = '{list}' has no cipher for such a key.",
            "Request a certificate for a key of the kind that the server has now; or add ciphers for the new one first: Enable-PgSsl -Ciphers.");
    }

    /// <summary>Whether a list certainly has no cipher for the key of a certificate.</summary>
    private static bool AreMissing(string list, X509Certificate2 leaf, SharedOpenSsl? openSsl)
    {
        string? kind = leaf.GetKeyAlgorithm() switch
        {
            Oids.Rsa or Oids.RsaPss => Rsa,
            Oids.EllipticCurve or Oids.Ed25519 or Oids.Ed448 => Ecdsa,
            _ => null,
        };
        return kind is not null && (openSsl is null ? AreMissing(list, kind) : !openSsl.HasCipherFor(list, isRsa: kind == Rsa));
    }

    /// <summary>The same by the words alone: each of them names the other kind, or one bans this kind.</summary>
    internal static bool AreMissing(string list, string kind)
    {
        string[] words = list.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        string[] adding = [.. words.Where(word => word[0] is not ('!' or '-' or '+' or '@'))];
        return words.Any(word => word[0] == '!' && Bans[kind].Contains(word[1..]))
            || (adding.Length > 0 && adding.All(word => word.Split('+').Any(part => KindOf(part) is { } other && other != kind)));
    }

    /// <summary>The only kind of key that a word allows; null if it allows several, or is not known.</summary>
    private static string? KindOf(string word) =>
        word.Contains(Ecdsa, StringComparison.Ordinal) ? Ecdsa
        : word.Contains(Rsa, StringComparison.Ordinal) || WordsOfRsa.Contains(word)
            || Array.Exists(StartsOfRsa, start => word.StartsWith(start, StringComparison.Ordinal)) ? Rsa
        : null;

    private static string Describe(X509Certificate2 leaf) => PublicKeyDescription.Of(leaf).Algorithm;
}
