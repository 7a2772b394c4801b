namespace PgSsl.Poolers;

/// <summary>Finds problems in the TLS of both sides of a PgBouncer: with its clients, and with its servers.</summary>
internal static class PgBouncerFindings
{
    // PgBouncer's documentation, config.md; sbuf.c, sbuf_tls_setup and setup_tls. Before 1.20 the default of server_tls_sslmode was disable.
    private const string ServerDefault = "prefer (disable before PgBouncer 1.20)";

    private static readonly string[] Modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

    private static readonly string[] Weak = ["NULL", "EXP", "RC4", "DES-CBC", "3DES", "MD5", "LOW", "ADH", "AECDH", "COMPLEMENTOFALL"];

    // libusual, tls_config_parse_protocols
    private static readonly string[] OldProtocols = ["all", "tlsv1", "tlsv1.0", "tlsv1.1"];

    /// <summary>Finds the problems.</summary>
    public static IReadOnlyList<Finding> Find(PgBouncerIni ini)
    {
        return [.. Clients(ini), .. Servers(ini), .. Both(ini)];
    }

    private static IEnumerable<Finding> Clients(PgBouncerIni ini)
    {
        string mode = ModeOf(ini, "client_tls_sslmode") ?? "disable";
        if (mode == "disable")
        {
            yield return new Finding(
                "ClientTlsOff", FindingSeverity.Critical, "PgBouncer does no TLS with its clients (client_tls_sslmode = disable, the default).",
                "Set client_tls_key_file, client_tls_cert_file, and client_tls_sslmode = require.");
            yield break;
        }
        if (mode is "allow" or "prefer")
            yield return new Finding(
                "ClientPlaintextAllowed", FindingSeverity.Warning, $"Clients may use plaintext (client_tls_sslmode = {mode}).",
                "When all clients use TLS (SHOW CLIENTS has a column tls), set client_tls_sslmode = require.");
        if (ini["client_tls_key_file"] is null || ini["client_tls_cert_file"] is null)
            yield return new Finding(
                "ClientKeyOrCertificateMissing", FindingSeverity.Critical,
                $"client_tls_sslmode = {mode} needs client_tls_key_file and client_tls_cert_file. " +
                "Without both, PgBouncer does not start, and a reload keeps the old TLS.",
                "Set both.");
        if (mode is "verify-ca" or "verify-full" && ini["client_tls_ca_file"] is null)
            yield return new Finding(
                "ClientCaMissing", FindingSeverity.Critical,
                $"client_tls_sslmode = {mode} asks clients for certificates, but client_tls_ca_file does not say from which CA.",
                "Set client_tls_ca_file to the roots of the clients' certificates.");
        if (ini["auth_type"] is "cert" && mode != "verify-full")
            yield return new Finding(
                "CertAuthenticationNeedsVerifyFull", FindingSeverity.Critical,
                "auth_type = cert works only with client_tls_sslmode = verify-full: otherwise PgBouncer refuses it.",
                "Set client_tls_sslmode = verify-full and client_tls_ca_file.");
    }

    private static IEnumerable<Finding> Servers(PgBouncerIni ini)
    {
        string? written = ModeOf(ini, "server_tls_sslmode");
        string shown = written ?? ServerDefault;
        if (written is null or "disable" or "allow" or "prefer")
            yield return new Finding(
                "ServerPlaintextAllowed", FindingSeverity.Warning,
                $"Sessions from PgBouncer to its servers {(written == "disable" ? "are" : "may be")} in plaintext: server_tls_sslmode = {shown}. " +
                "Anybody on the network path can turn TLS off.",
                "Set server_tls_sslmode = verify-full and server_tls_ca_file, unless all servers are reached over a socket.");
        else if (written == "require")
            yield return new Finding(
                "ServerNotVerified", FindingSeverity.Warning,
                "PgBouncer does not verify its servers: server_tls_sslmode = require accepts any certificate, even with a server_tls_ca_file.",
                "Set server_tls_sslmode = verify-full and server_tls_ca_file.");
        else if (ini["server_tls_ca_file"] is null)
            yield return new Finding(
                "ServerCaMissing", FindingSeverity.Critical,
                $"server_tls_sslmode = {written} is set without server_tls_ca_file, so PgBouncer has no root to verify servers with.",
                "Set server_tls_ca_file to the root of the servers' certificates.");
        if (written == "verify-ca")
            yield return new Finding(
                "ServerNameNotVerified", FindingSeverity.Information, "server_tls_sslmode = verify-ca accepts a certificate of that CA for any host.",
                "Set server_tls_sslmode = verify-full, if certificates name the hosts in [databases].");
        if (ini["server_tls_key_file"] is null != ini["server_tls_cert_file"] is null)
            yield return new Finding(
                "ServerKeyOrCertificateMissing", FindingSeverity.Critical,
                "Only one of server_tls_key_file and server_tls_cert_file is set, so PgBouncer has no certificate to show to its servers.",
                "Set both, or neither.");
    }

    private static IEnumerable<Finding> Both(PgBouncerIni ini)
    {
        foreach (string side in (string[])["client", "server"])
        {
            if (ini[$"{side}_tls_sslmode"] is { } mode && !Modes.Contains(mode, StringComparer.OrdinalIgnoreCase))
                yield return new Finding(
                    "InvalidSslMode", FindingSeverity.Critical,
                    $"{side}_tls_sslmode = {mode} is not a mode that PgBouncer knows, so it does not load the file. A comment needs its own line.",
                    $"Use one of {string.Join(", ", Modes)}.");
            string[] old = [.. Words(ini[$"{side}_tls_protocols"]).Where(word => OldProtocols.Contains(word, StringComparer.OrdinalIgnoreCase))];
            if (old.Length > 0)
                yield return new Finding(
                    "OldTlsVersions", FindingSeverity.Warning,
                    $"{side}_tls_protocols allows TLS 1.0 and 1.1 ({string.Join(", ", old)}), which are broken (RFC 8996).",
                    "Remove it: the default, secure, is TLS 1.2 and 1.3.");
            // A value that is not a keyword of PgBouncer is a list for OpenSSL.
            string[] weak = [.. Words(ini[$"{side}_tls_ciphers"]).Where(IsWeak)];
            if (weak.Length > 0)
                yield return new Finding(
                    "WeakCiphers", FindingSeverity.Warning, $"{side}_tls_ciphers allows ciphers that do not protect ({string.Join(", ", weak)}).",
                    "Remove it: the default is OpenSSL's, or the system's policy.");
        }
    }

    private static string? ModeOf(PgBouncerIni ini, string key) => ini[key]?.ToLowerInvariant();

    private static string[] Words(string? list) => (list ?? "").Split([',', ':', ' '], StringSplitOptions.RemoveEmptyEntries);

    private static bool IsWeak(string cipher) =>
        cipher[0] is not ('!' or '-') && Array.Exists(Weak, word => cipher.Contains(word, StringComparison.OrdinalIgnoreCase));
}
