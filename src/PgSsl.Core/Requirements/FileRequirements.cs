using PgSsl.Common;
using PgSsl.Files;

namespace PgSsl.Requirements;

/// <summary>What the server needs of the files before it looks at their content (be-secure-openssl.c, be_tls_init).</summary>
internal static class FileRequirements
{
    private const string SetBoth = "; or set both ssl_passphrase_command and ssl_passphrase_command_supports_reload.";

    private const string NameAccount = "Name it: -ServerAccount postgres";

    public static IEnumerable<Verdict> Judge(ServerCertificateFacts facts) =>
    [
        JudgeAccess(Requirement.CertificateFileAccess, facts.CertificateFile, facts.Server, _ => null),
        JudgePem(facts),
        JudgeAccess(Requirement.KeyFileAccess, facts.KeyFile, facts.Server, status => FindExposure(facts.KeyFile, status, facts.Server.Account)),
        JudgeKey(facts),
        JudgePassphrase(facts),
        JudgeReload(facts),
    ];

    /// <summary>Whether the server's account can read a file.</summary>
    /// <param name="requirement">The requirement.</param>
    /// <param name="file">The file.</param>
    /// <param name="server">Whose account.</param>
    /// <param name="objection">What else the server objects to in owner and mode of such a file; null where it does not.</param>
    public static Verdict JudgeAccess(
        Requirement requirement, ServerFile file, ServerConditions server, Func<UnixStatus, (string Detail, string Remedy)?> objection)
    {
        if (server.IsWindows == true || OperatingSystem.IsWindows())
            return requirement.Unjudged(
                "On Windows access lists are not examined: " +
                $"{server.WindowsAccount?.ToString() ?? "the service's account"} must be able to read {file.Path}.",
                $"{new SystemWords(IsWindows: true).ShowAccess(file.Path)} shows who can.");
        if (file.Status is not { } status)
            return file.Failure is { } failure
                ? requirement.Unmet(failure.Message, failure.Remedy ?? "Provide the file.")
                : JudgePlanned(requirement, file, server.Account);
        if (objection(status) is { } found)
            return requirement.Unmet(found.Detail, found.Remedy);
        if (server.Account is not { } account)
            return requirement.Unjudged($"{Describe(file.Path, status)}; the server's account is not known.", NameAccount);
        return FindObstacle(requirement, file, status, account) is { } obstacle
            ? requirement.Unmet(obstacle.Detail, obstacle.Remedy)
            : requirement.Met($"The server's account {account.Name} can read {Describe(file.Path, status)}.");
    }

    /// <summary>Whoever writes the file sees to its owner and mode; the directories stay as they are.</summary>
    private static Verdict JudgePlanned(Requirement requirement, ServerFile file, UnixAccount? account)
    {
        if (account is null)
            return requirement.Unjudged($"The server's account is not known, so {file.Path} will keep the owner that it has now.", NameAccount);
        return FindClosedDirectory(file, account) is { } obstacle
            ? requirement.Unmet(obstacle.Detail, obstacle.Remedy)
            : requirement.Met($"{file.Path} is written so that the server's account {account.Name} can read it.");
    }

    /// <summary>What the server objects to in the owner and mode of a key file (be-secure-common.c, check_ssl_key_file_permissions).</summary>
    private static (string Detail, string Remedy)? FindExposure(ServerFile file, UnixStatus status, UnixAccount? account)
    {
        if (status.Identity.Type != FileType.Regular)
            return ($"{file.Path} is not a regular file, and the server accepts only those.", "Name the key file itself.");
        string seen = Describe(file.Path, status);
        bool ownedByRoot = status.Owner.UserId == 0;
        if (account is not null && !ownedByRoot && status.Owner.UserId != account.UserId)
            return ($"{seen}: the server accepts it only if its own account {account.Name} or root owns it.", Chown(account, file));
        if (!PrivateKeyFile.IsExposed(status.Mode, ownedByRoot))
            return null;
        // stat(2) shows the list's mask as the group's bits, and the server looks at nothing else.
        return status.AccessList is null
            ? ($"{seen}: group or others can use it, and the server refuses that. {PrivateKeyFile.ExpectedMode(ownedByRoot)}",
                SystemWords.Here.MakePrivate(file.Path))
            : ($"{seen}: the server refuses that, because the mask of its access list counts as the mode of the group. " +
                PrivateKeyFile.ExpectedMode(ownedByRoot),
                ownedByRoot ? SystemWords.MaskToRead(file.Path) : SystemWords.MakePrivateAgain(file.Path));
    }

    private static string Chown(UnixAccount account, ServerFile file) =>
        SystemWords.IsMadeUp(file.Path) ? "Name a file of the server's own." : SystemWords.Here.GiveTo(account.Name, file.Path);

    private static Verdict JudgePem(ServerCertificateFacts facts)
    {
        Requirement requirement = Requirement.CertificatePem;
        string path = facts.CertificateFile.Path;
        if (facts.Certificates is not { } file)
            return requirement.Unjudged($"{path} could not be read: {facts.CertificateFile.Failure!.Message}", facts.CertificateFile.Failure.Remedy);
        return file.Fault is { } fault
            ? requirement.Unmet($"The server cannot load {path}: {fault}.", "Install-PgServerCertificate makes the file again from what the CA sent.")
            : requirement.Met($"{path} is PEM with {file.Certificates.Count} certificate(s).");
    }

