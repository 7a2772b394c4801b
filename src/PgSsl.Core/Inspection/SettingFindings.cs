using PgSsl.Common;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Settings;

namespace PgSsl.Inspection;

/// <summary>Finds problems in a server's settings, independent of what it serves. Sources: be-secure-openssl.c, guc_tables.c, config.sgml.</summary>
internal static class SettingFindings
{
    /// <summary>The findings, in the order of the settings.</summary>
    /// <param name="facts">What the server says.</param>
    /// <param name="takesTls">Whether a reload would take TLS from it.</param>
    public static IEnumerable<Finding> Find(ServerTlsFacts facts, bool takesTls = false)
    {
        if (!facts.SslIsOn)
            yield return new(
                "TlsIsOff", FindingSeverity.Critical, "TLS is off: anybody on the network path can read everything.",
                "Enable-PgSsl, with a certificate and its key.");
        foreach (Finding finding in FindInProtocol(facts).Concat(FindInFiles(facts, takesTls)).Concat(FindElsewhere(facts)))
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
                "Set it back to its default, empty: ALTER SYSTEM RESET ssl_max_protocol_version");
        if (WeakCiphers.Find(facts["ssl_ciphers"] ?? "") is { Count: > 0 } weak)
            yield return new(
                "WeakCiphers", FindingSeverity.Warning, $"ssl_ciphers allows {string.Join(", ", weak)}.",
                "Set it to PostgreSQL's default, HIGH:MEDIUM:+3DES:!aNULL, or to fewer: Enable-PgSsl -Ciphers 'ECDHE+AESGCM:ECDHE+CHACHA20'");
        if (facts["ssl_prefer_server_ciphers"] == "off")
            yield return new(
                "ClientChoosesCipher", FindingSeverity.Information,
                "ssl_prefer_server_ciphers is off, so clients choose the cipher, and old clients choose weak ones.",
                "ALTER SYSTEM RESET ssl_prefer_server_ciphers");
        string name = SslParameters.Groups.NameIn(facts.Version.Major);
        // SP 800-57 part 1, table 2: 112 bits of security need a curve of 224 bits; OpenSSL's security level 2 refuses less.
        string[] small = [.. (facts[name] ?? "").Split(':').Where(IsSmallGroup)];
        if (small.Length > 0)
            yield return new(
                "WeakGroups", FindingSeverity.Warning, $"{name} has {string.Join(", ", small)}, with less than 112 bits of security.",
                "Use X25519 and prime256v1: Enable-PgSsl -Groups");
    }

    private static bool IsSmallGroup(string group) =>
        group.Contains("192", StringComparison.Ordinal) || group.Contains("160", StringComparison.Ordinal);

    private static IEnumerable<Finding> FindInFiles(ServerTlsFacts facts, bool takesTls)
    {
        if (facts["ssl_passphrase_command"] is { Length: > 0 } && facts["ssl_passphrase_command_supports_reload"] == "off")
            yield return new(
                "PassphraseBlocksReload", FindingSeverity.Warning,
                "ssl_passphrase_command_supports_reload is off, so if the key is encrypted only a restart loads a renewed certificate.",
                "Set it to on, if the command works without a terminal.");
        if (facts["ssl_ca_file"] is null or "" && (facts["ssl_crl_file"] is { Length: > 0 } || facts["ssl_crl_dir"] is { Length: > 0 }))
            yield return new(
                "CrlWithoutCa", FindingSeverity.Information,
                "There is a revocation list for client certificates, but without ssl_ca_file the server asks for none.",
                "Set ssl_ca_file, or remove the list.");
        if (facts.DataDirectory is null || facts.FileSettings is null)
            yield return Hidden(facts);
        foreach (FileSetting error in (facts.FileSettings ?? []).Where(setting => setting.Error is not null))
        {
            string seen = $"{error.File}:{error.Line}{(error.Name is null ? "" : $" ({error.Name})")}: {error.Error}.";
            yield return error.NeedsRestart
                ? new(
                    "RestartPending", FindingSeverity.Information, $"{seen} Only a restart loads it.",
                    "Restart the server at a suitable time; until then the old value is used.")
                : new(
                    "ConfigurationError", FindingSeverity.Critical, $"{seen} A reload loads nothing or not everything, and a restart may fail.",
                    "Correct the line: select * from pg_file_settings where error is not null");
        }
        foreach ((ServerSetting setting, FileSetting? inFile) in facts.PendingReloads)
            yield return new(
                "ReloadPending", FindingSeverity.Warning,
                $"{setting.Name} is '{setting.Value}', and after a reload it will be '{inFile?.Value ?? setting.Default}'"
                    + (inFile is null ? ", as no file sets it any more." : $" ({inFile.File}:{inFile.Line})."),
                RemedyOf(facts, setting, inFile, takesTls));
    }

    private static string RemedyOf(ServerTlsFacts facts, ServerSetting setting, FileSetting? inFile, bool takesTls)
    {
        if (takesTls)
            return $"Do not reload: TLS would be lost, as another finding says. Take it back: "
                + PendingPair.WayBackOf(facts, setting.Name, setting.Value, inFile);
        // Where their files are out of reach, nobody has looked whether they match.
        return facts.IsWindows && setting.Name is "ssl_cert_file" or "ssl_key_file"
            ? "Find out who changed it, and whether certificate and key match: SELECT pg_reload_conf() loads them, and with a pair that does not "
                + "match, this server goes on without TLS."
            : "Find out who changed it; SELECT pg_reload_conf() loads it.";
    }

    private static Finding Hidden(ServerTlsFacts facts)
    {
        string role = SqlQuoting.Identifier(facts.UserName);
        (string what, string privilege) = facts.DataDirectory is null
            ? ("where the server's files are", "pg_read_all_settings") : ("what its files say", "SELECT ON pg_file_settings");
        string further = facts.FileSettings is null ? $"; GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {role}" : "";
        return new(
            "SettingsHidden", FindingSeverity.Information, $"Role {facts.UserName} may not see {what}.",
            $"As a superuser: GRANT {privilege} TO {role}{further}");
    }

    private static IEnumerable<Finding> FindElsewhere(ServerTlsFacts facts)
    {
        if (facts["password_encryption"] == "md5")
            yield return new(
                "Md5Passwords", FindingSeverity.Warning,
                "New passwords are stored as MD5, which is deprecated since PostgreSQL 18 and has no channel binding.",
                "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; then set the passwords again.");
        if (!facts.AllowsAlterSystem)
            yield return new(
                "AlterSystemForbidden", FindingSeverity.Information, "allow_alter_system is off, because other software writes the server's files.",
                "Change the files there, or with -ConfigurationPath.");
        foreach (ServerSetting setting in facts.Settings.Values.Where(IsFromCommandLine))
            yield return new(
                "SetOnCommandLine", FindingSeverity.Information,
                $"{setting.Name} is set when the server is started ({setting.Source}), so no file can override it.",
                "Change the server's start command.");
    }

    private static bool IsFromCommandLine(ServerSetting setting) =>
        setting.Name.StartsWith("ssl", StringComparison.Ordinal) && setting.Source is "command line" or "environment variable";
}
