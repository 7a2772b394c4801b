using System.Net;
using System.Net.Sockets;
using PgSsl.Common;
using PgSsl.Probing;
using PgSsl.Wire;

namespace PgSsl.Server.Live;

/// <summary>
/// Whether one name leads to several servers: a load balancer. Then each connection may meet another one, and what one serves proves nothing about
/// what another one was told. An address that is not the server's own (NAT, the published port of a container, a tunnel) is not a sign of it. Two
/// sessions that are open at the same time, with servers that started at different moments, are.
/// </summary>
internal static class SeveralServers
{
    // Balancers take turns, or take the server with fewer connections, for which all sessions stay open. One that throws dice is found at 7 of 8.
    private const int Looks = 3;

    private const string Sql =
        "SELECT pg_postmaster_start_time()::text AS started, host(inet_server_addr()) AS server, inet_server_port() AS port";

    /// <summary>Looks again, if the server says that it is not where the session was opened.</summary>
    /// <param name="live">The server. Its <see cref="LiveServer.Reopen"/> opens the other sessions.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>What was seen, as a sentence; null if all sessions met one server.</returns>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<string?> FindAsync(LiveServer live, CancellationToken cancellationToken)
    {
        if (live.Reopen is null || live.Session.IsPooled || await IsWhatWasDialledAsync(live, cancellationToken).ConfigureAwait(false))
            return null;
        var others = new List<IServerSession>();
        using var turn = new TcpClient();
        try
        {
            while (others.Count < Looks)
            {
                // A session that takes two connections, as one does that falls back to plaintext, meets the same of two servers each time.
                if (others.Count == 1)
                    await TakeTurnAsync(turn, live, cancellationToken).ConfigureAwait(false);
                others.Add(await live.Reopen(cancellationToken).ConfigureAwait(false));
                SqlRow seen = (await others[^1].QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false)).Only();
                if (seen["started"] == live.StartTime)
                    continue;
                // A restart in between would have ended the first session.
                await live.Session.QueryAsync("SELECT 1", null, cancellationToken).ConfigureAwait(false);
                return $"{live.Session.Host} leads to several servers: {Name(live.ServerAddress, live.ServerPort, live.StartTime)}, and " +
                    $"{Name(seen.GetAddress("server"), seen.GetInt32("port"), seen["started"])}.";
            }
        }
        catch (PgSslException)
        {
            // No other session is to be had: too many connections. What is not seen is not claimed.
        }
        finally
        {
            foreach (IServerSession other in others)
                await other.DisposeAsync().ConfigureAwait(false);
        }
        return null;
    }

    /// <summary>Throws if the name leads to several servers.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ContradictoryParameters"/>.</exception>
    public static async Task RefuseAsync(LiveServer live, CancellationToken cancellationToken)
    {
        if (await FindAsync(live, cancellationToken).ConfigureAwait(false) is { } several)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{several} Each connection may meet another one, so nothing can be proven through this name. Nothing was changed.", Remedy);
    }

    /// <summary>What to do instead.</summary>
    public const string Remedy = "Name the server itself, with its own address and port or its socket directory; then the next one.";

    private static async Task<bool> IsWhatWasDialledAsync(LiveServer live, CancellationToken cancellationToken)
    {
        if (live.Session.Host.IsUnixSocket)
            return true;
        if (live.ServerAddress is not { } own || live.ServerPort != live.Session.Host.Port)
            return false;
        IReadOnlyList<IPAddress> dialled =
            await ServerProbe.ResolveAsync(live.Session.Host, live.Timeout, cancellationToken).ConfigureAwait(false);
        return dialled.Any(address => NumericAddress.Of(address) == NumericAddress.Of(own));
    }

    private static async Task TakeTurnAsync(TcpClient turn, LiveServer live, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPAddress> dialled =
            await ServerProbe.ResolveAsync(live.Session.Host, live.Timeout, cancellationToken).ConfigureAwait(false);
        try
        {
            await turn.ConnectAsync([.. dialled], live.Session.Host.Port, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // Then the next session says why.
        }
    }

    private static string Name(IPAddress? address, int? port, string? started) =>
        $"{(address is null || port is null ? "one" : new IPEndPoint(address, port.Value))}, which started at {WireText.Shorten(started ?? "?")}";
}