    private static Verdict JudgeKey(ServerCertificateFacts facts)
    {
        Requirement requirement = Requirement.KeyReadable;
        string path = facts.KeyFile.Path;
        if (facts.Key is not { } key)
            return requirement.Unjudged($"{path} could not be read: {facts.KeyFile.Failure!.Message}", facts.KeyFile.Failure.Remedy);
        if (!key.IsPem)
            return requirement.Unmet(
                $"{path} is not a PEM file with a private key, and the server reads only PEM.",
                $"openssl pkey -inform DER -in {CommandText.ShellPath(path)} -out server.key");
        if (key.Failure is null)
            return requirement.Met($"{path} contains a private key.");
        return key.IsEncrypted
            ? requirement.Unjudged(key.Failure.Message, key.Failure.Remedy)
            : requirement.Unmet(key.Failure.Message, key.Failure.Remedy ?? "Provide the key.");
    }

    /// <summary>
    /// be-secure-openssl.c, default_openssl_tls_init: when the server starts, it asks the command, or the terminal. On Windows every new
    /// connection is like a reload, in which it asks the command only if that supports reloads.
    /// </summary>
    private static Verdict JudgePassphrase(ServerCertificateFacts facts)
    {
        Requirement requirement = Requirement.KeyPassphrase;
        if (facts.Key is not { } key)
            return requirement.Unjudged("The key could not be read.");
        if (!key.IsEncrypted)
            return requirement.Met("The key is not encrypted, so it needs no passphrase.");
        string decrypt = Decrypt(facts);
        // libusual, tls.c: the key is loaded without a callback, so OpenSSL asks the terminal, which a daemon does not have.
        if (facts.Server.IsPgBouncer)
            return requirement.Unmet(
                "The key is encrypted, and PgBouncer has no setting for a passphrase, so it cannot load the key.", decrypt);
        decrypt += SetBoth;
        return (facts.Server.PassphraseCommand, facts.Server.PassphraseSupportsReload) switch
        {
            (null, _) => requirement.Unjudged(
                "The key is encrypted; whether the server has an ssl_passphrase_command for it is not known.", decrypt),
            ("", _) => requirement.Unmet("The key is encrypted, and the server has no ssl_passphrase_command, so it cannot load the key.", decrypt),
            (_, false) when facts.Server.EachProcessReads => requirement.Unmet(
                "The key is encrypted, and ssl_passphrase_command_supports_reload is off, so no new connection can load it.", decrypt),
            _ => requirement.Met("The key is encrypted, and ssl_passphrase_command supplies the passphrase, if it is the right one."),
        };
    }

    /// <summary>Whether a reload loads the key, too: then the server asks the command if that supports reloads, and otherwise nobody.</summary>
    private static Verdict JudgeReload(ServerCertificateFacts facts)
    {
        Requirement requirement = Requirement.KeyReload;
        if (facts.Key is not { } key)
            return requirement.Unjudged("The key could not be read.");
        return !key.IsEncrypted || facts.Server.IsPgBouncer
            ? requirement.Met("Nothing but the key's file is needed to load it again.")
            : facts.Server switch
            {
                { PassphraseSupportsReload: null } => requirement.Unjudged(
                    "The key is encrypted; whether ssl_passphrase_command supports a reload is not known.", Decrypt(facts) + SetBoth),
                { PassphraseSupportsReload: false } => requirement.Unmet(
                    "The key is encrypted, and ssl_passphrase_command_supports_reload is off, so the server loads it only when it starts.",
                    Decrypt(facts) + SetBoth),
                _ => requirement.Met("ssl_passphrase_command supplies the passphrase on a reload, too."),
            };
    }

    private static string Decrypt(ServerCertificateFacts facts) =>
        $"Write the key without a passphrase: openssl pkey -in {CommandText.ShellPath(facts.KeyFile.Path)} -out server.key";

    private static (string Detail, string Remedy)? FindObstacle(Requirement requirement, ServerFile file, UnixStatus status, UnixAccount account)
    {
        if (FindClosedDirectory(file, account) is { } closed)
            return closed;
        // A key is for its owner only; other files may belong to others as well.
        string remedy = requirement == Requirement.KeyFileAccess || SystemWords.IsMadeUp(file.Path)
            ? Chown(account, file) : SystemWords.Here.LetAllRead(file.Path);
        return account.CanRead(status) ? null : ($"The server's account {account.Name} cannot read {Describe(file.Path, status)}.", remedy);
    }

    private static (string Detail, string Remedy)? FindClosedDirectory(ServerFile file, UnixAccount account)
    {
        foreach ((string directory, UnixStatus status) in file.Directories)
        {
            if (!account.CanEnter(status))
                return ($"The server's account {account.Name} cannot enter {Describe(directory, status)}, so it cannot read {file.Path}.",
                    "Put the file into a directory that it can enter, such as the data directory.");
        }
        return null;
    }

    private static string Describe(string path, UnixStatus status) =>
        $"{path} (owner {UnixAccount.NameOf(status.Owner.UserId)}, mode {UnixModes.Text(status.Mode)}" +
        $"{(status.AccessList is null ? "" : " with an access list")})";
}
