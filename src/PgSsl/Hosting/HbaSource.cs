using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Hba.Live;

namespace PgSsl.Hosting;

/// <summary>A pg_hba.conf that a cmdlet works on.</summary>
/// <param name="Document">The rules.</param>
/// <param name="Files">Where its files are read.</param>
/// <param name="Live">The server it belongs to; null where none was named.</param>
/// <param name="Target">What errors are reported against.</param>
internal sealed record HbaSource(HbaDocument Document, IServerFiles Files, HbaLive? Live, object Target)
{
    /// <summary>What decides matches besides the file.</summary>
    /// <param name="usesDns">Whether names of clients are looked up.</param>
    internal HbaMatchContext MatchContext(bool usesDns)
    {
        // Interfaces are this machine's: they are the server's where it is here.
        HbaMatchContext local = LocalMatchContext.Find(usesDns);
        HbaMatchContext networks = Live is null or { IsLocal: true } ? local : HbaMatchContext.Unknown with { NameOf = local.NameOf };
        return Live is null ? networks : Live.Facts.MatchContextIn(networks);
    }
}
