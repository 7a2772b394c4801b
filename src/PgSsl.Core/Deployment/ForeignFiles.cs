using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Server.Live;

namespace PgSsl.Deployment;

/// <summary>
/// Whether the files that a service names may be written for it: see docs/decisions/0065. Whoever writes ssl_cert_file can name the certificate of
/// another service, which is a certificate as well; and root can replace it.
/// </summary>
internal static class ForeignFiles
{
    /// <summary>Throws if a file is not shown to be the service's own.</summary>
    /// <param name="plan">The plan, with the pair that is in place now.</param>
    /// <param name="served">
    /// What the service serves now. It proves something only of an account that may read the key: a program at the service's address can pass the
    /// handshake on to another service, and pgbouncer.ini can name another service's address.
    /// </param>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnexpectedFile"/>.</exception>
    public static void Check(ServerCertificatePlan plan, IReadOnlyList<ServedAt> served)
    {
        // Windows has no such accounts.
        if (OperatingSystem.IsWindows() || (plan.Pair is { } pair && served.Any(answer => answer.Is(pair))))
            return;
        DeploymentTarget target = plan.Target;
        foreach (FileEdit edit in plan.Edits)
        {
            bool isKey = edit.Protection.IsPrivate;
            if (isKey ? target.IsKeyNamed : target.IsCertificateNamed)
                continue;
            // A file under a new name is written only beside one that could be replaced.
            if (edit.InsteadOf is { } old)
                CheckFile(old, isKey, target);
            CheckFile(edit.Path, isKey, target);
        }
    }

    private static void CheckFile(string path, bool isKey, DeploymentTarget target)
    {
        UnixAccount? account = target.Namer;
        string real = RealPath.Of(path);
        if (account is not null && FileTarget.MayWrite(account, real))
            return;
        string parameter = isKey ? "-SslKeyFile" : "-SslCertFile", service = target.Server.IsPgBouncer ? "PgBouncer" : "the server";
        throw new PgSslException(
            PgSslError.UnexpectedFile,
            $"{FileTarget.Both(path, real)} is not written: " +
            Describe(target, service) +
            $", and it is not the {(isKey ? "key" : "certificate")} that {service} serves now. So it may belong to another service. " +
            "Nothing was changed.",
            $"If it is the right file, name it yourself: {parameter} {CommandText.Quote(path)}");
    }

    private static string Describe(DeploymentTarget target, string service) => target switch
    {
        { Author: { } author } => $"{author.Name}, who can have named it, may not write it",
        { Server.Account: { } account } => $"{account.Name}, the account of {service}, may not write it",
        _ => $"the account of {service} is not known",
    };
}
