using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.RootFiles;

/// <summary>A certificate in a plan. Times are UTC.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Fingerprint">SHA-256, upper-case hex.</param>
/// <param name="NotAfter">Valid until.</param>
internal sealed record RootFileEntry(string Subject, string Fingerprint, DateTime NotAfter)
{
    internal static RootFileEntry Of(X509Certificate2 certificate) =>
        new(certificate.Subject, Certificates.Fingerprint.Of(certificate), certificate.NotAfter.ToUniversalTime());

    internal string Describe() => $"{PrintableText.Of(Subject)}, valid until {CertificateTime.Day(NotAfter)}, SHA-256 {Fingerprint}";
}
