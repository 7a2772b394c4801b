using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>What a server offers to clients besides its versions of TLS. What clients speak is not known, apart from what they speak now.</summary>
/// <param name="Ciphers">ssl_ciphers; null if it is not known.</param>
/// <param name="Suites">ssl_tls13_ciphers; null before PostgreSQL 18.</param>
/// <param name="Groups">ssl_groups, or ssl_ecdh_curve.</param>
/// <param name="OpenSsl">The server's OpenSSL; null if it cannot be asked from here.</param>
internal sealed record TlsOffer(string? Ciphers, string? Suites, string? Groups, SharedOpenSsl? OpenSsl)
{
    private const string Tls13Prefix = "TLS_";

    /// <summary>Why the client of a session over TLS may find nothing in the offer any more, as a clause; null if it does.</summary>
    /// <param name="session">The session.</param>
    /// <param name="before">What was offered before.</param>
    public string? WhyDoubtful(LiveSession session, TlsOffer before)
    {
        bool isNewer = session.Cipher?.StartsWith(Tls13Prefix, StringComparison.Ordinal) == true;
        if (session.Cipher is { } cipher && !(isNewer ? KeepsSuite(cipher, before) : KeepsCipher(cipher, before)))
            return $"it uses {cipher}, which is not seen among the new ciphers, and whether its client speaks another one is not known";
        // Which group it uses is not shown.
        return Groups == before.Groups || Words(before.Groups).All(Words(Groups).Contains) ? null
            : "which groups its client speaks is not known, and those of now are not all among the new ones";
    }

    private bool KeepsSuite(string suite, TlsOffer before) =>
        // Empty stands for OpenSSL's own.
        Suites == before.Suites || string.IsNullOrEmpty(Suites) || Words(Suites).Contains(suite);

    private bool KeepsCipher(string cipher, TlsOffer before) => Ciphers == before.Ciphers || Ciphers is not { } list
        || (OpenSsl is not null ? OpenSsl.CiphersIn(list).Contains(cipher) : list.Split([':', ',', ' ']).Contains(cipher));

    private static HashSet<string> Words(string? list) => [.. (list ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)];
}
