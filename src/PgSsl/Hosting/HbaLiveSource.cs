using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Server;

namespace PgSsl.Hosting;

/// <summary>Finds the pg_hba.conf of a running server.</summary>
internal static class HbaLiveSource
{
    /// <summary>Reads it where the server says that it is: through SQL, or on the disk where the role may not and the server is here.</summary>
    /// <exception cref="PgSslException">It can be read neither way.</exception>
    public static HbaSource Read(HbaLive live, object target, CancellationToken cancellationToken)
    {
        string path = live.Facts.HbaPath ?? throw MayNotSee(live);
        try
        {
            var files = new ServerHbaFiles(live.Session, cancellationToken);
            return new HbaSource(HbaDocument.Read(path, live.Facts.Dialect, files), files, live, target);
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege && live.IsLocal && File.Exists(path))
        {
            return ReadLocally(live, path, target);
        }
    }

    /// <summary>Reads it on this machine's disk, to change it there.</summary>
    /// <param name="live">The server.</param>
    /// <param name="path">The file as it is called here; null for what the server calls it.</param>
    /// <param name="target">What errors are reported against.</param>
    /// <exception cref="PgSslException">It is not here.</exception>
    public static HbaSource ReadLocally(HbaLive live, string? path, object target)
    {
        string local = path ?? live.Facts.HbaPath ?? throw MayNotSee(live);
        if (path is null && !File.Exists(local))
            throw new PgSslException(
                PgSslError.FileNotFound,
                $"{live.Session.Host} has its rules in {local}, and there is no such file on this machine.",
                "Run this on the server's machine, or give -Path where the file has another name here (a container's volume).");
        return new HbaSource(HbaDocument.Read(local, live.Facts.Dialect, DiskServerFiles.Instance), DiskServerFiles.Instance, live, target);
    }

    private static PgSslException MayNotSee(HbaLive live) => new(
        PgSslError.InsufficientPrivilege,
        $"Role {live.Session.UserName} may not see where {live.Session.Host} has its pg_hba.conf.",
        $"GRANT pg_read_all_settings TO {MissingPrivilege.QuoteIdentifier(live.Session.UserName)}, or give -Path.");
}
