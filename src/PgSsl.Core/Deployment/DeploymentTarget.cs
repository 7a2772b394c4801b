using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Settings;

namespace PgSsl.Deployment;

/// <summary>Where a server has its certificate and key, and what is known of it.</summary>
/// <param name="CertificatePath"><c>ssl_cert_file</c>, as it is called on this machine, absolute.</param>
/// <param name="KeyPath"><c>ssl_key_file</c>, likewise.</param>
/// <param name="Server">The server.</param>
internal sealed record DeploymentTarget(string CertificatePath, string KeyPath, ServerConditions Server)
{
    // Files that somebody else makes, and other services use (make-ssl-cert(8) of Debian's ssl-cert; certbot(7)).
    private static readonly (string Mark, string Owner)[] Managed =
        [("ssl-cert-snakeoil.", "Debian's package ssl-cert makes it, for all services of this machine"), ("/letsencrypt/", "certbot makes it")];

    /// <summary>On Windows, the account of the service, which may read the key; null for none.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>The files of a running server.</summary>
    /// <param name="facts">What it said in SQL.</param>
    /// <param name="isLocal">Whether it is on this machine.</param>
    /// <param name="certificatePath">Its certificate file as it is called here, absolute; null for what the server calls it.</param>
    /// <param name="keyPath">Its key file, likewise.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InsufficientPrivilege"/>: the role may not see where they are; <see cref="PgSslError.FileNotFound"/>: not on this
    /// machine.
    /// </exception>
    public static DeploymentTarget Of(ServerTlsFacts facts, bool isLocal, string? certificatePath, string? keyPath)
    {
        return new DeploymentTarget(
            certificatePath ?? Find(facts, "ssl_cert_file"), keyPath ?? Find(facts, "ssl_key_file"), ServerConditions.Of(facts, isLocal));
    }

    /// <summary>Throws where the role could not have the server take over what was written.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.InsufficientPrivilege"/>.</exception>
    public static void CheckMayReload(ServerTlsFacts facts)
    {
        if (!facts.MayReload)
            throw new PgSslException(
                PgSslError.InsufficientPrivilege,
                $"Role {facts.UserName} may not have the server reload its files, and without that the new certificate would not be served. Nothing is changed.",
                $"GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {QuotedRole(facts)}");
    }

    /// <summary>Throws where one of the files is somebody else's to write.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ManagedElsewhere"/>.</exception>
    public void CheckOwners()
    {
        foreach (string path in new[] { CertificatePath, KeyPath })
        {
            string real = RealPath.Of(path);
            if (Array.Find(Managed, one => real.Contains(one.Mark, StringComparison.Ordinal) || path.Contains(one.Mark, StringComparison.Ordinal)) is { Owner: { } owner })
                throw new PgSslException(
                    PgSslError.ManagedElsewhere,
                    $"{path} is not for the server alone: {owner}.",
                    Server.IsPgBouncer
                        ? "Have client_tls_cert_file and client_tls_key_file name files of PgBouncer's own."
                        : "Give the server files of its own: Enable-PgSsl -CertificatePath server.crt -KeyPath server.key");
        }
    }

    private static string Find(ServerTlsFacts facts, string setting)
    {
        string path = facts.PathOf(setting) ?? throw new PgSslException(
            PgSslError.InsufficientPrivilege,
            $"Role {facts.UserName} may not see where the server's {setting} is: it is relative to the data directory.",
            $"GRANT pg_read_all_settings TO {QuotedRole(facts)}, or give -SslCertFile and -SslKeyFile.");
        return Directory.Exists(Path.GetDirectoryName(path)) ? path : throw new PgSslException(
            PgSslError.FileNotFound,
            $"The server has its {setting} in {path}, and there is no such directory on this machine.",
            "Run this on the server's machine, or give -SslCertFile and -SslKeyFile where the files have other names here (a container's volume).");
    }

    private static string QuotedRole(ServerTlsFacts facts) => MissingPrivilege.QuoteIdentifier(facts.UserName);
}
