using System.Management.Automation.Host;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Formatting;

/// <summary>What CertificateRequest.Format.ps1xml shows beside the properties: what to do next. Values may come deserialized.</summary>
public static class RequestCells
{
    // "SubjectAlternativeName : " is the widest label, of 25 characters; the last column stays free.
    private const int Narrow = 54;

    /// <summary>After a request: how to have it signed.</summary>
    public static string AfterRequest(string? role, string? csrPath, string? keyPath, PSHost? host)
    {
        string certificate = Path.ChangeExtension(Name(csrPath), ".crt");
        return Steps(
            host,
            $"1. Look at it: {SystemWords.Here.ShowRequest(csrPath ?? "")}",
            $"2. Give {Name(csrPath)} to a CA, and keep the certificate that it sends back, its intermediates below it, as {certificate}.",
            $"3. {Deploy(role, certificate, keyPath)}");
    }

    /// <summary>After a self-signed certificate: how to have it served and verified.</summary>
    public static string AfterSelfSigned(string? role, string? certificatePath, string? keyPath, PSHost? host) => Steps(
        host,
        $"1. {Deploy(role, Name(certificatePath), keyPath)}",
        role == "Client"
            ? $"2. Add {Name(certificatePath)} to the server's ssl_ca_file."
            : $"2. Let clients verify with this very file: sslmode=verify-full sslrootcert={ConninfoText.Quote(certificatePath ?? "")}");

    private static string Deploy(string? role, string certificate, string? keyPath) => role switch
    {
        "Client" => $"Give the client {certificate} (sslcert) and {Name(keyPath)} (sslkey).",
        "Replication" =>
            $"Give {certificate} and {Name(keyPath)} to the server (ssl_cert_file, ssl_key_file) and to its primary_conninfo (sslcert, sslkey).",
        _ => $"Give the server {certificate} (ssl_cert_file) and {Name(keyPath)} (ssl_key_file, owned by the server's account), and reload it.",
    };

    private static string Name(string? path) => Path.GetFileName(path) ?? "";

    private static string Steps(PSHost? host, params string[] steps) =>
        string.Join(Environment.NewLine, steps.Select(step => Columns.Fold(PrintableText.Of(step), host, Narrow, 100)));
}
