using PgSsl.Files;
using By = PgSsl.RequirementSource;

namespace PgSsl.Requirements;

/// <summary>What the server needs of the files before it looks at what is in them (be-secure-openssl.c, be_tls_init).</summary>
internal static class FileRequirements
{
    private const int RegularFile = 0x8000;
    private const string Access = "KeyFileAccess";
    private const string Passphrase = "KeyPassphrase";

    public static IEnumerable<Verdict> Judge(ServerCertificateFacts facts) =>
    [
        JudgeCertificateAccess(facts),
        JudgePem(facts),
        JudgeKeyAccess(facts),
        JudgeKey(facts),
        JudgePassphrase(facts),
    ];

    private static Verdict JudgeCertificateAccess(ServerCertificateFacts facts)
    {
        const string Name = "CertificateFileAccess";
        ServerFile file = facts.CertificateFile;
        if (facts.Server.IsWindows == true || OperatingSystem.IsWindows())
            return Verdict.Unjudged(Name, By.Server, $"Access lists of Windows are not examined: the service's account must be able to read {file.Path}.");
        if (file.Status is not { } status)
            return file.Failure is { } failure
                ? Verdict.Unmet(Name, By.Server, failure.Message, failure.Remedy ?? "Provide the file.")
                : JudgePlanned(facts, Name, file, "and the server's account can read it");
        if (facts.Server.Account is not { } account)
            return Verdict.Unjudged(Name, By.Server, $"{Describe(file.Path, status)}; the server's account is not known.", "Name it: -ServerAccount postgres");
        return FindObstacle(file, status, account) is { } obstacle
            ? Verdict.Unmet(Name, By.Server, obstacle.Detail, obstacle.Remedy)
            : Verdict.Met(Name, By.Server, $"The server's account {account.Name} can read {file.Path}.");
    }

    private static Verdict JudgePem(ServerCertificateFacts facts)
    {
        const string Name = "CertificatePem";
        string path = facts.CertificateFile.Path;
        if (facts.Certificates is not { } file)
            return Verdict.Unjudged(Name, By.Server, $"{path} could not be read: {facts.CertificateFile.Failure!.Message}", facts.CertificateFile.Failure.Remedy);
        return file.Fault is { } fault
            ? Verdict.Unmet(Name, By.Server, $"The server cannot load {path}: {fault}.", "Install-PgServerCertificate writes the file anew from what the CA gave.")
            : Verdict.Met(Name, By.Server, $"{path} is PEM with {file.Certificates.Count} certificate(s).");
    }

    /// <summary>be-secure-common.c, check_ssl_key_file_permissions; on Windows there is no such check.</summary>
    private static Verdict JudgeKeyAccess(ServerCertificateFacts facts)
    {
        ServerFile file = facts.KeyFile;
        if (facts.Server.IsWindows == true || OperatingSystem.IsWindows())
            return Verdict.Unjudged(Access, By.Server, $"The server does not check access to {file.Path} on Windows, where access lists decide.");
        if (file.Status is not { } status)
            return file.Failure is { } failure
                ? Verdict.Unmet(Access, By.Server, failure.Message, failure.Remedy ?? "Provide the file.")
                : JudgePlanned(facts, Access, file, "and the server's account alone can read it");
        string seen = Describe(file.Path, status);
        if (status.Identity.Type != RegularFile)
            return Verdict.Unmet(Access, By.Server, $"{file.Path} is no regular file, and the server takes nothing else.", "Name the key file itself.");
        UnixAccount? account = facts.Server.Account;
        bool ownedByRoot = status.Owner.UserId == 0;
        if (account is not null && !ownedByRoot && status.Owner.UserId != account.UserId)
            return Verdict.Unmet(
                Access, By.Server, $"{seen}; the server wants it to belong to its own account {account.Name} or to root.", $"chown {account.Name} '{file.Path}'");
        if (PrivateKeyFile.IsExposed(status.Mode, ownedByRoot))
            return Verdict.Unmet(
                Access, By.Server,
                $"{seen}: group or others can use it, and the server refuses that. Expected is 0600 or less{(ownedByRoot ? ", or 0640 or less as root owns it" : "")}.",
                $"chmod 0600 '{file.Path}'");
        if (account is null)
            return Verdict.Unjudged(Access, By.Server, $"{seen}, which is strict enough; whether the server's account owns it is not known.", "Name it: -ServerAccount postgres");
        return FindObstacle(file, status, account) is { } obstacle
            ? Verdict.Unmet(Access, By.Server, obstacle.Detail, obstacle.Remedy)
            : Verdict.Met(Access, By.Server, $"{seen}; the server's account {account.Name} can read it, and nobody else who should not.");
    }

