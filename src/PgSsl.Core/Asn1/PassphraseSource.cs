namespace PgSsl.Asn1;

/// <summary>Where the passphrase of a private key comes from, in the words of messages.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Consequence">What happens if none is given.</param>
/// <param name="Remedy">How to give one.</param>
internal sealed record PassphraseSource(string Name, string Consequence, string Remedy)
{
    /// <summary>Whether it is used for keys in DER. libpq does not (ssl/ssl_rsa.c, SSL_use_PrivateKey_file with SSL_FILETYPE_ASN1).</summary>
    public bool DecryptsDer { get; private init; }

    /// <summary>libpq's connection parameter.</summary>
    public static readonly PassphraseSource ConnectionParameter = new(
        "sslpassword",
        ": libpq would ask on the terminal, and fail without one",
        "Add sslpassword to the connection string or the service file.");

    /// <summary>A cmdlet's parameter.</summary>
    public static readonly PassphraseSource Parameter = new("-Passphrase", "", "Give it: -Passphrase (Read-Host -AsSecureString)")
    {
        DecryptsDer = true,
    };

    /// <summary>A cmdlet's parameter for the key of a server's certificate.</summary>
    public static readonly PassphraseSource KeyParameter = new("-KeyPassphrase", "", "Give it: -KeyPassphrase (Read-Host -AsSecureString)")
    {
        DecryptsDer = true,
    };
}
