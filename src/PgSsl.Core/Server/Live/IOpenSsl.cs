namespace PgSsl.Server.Live;

/// <summary>Whether a server's OpenSSL takes the values of its settings, which only OpenSSL can say.</summary>
internal interface IOpenSsl
{
    /// <summary>Whether a list of ciphers leaves any (SSL_CTX_set_cipher_list).</summary>
    bool TakesCiphers(string list);

    /// <summary>Whether it knows all of these cipher suites (SSL_CTX_set_ciphersuites).</summary>
    bool TakesTls13Ciphers(string list);

    /// <summary>Whether it has all of these groups (SSL_CTX_set1_groups_list).</summary>
    bool TakesGroups(string list);

    /// <summary>Whether it has this elliptic curve (EC_KEY_new_by_curve_name).</summary>
    bool TakesCurve(string name);
}