    private static Verdict JudgeKey(ServerCertificateFacts facts)
    {
        const string Name = "KeyReadable";
        string path = facts.KeyFile.Path;
        if (facts.Key is not { } key)
            return Verdict.Unjudged(Name, By.Server, $"{path} could not be read: {facts.KeyFile.Failure!.Message}", facts.KeyFile.Failure.Remedy);
        if (!key.IsPem)
            return Verdict.Unmet(
                Name, By.Server, $"{path} is no PEM file with a private key, and the server reads PEM only.", $"openssl pkey -inform DER -in '{path}' -out server.key");
        if (key.Failure is null)
            return Verdict.Met(Name, By.Server, $"{path} holds a private key.");
        return key.IsEncrypted
            ? Verdict.Unjudged(Name, By.Server, key.Failure.Message, key.Failure.Remedy)
            : Verdict.Unmet(Name, By.Server, key.Failure.Message, key.Failure.Remedy ?? "Provide the key.");
    }

    /// <summary>
    /// be-secure-openssl.c, default_openssl_tls_init: at the start the command is asked, or the terminal; on a reload the command, if it
    /// is said to support that, and else nobody. On Windows every new connection is like a reload.
    /// </summary>
    private static Verdict JudgePassphrase(ServerCertificateFacts facts)
    {
        if (facts.Key is not { } key)
            return Verdict.Unjudged(Passphrase, By.Server, "The key could not be read.");
        if (!key.IsEncrypted)
            return Verdict.Met(Passphrase, By.Server, "No passphrase protects the key.");
        // libusual, tls.c: the key is loaded without a callback, so that OpenSSL asks the terminal, which a daemon does not have.
        if (facts.Server.IsPgBouncer)
            return Verdict.Unmet(
                Passphrase, By.Server, "A passphrase protects the key, and PgBouncer has no setting to be told it: it cannot load the key.",
                $"Write the key without one: openssl pkey -in '{facts.KeyFile.Path}' -out server.key");
        string decrypt = $"Write the key without one (openssl pkey -in '{facts.KeyFile.Path}' -out server.key), or set both ssl_passphrase_command and " +
            "ssl_passphrase_command_supports_reload.";
        return (facts.Server.PassphraseCommand, facts.Server.PassphraseSupportsReload) switch
        {
            (null, _) or (_, null) => Verdict.Unjudged(
                Passphrase, By.Server, "A passphrase protects the key; whether the server has an ssl_passphrase_command for it is not known.", decrypt),
            ("", _) => Verdict.Unmet(
                Passphrase, By.Server, "A passphrase protects the key, and the server has no ssl_passphrase_command: it cannot load the key.", decrypt),
            (_, false) => Verdict.Unmet(
                Passphrase, By.Server, "A passphrase protects the key, and ssl_passphrase_command_supports_reload is off: the server loads it at its start only.", decrypt),
            _ => Verdict.Met(
                Passphrase, By.Server, "A passphrase protects the key, and ssl_passphrase_command is there to give it, on a reload too."),
        };
    }

    /// <summary>Who writes the file sees to its owner and mode; the directories are as they are.</summary>
    private static Verdict JudgePlanned(ServerCertificateFacts facts, string name, ServerFile file, string effect)
    {
        if (facts.Server.Account is not { } account)
            return Verdict.Unjudged(name, By.Server, $"The server's account is not known: {file.Path} will belong to whom it belongs now.", "Name it: -ServerAccount postgres");
        return FindClosedDirectory(file, account) is { } obstacle
            ? Verdict.Unmet(name, By.Server, obstacle.Detail, obstacle.Remedy)
            : Verdict.Met(name, By.Server, $"{file.Path} is written, {effect}.");
    }

    private static (string Detail, string Remedy)? FindObstacle(ServerFile file, UnixStatus status, UnixAccount account) =>
        FindClosedDirectory(file, account) ?? (account.CanRead(status)
            ? null
            : ($"The server's account {account.Name} cannot read {Describe(file.Path, status)}.", $"chown {account.Name} '{file.Path}'"));

    private static (string Detail, string Remedy)? FindClosedDirectory(ServerFile file, UnixAccount account)
    {
        foreach ((string directory, UnixStatus it) in file.Directories)
        {
            if (!account.CanEnter(it))
                return ($"The server's account {account.Name} cannot enter {Describe(directory, it)}, and so not read {file.Path}.",
                    $"Put the file where it can, such as the data directory, or: chmod o+x '{directory}'");
        }
        return null;
    }

    private static string Describe(string path, UnixStatus status) =>
        $"{path} (owner {UnixAccount.NameOf(status.Owner.UserId)}, mode {UnixModes.Text(status.Mode)})";
}
