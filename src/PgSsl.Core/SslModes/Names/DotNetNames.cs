using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Verification;

namespace PgSsl.SslModes.Names;

/// <summary>
/// How SslStream compares names on Linux: dotnet/runtime CertificateValidation.Unix.cs with OpenSSL's X509_check_host and
/// X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS (crypto/x509/v3_utl.c, do_x509_check). All common names are compared unless there is a dNSName;
/// for an address they are compared in addition to the subject alternative names. Windows and macOS have other rules, which differ in
/// rare cases only.
/// </summary>
internal static class DotNetNames
{
    private const string Library = ".NET";

    private static readonly IdnMapping Idn = new();

    public static NameVerdict Verify(X509Certificate2 leaf, string host)
    {
        var names = LeafNames.Of(leaf);
        // SslStream removes a dot at the end of the name.
        string target = host.TrimEnd('.');
        if (IPAddress.TryParse(target, out IPAddress? address))
        {
            string[] texts = [.. names.Addresses.Select(name => name.ToString()), .. names.Common];
            return names.Addresses.Contains(address)
                ? new NameVerdict(true, NameSource.IpAddress, texts[0], names.Addresses.Count, "")
                : names.Compare(host, NameSource.CommonName, texts, name => name == target, Library);
        }
        if (ToAscii(target) is not { } ascii)
            return new NameVerdict(false, NameSource.None, null, 0, $"{Library} refuses the host name \"{host}\": it is not a valid domain name");
        return names.Dns.Count > 0
            ? names.Compare(host, NameSource.DnsName, names.Dns, name => OpenSslPattern.Matches(name, ascii), Library)
            : names.Compare(host, NameSource.CommonName, names.Common, name => OpenSslPattern.Matches(name, ascii), Library);
    }

    private static string? ToAscii(string host)
    {
        try
        {
            return Idn.GetAscii(host);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
