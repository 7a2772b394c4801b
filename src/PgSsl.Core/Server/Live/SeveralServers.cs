using System.Net;
using System.Net.Sockets;
using PgSsl.Changes;
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
    /// <summary>The proof that is open where the server's own address was not looked at.</summary>
    public const string ProofName = "OwnAddress";

    // Balancers take turns, or take the server with fewer connections, for which some sessions stay open. One that throws dice is found in 255 of
    // 256 cases; one that prefers a server, or keeps to it, may not be found at all: DescribeElsewhere says so.
    private const int Looks = 8;
    private const int OpenAtOnce = 3;

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
            for (int look = 0; look < Looks; look++)
            {
                // A session that takes two connections, as one does that falls back to plaintext, meets the same of two servers each time.
                if (look == 1)
                    await TakeTurnAsync(turn, live, cancellationToken).ConfigureAwait(false);
                // A server has few places for sessions.
                if (others.Count == OpenAtOnce)
                {
                    await others[^1].DisposeAsync().ConfigureAwait(false);
                    others.RemoveAt(others.Count - 1);
                }
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

    /// <summary>What whoever reads through a pooler or a balancer has to know; null where there is none.</summary>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<string?> FindReadWarningAsync(LiveServer live, CancellationToken cancellationToken) =>
        live.Session.IsPooled ? $"{live.Session.Host} is a pooler: what is shown is of a server behind it. Name the server itself."
            : await FindAsync(live, cancellationToken).ConfigureAwait(false) is { } several
                ? $"{several} What is shown is of one of them, and may be of another one the next time. {Remedy}" : null;

    /// <summary>
    /// That the server says another address or port than the one that was dialled. A published port, a tunnel and a balancer that keeps to one server
    /// look the same from here.
    /// </summary>
    /// <returns>It, as a sentence; null if the server is where it was dialled, or a pooler is in between.</returns>
    /// <exception cref="PgSslException">The name does not resolve.</exception>
    public static async Task<string?> DescribeElsewhereAsync(LiveServer live, CancellationToken cancellationToken) =>
        live.Session.IsPooled || await IsWhatWasDialledAsync(live, cancellationToken).ConfigureAwait(false) ? null
            : $"{live.Session.Host} was dialled, and a server answered that is at {Place(live.ServerAddress, live.ServerPort) ?? "a socket"}: "
                + "a published port, a tunnel, or a balancer that chose this server. If there are others behind it, they were not seen.";

    /// <summary>What the proofs of a change lack, if they could only be made through another address than the server's own.</summary>
    /// <exception cref="PgSslException">The name does not resolve.</exception>
    public static async Task<Proof?> FindDoubtAsync(LiveServer live, CancellationToken cancellationToken) =>
        live.FilesAreHere || await DescribeElsewhereAsync(live, cancellationToken).ConfigureAwait(false) is not { } elsewhere ? null
            : new Proof(ProofName, ProofState.NotMade, $"{elsewhere} {Remedy}");

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
        $"{Place(address, port) ?? "one"}, which started at {WireText.Shorten(started ?? "?")}";

    private static string? Place(IPAddress? address, int? port) =>
        address is null || port is null ? null : new IPEndPoint(address, port.Value).ToString();
}
