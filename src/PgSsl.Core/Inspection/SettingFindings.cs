using PgSsl.Common;
using PgSsl.Server;
using PgSsl.Server.Settings;

namespace PgSsl.Inspection;

/// <summary>What is the matter with a server's settings, whatever it serves. Sources: be-secure-openssl.c, guc_tables.c, config.sgml.</summary>
internal static class SettingFindings
{
    /// <summary>The findings, in the order of the settings that they are about.</summary>
    public static IEnumerable<Finding> Find(ServerTlsFacts facts)
    {
        if (!facts.SslIsOn)
            yield return new(
                "TlsIsOff", FindingSeverity.Critical, "TLS is off: whoever is on the way reads along.", "Enable-PgSsl, with a certificate and its key.");
        foreach (Finding finding in FindInProtocol(facts).Concat(FindInFiles(facts)).Concat(FindElsewhere(facts)))
            yield return finding;
    }

    private static IEnumerable<Finding> FindInProtocol(ServerTlsFacts facts)
    {
        if (TlsVersions.FromName(facts["ssl_min_protocol_version"]) is { } minimum && minimum.IsDeprecated())
            yield return new(
                "OldProtocolAllowed", FindingSeverity.Warning, $"ssl_min_protocol_version is {minimum.Name()}, which RFC 8996 says not to use.",
                "Set it to TLSv1.2: Enable-PgSsl -MinimumProtocol TLSv1.2");
        if (TlsVersions.FromName(facts["ssl_max_protocol_version"]) is { } maximum and < TlsVersion.Tls13)
            yield return new(
                "NewestProtocolForbidden", FindingSeverity.Warning, $"ssl_max_protocol_version is {maximum.Name()}, so TLSv1.3 is switched off.",
                "Leave it empty: ALTER SYSTEM RESET ssl_max_protocol_version");
        if (WeakCiphers.Find(facts["ssl_ciphers"] ?? "") is { Count: > 0 } weak)
            yield return new(
                "WeakCiphers", FindingSeverity.Warning, $"ssl_ciphers asks for {string.Join(", ", weak)}.",
                "Set it to what PostgreSQL has by default, HIGH:MEDIUM:+3DES:!aNULL, or to less: Enable-PgSsl -Ciphers 'ECDHE+AESGCM:ECDHE+CHACHA20'");
        if (facts["ssl_prefer_server_ciphers"] == "off")
            yield return new(
                "ClientChoosesCipher", FindingSeverity.Information, "ssl_prefer_server_ciphers is off: clients choose the cipher, old ones the worst.",
                "ALTER SYSTEM RESET ssl_prefer_server_ciphers");
        (string name, string? groups) = facts.Version.Major >= 18 ? ("ssl_groups", facts["ssl_groups"]) : ("ssl_ecdh_curve", facts["ssl_ecdh_curve"]);
        // SP 800-57 part 1, table 2: 112 bits of security need 224 bits of a curve; OpenSSL's security level 2 refuses less.
        string[] small = [.. (groups ?? "").Split(':').Where(group => group.Contains("192", StringComparison.Ordinal) || group.Contains("160", StringComparison.Ordinal))];
        if (small.Length > 0)
            yield return new(
                "WeakGroups", FindingSeverity.Warning, $"{name} has {string.Join(", ", small)}, below 112 bits of security.",
                "Use X25519 and prime256v1: Enable-PgSsl -Groups");
    }

    private static IEnumerable<Finding> FindInFiles(ServerTlsFacts facts)
    {
        if (facts["ssl_passphrase_command"] is { Length: > 0 } && facts["ssl_passphrase_command_supports_reload"] == "off")
            yield return new(
                "PassphraseBlocksReload", FindingSeverity.Warning,
                "With a passphrase on the key, a renewed certificate is loaded by a restart only: ssl_passphrase_command_supports_reload is off.",
                "Set it to on where the command answers without a terminal.");
        if (facts["ssl_ca_file"] is null or "" && (facts["ssl_crl_file"] is { Length: > 0 } || facts["ssl_crl_dir"] is { Length: > 0 }))
            yield return new(
                "CrlWithoutCa", FindingSeverity.Information, "There is a revocation list for client certificates, and without ssl_ca_file none is asked for.",
                "Set ssl_ca_file, or leave the list out.");
        if (facts.DataDirectory is null || facts.FileSettings is null)
            yield return new(
                "SettingsHidden", FindingSeverity.Information,
                $"Role {facts.UserName} may not see {(facts.DataDirectory is null ? "where the server's files are" : "what its files say")}.",
                $"As a superuser: GRANT {(facts.DataDirectory is null ? "pg_read_all_settings" : "SELECT ON pg_file_settings")} TO {MissingPrivilege.QuoteIdentifier(facts.UserName)}"
                    + (facts.FileSettings is null ? $"; GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {MissingPrivilege.QuoteIdentifier(facts.UserName)}" : ""));
        foreach (FileSetting error in (facts.FileSettings ?? []).Where(one => one.Error is not null))
        {
            string seen = $"{error.File}:{error.Line}{(error.Name is null ? "" : $" ({error.Name})")}: {error.Error}.";
            yield return error.NeedsRestart
                ? new("RestartPending", FindingSeverity.Information, $"{seen} Only a restart takes it over.", "Restart the server when that suits; until then the old value counts.")
                : new(
                    "ConfigurationError", FindingSeverity.Critical, $"{seen} A reload takes over nothing or not all, and a restart may fail.",
                    "Put the line right: select * from pg_file_settings where error is not null");
        }
        foreach ((ServerSetting setting, FileSetting? inFile) in facts.PendingReloads)
            yield return new(
                "ReloadPending", FindingSeverity.Warning,
                $"{setting.Name} is '{setting.Value}', and after a reload it is '{inFile?.Value ?? setting.Default}'"
                    + (inFile is null ? ", as no file sets it any more." : $" ({inFile.File}:{inFile.Line})."),
                "Find out who changed it; SELECT pg_reload_conf() takes it over.");
    }

    private static IEnumerable<Finding> FindElsewhere(ServerTlsFacts facts)
    {
        if (facts["password_encryption"] == "md5")
            yield return new(
                "Md5Passwords", FindingSeverity.Warning, "New passwords are stored as MD5, which PostgreSQL 18 calls deprecated, and which has no channel binding.",
                "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; then set the passwords again.");
        if (!facts.AllowsAlterSystem)
            yield return new(
                "AlterSystemForbidden", FindingSeverity.Information, "allow_alter_system is off: who manages the server writes its files.",
                "Change the files, there or with -ConfigurationPath.");
        foreach (ServerSetting setting in facts.Settings.Values.Where(one => one.Name.StartsWith("ssl", StringComparison.Ordinal) && one.Source is "command line" or "environment variable"))
            yield return new(
                "SetOnCommandLine", FindingSeverity.Information, $"{setting.Name} is set where the server is started ({setting.Source}): no file overrides it.",
                "Change the way it is started.");
    }
}
