using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Common;

namespace PgSsl.Certificates;

/// <summary>A client's certificate with its private key, and the intermediates to send with it.</summary>
/// <param name="certificate">The certificate without a key.</param>
/// <param name="key">Its key, which is disposed with this.</param>
/// <param name="intermediates">The other certificates of the file, in its order.</param>
/// <param name="path">The certificate file.</param>
internal sealed class ClientCertificate(
    X509Certificate2 certificate, PrivateKey key, IReadOnlyList<X509Certificate2> intermediates, string path) : IDisposable
{
    // Not before it is needed: on Windows this writes the key to the disk for as long as it is in use, and some accounts have no place for it.
    private readonly Lazy<X509Certificate2> _joined = new(() => PrivateKeyReader.Attach(certificate, key.Algorithm!));

    /// <summary>The certificate without a key.</summary>
    public X509Certificate2 Certificate => certificate;

    /// <summary>Its key.</summary>
    public PrivateKey Key => key;

    /// <summary>The other certificates of the file, in its order.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates => intermediates;

    /// <summary>The certificate with its key, as SslStream takes it; null where .NET has no class for such a key.</summary>
    public X509Certificate2? Joined => key.Algorithm is null ? null : _joined.Value;

    /// <summary>Why .NET cannot present it; null where it can.</summary>
    public PgSslException? PlatformFailure => key.Algorithm is not null ? null : new(
        PgSslError.UnsupportedKeyAlgorithm,
        $"The client certificate in \"{path}\" has a key of a kind that .NET cannot present: {KindOf(certificate)}.",
        "psql presents it. For programs on .NET, have a certificate issued for an ECDSA or RSA key.");

    private static string KindOf(X509Certificate2 certificate) => certificate.PublicKey.Oid.Value switch
    {
        Oids.Ed25519 => "Ed25519",
        Oids.Ed448 => "Ed448",
        Oids.RsaPss => "RSASSA-PSS",
        Oids.Dsa => "DSA",
        var other => other!,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_joined.IsValueCreated)
            _joined.Value.Dispose();
        key.Dispose();
    }
}
