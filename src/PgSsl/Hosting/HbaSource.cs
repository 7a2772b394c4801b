using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Hosting;

/// <summary>A pg_hba.conf that a cmdlet works on.</summary>
/// <param name="Document">The rules.</param>
/// <param name="Files">Where its files are read.</param>
/// <param name="Live">The server it belongs to; null if none was named.</param>
internal sealed record HbaSource(HbaDocument Document, IServerFiles Files, HbaLive? Live)
{
    /// <summary>Reads a file that no server is asked about.</summary>
    /// <param name="path">The file, absolute.</param>
    /// <param name="major">The major version of PostgreSQL that the file is for; 0 for the newest.</param>
    /// <exception cref="PgSslException">It cannot be read.</exception>
    public static HbaSource ReadFile(string path, int major) =>
        ReadDisk(path, new HbaDialect { Major = major == 0 ? PostgresVersion.Newest : major }, null);

    /// <summary>
    /// Reads the file of a running server: through SQL, or on this machine's disk if the role may not read it through SQL and the server is
    /// here.
    /// </summary>
    /// <exception cref="PgSslException">It can be read neither way.</exception>
    public static HbaSource ReadServer(HbaLive live, CancellationToken cancellationToken)
    {
        string path = PathOf(live);
        try
        {
            var files = new ServerHbaFiles(live.Session, cancellationToken);
            return new HbaSource(HbaDocument.Read(path, live.Facts.Dialect, files), files, live);
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege && live.FilesAreHere && File.Exists(path))
        {
            return ReadDisk(path, live.Facts.Dialect, live);
        }
    }

    /// <summary>Reads the file of a running server on this machine's disk, to change it there.</summary>
    /// <param name="live">The server.</param>
    /// <param name="path">The file as this machine names it, absolute; null if the server's name for it is right.</param>
    /// <exception cref="PgSslException">It is not here.</exception>
    public static HbaSource ReadLocally(HbaLive live, string? path)
    {
        if (path is null)
            ServerDisk.Demand(live, "Run this on the server's machine, or give -Path if the file has another name here (a container's volume).");
        return ReadDisk(path ?? PathOf(live), live.Facts.Dialect, live);
    }

    /// <summary>What decides matches besides the file.</summary>
    /// <param name="usesDns">Whether names of clients are looked up.</param>
    public HbaMatchContext MatchContext(bool usesDns)
    {
        // Interfaces are this machine's. They are also the server's if the server is here.
        HbaMatchContext local = LocalMatchContext.Find(usesDns);
        HbaMatchContext networks = Live is null or { IsLocal: true } ? local : HbaMatchContext.Unknown with { NameOf = local.NameOf };
        return Live is null ? networks : Live.Facts.MatchContextIn(networks);
    }

    /// <summary>Adds the map of user names (pg_ident.conf), if a rule compares certificates through one, and a server tells it.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public async Task<HbaMatchContext> WithMapAsync(HbaMatchContext context, CancellationToken cancellationToken)
    {
        if (Live is null || !Document.Records.Any(entry =>
                entry.Record is { CertificateDemand: ClientCertificateDemand.VerifyFull } record && record.Option("map") is not null)
            || await IdentMap.ReadAsync(Live, cancellationToken).ConfigureAwait(false) is not { } map)
            return context;
        return context with { Maps = (name, systemName, role) => map.Maps(name, systemName, role, context.IsMember) };
    }

    private static HbaSource ReadDisk(string path, HbaDialect dialect, HbaLive? live) =>
        new(HbaDocument.Read(path, dialect, DiskServerFiles.Instance), DiskServerFiles.Instance, live);

    private static string PathOf(HbaLive live) => live.Facts.HbaPath ?? throw new PgSslException(
        PgSslError.InsufficientPrivilege,
        $"Role {live.Session.UserName} may not see where {live.Session.Host} has its pg_hba.conf.",
        $"GRANT pg_read_all_settings TO {SqlQuoting.Identifier(live.Session.UserName)}, or give -Path.");
}
