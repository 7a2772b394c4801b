using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Server.Live;

namespace PgSsl.Poolers;

/// <summary>What PgBouncer answers to clients that want TLS, where it listens.</summary>
internal sealed class PgBouncerWire(IReadOnlyList<(string Host, int Port)> listens, TimeSpan timeout)
{
    /// <summary>One look at each address. Addresses at which nothing listens are left out.</summary>
    public async Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken)
    {
        var seen = new List<ServedAt>();
        foreach ((string name, int port) in listens)
        {
            var host = new ConnectionHost(name, null, port);
            ConnectionFacts facts = await ServerProbe.ConnectAsync(new ProbeRequest(host, Transport.Tls, timeout), cancellationToken).ConfigureAwait(false);
            if (facts.Stage != ProbeStage.None)
                seen.Add(new ServedAt(host, facts));
        }
        return seen;
    }

    /// <summary>Waits until it is so everywhere, or a time has passed.</summary>
    /// <param name="isSo">What is waited for.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What was seen last, and the first of it that is otherwise; null where it came to be so.</returns>
    public async Task<(IReadOnlyList<ServedAt> Seen, ServedAt? Other)> WaitAsync(Func<ServedAt, bool> isSo, TimeSpan timeout, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServedAt> seen = await Poll.UntilAsync(
            timeout, () => ObserveAsync(cancellationToken), answers => answers.All(isSo), cancellationToken).ConfigureAwait(false);
        return (seen, seen.FirstOrDefault(answer => !isSo(answer)));
    }
}
