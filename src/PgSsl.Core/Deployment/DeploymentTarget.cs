using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Settings;

namespace PgSsl.Deployment;

/// <summary>Where a server has its certificate and key, and what is known about it.</summary>
/// <param name="CertificatePath"><c>ssl_cert_file</c>, by its name on this machine, absolute.</param>
/// <param name="KeyPath"><c>ssl_key_file</c>, likewise.</param>
/// <param name="Server">The server.</param>
internal sealed record DeploymentTarget(string CertificatePath, string KeyPath, ServerConditions Server)
{
    // Files that other programs write, and that other services use (make-ssl-cert(8) of Debian's ssl-cert; certbot(7)).
    private static readonly (string Mark, string Owner)[] Managed =
        [("ssl-cert-snakeoil.", "Debian's package ssl-cert writes it, for all services of this machine"), ("/letsencrypt/", "certbot writes it")];

    /// <summary>On Windows, the account of the service as the user named it, by its name or SID; null where the user did not.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>Whether the access list of a file decides who may read it, and not its owner and mode.</summary>
    internal bool HasAccessLists { get; init; } = OperatingSystem.IsWindows();

    /// <summary>On Windows, the account that gets the right to read the key: the one that was named, or the one that runs the server.</summary>
    public string? KeyReader => ServiceAccount ?? Server.WindowsAccount?.Sid;

    /// <summary>New names for the pair; null if it is replaced under its own names.</summary>
    public PairNames? Names { get; init; }

    /// <summary>Whether the caller named the certificate file, or somebody whom the caller trusts with it, and not the server.</summary>
    public bool IsCertificateNamed { get; init; }

    /// <summary>The same for the key file.</summary>
    public bool IsKeyNamed { get; init; }

    /// <summary>
    /// Who can have written the names of the files, if that is somebody else than the server's account: pgbouncer.ini can name any account as
    /// PgBouncer's.
    /// </summary>
    public UnixAccount? Author { get; init; }

    /// <summary>The account whose rights decide about files that were not named by the caller.</summary>
    public UnixAccount? Namer => Author ?? Server.Account;

    /// <summary>The files of a running server.</summary>
    /// <param name="facts">What it said in SQL.</param>
    /// <param name="isLocal">Whether it is on this machine.</param>
    /// <param name="certificatePath">Its certificate file by its name here, absolute; null for the server's name for it.</param>
    /// <param name="keyPath">Its key file, likewise.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InsufficientPrivilege"/>: the role may not see where they are; <see cref="PgSslError.FileNotFound"/>: they are not
    /// on this machine.
    /// </exception>
    public static DeploymentTarget Of(ServerTlsFacts facts, bool isLocal, string? certificatePath, string? keyPath)
    {
        return new DeploymentTarget(
            certificatePath ?? Find(facts, "ssl_cert_file"), keyPath ?? Find(facts, "ssl_key_file"), ServerConditions.Of(facts, isLocal))
        {
            IsCertificateNamed = certificatePath is not null,
            IsKeyNamed = keyPath is not null,
        };
    }

    /// <summary>Throws if the role could not make the server load the new files.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InsufficientPrivilege"/>.</exception>
    public static void CheckMayReload(ServerTlsFacts facts)
    {
        if (!facts.MayReload)
            throw new PgSslException(
                PgSslError.InsufficientPrivilege,
                $"Role {facts.UserName} may not reload the server's files, so the new certificate would not be served. Nothing is changed.",
                $"GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {QuotedRole(facts)}");
    }

    /// <summary>
    /// Throws if nobody but administrators could read the key as it would be written: no account is known, and the key in place, if there is one, was
    /// readable by everybody.
    /// </summary>
    /// <param name="old">The access list of the key in place; null if there is no key.</param>
    /// <param name="writer">The account that writes the key.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.RequirementNotMet"/>.</exception>
    public void CheckKeyReader(AccessList? old, string writer)
    {
        if (KeyReader is not null || old is { IsBroad: false } || old?.NamesOthers(writer) == true)
            return;
        string service = Server.IsPgBouncer ? "pgbouncer" : "postgres";
        throw new PgSslException(
            PgSslError.RequirementNotMet,
            $"Nothing is changed, because it is not known which account the {(Server.IsPgBouncer ? "PgBouncer" : "server")} runs as: it could not " +
            $"read {KeyPath}, which only you, SYSTEM and Administrators may read.",
            $@"Give its account: -ServiceAccount 'NT SERVICE\postgresql-x64-18', or its SID; S-1-5-20 is NetworkService. " +
            $"{new SystemWords(IsWindows: true).ShowAccountOf(service)} shows it.");
    }

    /// <summary>Throws if another program writes one of the files.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ManagedElsewhere"/>.</exception>
    public void CheckOwners()
    {
        foreach (string path in new[] { CertificatePath, KeyPath })
        {
            string real = RealPath.Of(path);
            bool Matches(string mark) => real.Contains(mark, StringComparison.Ordinal) || path.Contains(mark, StringComparison.Ordinal);
            if (Array.Find(Managed, entry => Matches(entry.Mark)) is { Owner: { } owner })
                throw new PgSslException(
                    PgSslError.ManagedElsewhere,
                    $"{path} does not belong to the server alone: {owner}.",
                    Server.IsPgBouncer
                        ? "Set client_tls_cert_file and client_tls_key_file to files that belong to PgBouncer alone."
                        : "Give the server its own files: Enable-PgSsl -CertificatePath server.crt -KeyPath server.key");
        }
    }

    private static string Find(ServerTlsFacts facts, string setting)
    {
        string path = facts.PathOf(setting) ?? throw new PgSslException(
            PgSslError.InsufficientPrivilege,
            $"Role {facts.UserName} may not see where the server's {setting} is, because it is relative to the data directory.",
            $"GRANT pg_read_all_settings TO {QuotedRole(facts)}, or give -SslCertFile and -SslKeyFile.");
        return Directory.Exists(Path.GetDirectoryName(path)) ? path : throw new PgSslException(
            PgSslError.FileNotFound,
            $"The server has its {setting} in {path}, but that directory does not exist on this machine.",
            "Run this on the server's machine, or give -SslCertFile and -SslKeyFile if the files have other names here (a container's volume).");
    }

    private static string QuotedRole(ServerTlsFacts facts) => SqlQuoting.Identifier(facts.UserName);
}
