using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.RootFiles;

namespace PgSsl.Deployment;

/// <summary>The certificates that a CA sends, in any form: PEM, DER, PKCS #7, PKCS #12; in one file or several.</summary>
/// <param name="Certificates">The certificates, in the order given, each once.</param>
/// <param name="KeyPem">
/// The private key that came with them (PKCS #12), as PKCS #8 in PEM, not encrypted; null where there is none. The caller clears it.
/// </param>
internal sealed record IssuedCertificates(IReadOnlyList<X509Certificate2> Certificates, byte[]? KeyPem)
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">For PKCS #12; null for none.</param>
    /// <exception cref="PgSslException">FileNotFound, FileUnreadable, or as <see cref="Read"/>.</exception>
    public static IssuedCertificates ReadFile(string path, char[]? password = null) => Read(PemFile.ReadBytes(path), path, password);

    /// <summary>Reads bytes.</summary>
    /// <param name="bytes">The whole content of one file.</param>
    /// <param name="name">Names it in messages.</param>
    /// <param name="password">For PKCS #12; null for none.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidCertificateFile"/>: there is no certificate in it, a block is broken, or the password is wrong.
    /// </exception>
    public static IssuedCertificates Read(ReadOnlyMemory<byte> bytes, string name, char[]? password = null) =>
        CertificateInput.IsPkcs12(bytes)
            ? ReadPkcs12(bytes.Span, name, password)
            : new IssuedCertificates(CertificateInput.Read(bytes, name, CertificateWanted.Issued), null);

    /// <summary>Joins several files.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ContradictoryParameters"/>: two of them hold a key.</exception>
    public static IssuedCertificates Join(IReadOnlyCollection<IssuedCertificates> pieces)
    {
        byte[][] keys = [.. pieces.Select(piece => piece.KeyPem).OfType<byte[]>()];
        if (keys.Length > 1)
            throw new PgSslException(
                PgSslError.ContradictoryParameters, "Two of the certificate files hold a private key (PKCS #12).",
                "Give only the one with the new certificate.");
        return new IssuedCertificates(
            [.. pieces.SelectMany(piece => piece.Certificates).DistinctBy(certificate => certificate.Thumbprint)], keys.FirstOrDefault());
    }

    private static IssuedCertificates ReadPkcs12(ReadOnlySpan<byte> bytes, string name, char[]? password)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.Import(bytes, password, X509KeyStorageFlags.Exportable | (OperatingSystem.IsMacOS() ? 0 : X509KeyStorageFlags.EphemeralKeySet));
        }
        catch (CryptographicException exception)
        {
            throw new PgSslException(
                PgSslError.InvalidCertificateFile,
                password is null
                    ? $"{name} is PKCS #12, which cannot be opened without a password."
                    : $"{name} is PKCS #12, but cannot be opened: the password is wrong, or it holds a key that .NET has no class for (Ed25519).",
                "Give the password (-Pkcs12Password), or take it apart: openssl pkcs12 -in FILE -nodes -out all.pem",
                exception);
        }
        X509Certificate2[] withKey = [.. all.Where(certificate => certificate.HasPrivateKey)];
        if (withKey.Length > 1)
            throw new PgSslException(
                PgSslError.InvalidCertificateFile,
                $"{name} holds {withKey.Length} private keys, but only the server's is expected.", "Export only the server's certificate.");
        // The imported objects hold handles to keys; only the certificates are passed on.
        return new IssuedCertificates(
            [.. all.Select(certificate => new X509Certificate2(certificate.RawData))],
            withKey is [var owner] ? ExportKey(owner, name) : null);
    }

    private static byte[] ExportKey(X509Certificate2 certificate, string name)
    {
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey();
        if (key is null)
            throw new PgSslException(
                PgSslError.UnsupportedKeyAlgorithm, $"The private key in {name} is neither RSA nor ECDSA.", "Make one with New-PgCsr.");
        using var exported = new Requests.CertificateKey(key, "");
        return exported.ExportPem([]);
    }
}
