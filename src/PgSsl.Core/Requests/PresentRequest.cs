using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Asn1;
using PgSsl.Certificates.Trust;
using DotNetRequest = System.Security.Cryptography.X509Certificates.CertificateRequest;

namespace PgSsl.Requests;

/// <summary>A key and a request that are there already: whether they are what is asked for now, so that nothing need be written.</summary>
internal static class PresentRequest
{
    private const string Label = "CERTIFICATE REQUEST";

    /// <summary>Finds them, and compares.</summary>
    /// <param name="profile">The names that are asked for.</param>
    /// <param name="algorithm">The kind of key that is asked for.</param>
    /// <param name="files">The files.</param>
    /// <param name="existing">The key, if the user named one that exists; else null.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="renewed">The certificate to renew, which wants a new key; null if none is given.</param>
    /// <returns>What is there; null if one of the files is not.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileExists"/>: they are something else. The message says what differs.</exception>
    public static CertificateRequest? Find(
        CertificateProfile profile, string algorithm, KeyFilePlan files, CertificateKey? existing, char[]? passphrase, X509Certificate2? renewed)
    {
        if (!File.Exists(files.KeyPath) || !File.Exists(files.DocumentPath))
            return null;
        CertificateKey? read = null;
        try
        {
            var differences = new List<string>();
            CertificateKey? key = existing ?? (read = ReadKey(files.KeyPath, algorithm, passphrase, differences));
            if (read is not null && renewed is not null && read.SpkiSha256 == SpkiOf(renewed))
                differences.Add($"the key in {files.KeyPath} is that of the certificate to renew, and a renewal gets a new key");
            byte[] content = PemFile.ReadBytes(files.DocumentPath);
            string pem = Encoding.Latin1.GetString(content);
            Compare(pem, profile, key, differences);
            if (differences.Count == 0)
                return CertificateRequest.Create(profile, key!, files, isKeyEncrypted: passphrase is not null, pem, []) with { IsChanged = false };
            throw new PgSslException(
                PgSslError.FileExists,
                $"{files.DocumentPath} exists already, and is not what is asked for: {string.Join("; ", differences)}. It is not overwritten.",
                "Name other files (-KeyPath, -CsrPath), or use -Force: the old files are then kept as backups.");
        }
        finally
        {
            read?.Dispose();
        }
    }

    private static string SpkiOf(X509Certificate2 certificate) =>
        Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private static CertificateKey? ReadKey(string path, string algorithm, char[]? passphrase, List<string> differences)
    {
        try
        {
            CertificateKey key = CertificateKey.ReadFile(path, passphrase);
            if (key.Algorithm != algorithm)
                differences.Add($"the key in {path} is {key.Algorithm}, not {algorithm}");
            if (passphrase is not null && !IsEncrypted(path))
                differences.Add($"the key in {path} is not encrypted");
            return key;
        }
        catch (PgSslException failure)
        {
            differences.Add($"its key cannot be read ({failure.Message.TrimEnd('.')})");
            return null;
        }
    }

    private static bool IsEncrypted(string path)
    {
        try
        {
            CertificateKey.ReadFile(path, null).Dispose();
            return false;
        }
        catch (PgSslException)
        {
            return true;
        }
    }

    /// <summary>What is signed is the same for the same wishes and the same key, byte by byte; only the signature is not (ECDSA).</summary>
    private static void Compare(string pem, CertificateProfile profile, CertificateKey? key, List<string> differences)
    {
        if (Load(pem) is not { } present)
        {
            differences.Add("it is not a certificate request, or its signature is not valid");
            return;
        }
        int before = differences.Count;
        if (!present.SubjectName.RawData.AsSpan().SequenceEqual(profile.Subject.Encoded.Span))
            differences.Add($"it is for {present.SubjectName.Name}, not for {profile.Subject}");
        string names = Names(ExtensionOf(present, Oids.SubjectAlternativeName)), asked = string.Join(", ", profile.SubjectAlternativeNames);
        if (names != asked)
            differences.Add($"its alternative names are {(names.Length == 0 ? "none" : names)}, not {(asked.Length == 0 ? "none" : asked)}");
        if (key is null)
            return;
        string wanted = profile.CreateRequestPem(key);
        if (!present.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(Load(wanted)!.PublicKey.ExportSubjectPublicKeyInfo()))
            differences.Add("it was made with another key");
        else if (differences.Count == before && !Signed(pem).Span.SequenceEqual(Signed(wanted).Span))
            differences.Add($"it is not for the role {profile.Role}, or asks for other extensions");
    }

    /// <summary>Reads a request, and checks its signature; null if it is not one.</summary>
    private static DotNetRequest? Load(string pem)
    {
        try
        {
            return DotNetRequest.LoadSigningRequestPem(
                pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Names(byte[]? extension)
    {
        try
        {
            return string.Join(", ", AlternativeNames.Describe(extension));
        }
        catch (Exception failure) when (failure is AsnContentException or PgSslException)
        {
            return "not readable";
        }
    }

    private static byte[]? ExtensionOf(DotNetRequest request, string oid) =>
        request.CertificateExtensions.FirstOrDefault(extension => extension.Oid?.Value == oid)?.RawData;

    /// <summary>The CertificationRequestInfo (RFC 2986 4), which has passed <see cref="Load"/>.</summary>
    private static ReadOnlyMemory<byte> Signed(string pem)
    {
        PemFields fields = PemEncoding.Find(pem);
        while (pem[fields.Label] != Label)
        {
            string rest = pem[fields.Location.End..];
            (pem, fields) = (rest, PemEncoding.Find(rest));
        }
        return new AsnReader(Convert.FromBase64String(pem[fields.Base64Data]), AsnEncodingRules.BER).ReadSequence().PeekEncodedValue();
    }
}
