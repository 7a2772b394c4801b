using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Connections;
using PgSsl.RootFiles;

namespace PgSsl.Binding;

/// <summary>
/// Lets -Certificate take files (as text or objects), PEM text, X509Certificate2, what a server serves, and any object with a property
/// ChainPem (then it is what a server serves), Certificate, or the name of a file.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RootInputTransformationAttribute : ArgumentTransformationAttribute
{
    private const string PemBegin = "-----BEGIN ";
    private const string PemEnd = "-----END ";

    private static readonly string[] FileProperties = ["CertificatePath", "PSPath", "FullName"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object input = Unwrap(inputData);
        return input is IEnumerable items and not string
            ? items.Cast<object>().Select(Convert).ToArray()
            : new[] { Convert(inputData) };
    }

    private static RootInput Convert(object item)
    {
        object input = Unwrap(item);
        try
        {
            return input switch
            {
                RootInput known => known,
                string text => FromText(text),
                X509Certificate2 certificate => FromCertificate(certificate, PSObject.AsPSObject(item)),
                FileInfo file => new RootInput.FilePath(file.FullName),
                ServerCertificate served => new RootInput.Served(served.Chain, served.HostName, served.Address),
                null => throw Unusable("null"),
                _ => FromProperties(PSObject.AsPSObject(item)),
            };
        }
        catch (PgSslException failure)
        {
            return new RootInput.Unusable(failure, input?.GetType().Name ?? "null");
        }
    }

    private static RootInput FromText(string text)
    {
        if (!text.Contains(PemBegin, StringComparison.Ordinal))
            return NamesServer(text) ? throw NotAServer(text) : new RootInput.FilePath(text);
        if (!text.Contains(PemEnd, StringComparison.Ordinal))
            return new RootInput.Unusable(
                new PgSslException(
                    PgSslError.InvalidCertificateFile, "A PEM block starts in the text given, and does not end there: it came line by line.",
                    "Name the file, or read it as one text: Get-Content -Raw root.pem | Install-PgRootCert"),
                "the text given")
            {
                IsFirstLine = true,
            };
        return new RootInput.Given(new RootOffer(CertificateInput.ReadText(text, "the text given"), "the text given"));
    }

    /// <summary>A URI or a connection string, which may hold a password. Base64, read line by line, has equals signs at its end only.</summary>
    private static bool NamesServer(string text) =>
        text.Contains("://", StringComparison.Ordinal) || (text.TrimEnd('=').Contains('=') && !File.Exists(text));

    private static PgSslException NotAServer(string text) => new(
        PgSslError.InvalidCertificateFile,
        $"\"{SecretMask.Apply(text)}\" names a server, and expected is a file or a certificate.",
        "Ask the server what it serves: Get-PgServerCertificate ENDPOINT | Install-PgRootCert");

    /// <summary>Objects from other sessions and other modules: what came from a server is told by its chain.</summary>
    private static RootInput FromProperties(PSObject item)
    {
        if (TextOf(item, "ChainPem") is { } chain)
            return new RootInput.Served(CertificateInput.ReadText(chain, "ChainPem"), TextOf(item, "HostName") ?? "", TextOf(item, "Address"));
        if (item.Properties["Certificate"]?.Value is { } value && Unwrap(value) is X509Certificate2 certificate)
            return FromCertificate(certificate, item);
        return FileProperties.Select(name => TextOf(item, name)).FirstOrDefault(path => path is not null) is { } file
            ? new RootInput.FilePath(file)
            : throw Unusable(item.BaseObject.GetType().Name);
    }

    /// <summary>A certificate is vouched for by whoever has it in hand, unless all he has done is to fetch it from a server.</summary>
    private static RootInput FromCertificate(X509Certificate2 certificate, PSObject source)
    {
        if (UnverifiedCertificates.Contains(certificate))
            return new RootInput.Served([certificate], TextOf(source, "HostName") ?? "", TextOf(source, "Address"));
        bool isServerCertificate = source.TypeNames.Any(name => name.EndsWith(typeof(SelfSignedCertificate).FullName!, StringComparison.Ordinal));
        return new RootInput.Given(new RootOffer([certificate], "the certificate given") { IsServerCertificate = isServerCertificate });
    }

    private static string? TextOf(PSObject item, string property) =>
        System.Convert.ToString(item.Properties[property]?.Value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;

    private static object Unwrap(object item) => item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item;

    private static PgSslException Unusable(string what) => new(
        PgSslError.InvalidCertificateFile,
        $"An object of type {what} holds no certificate: it has no property Certificate, ChainPem, CertificatePath or FullName.",
        "Give a file (PEM, DER or PKCS #7), PEM text, an X509Certificate2, or the output of Get-PgServerCertificate.");
}
