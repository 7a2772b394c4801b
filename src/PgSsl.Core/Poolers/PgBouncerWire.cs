using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Server.Live;

namespace PgSsl.Poolers;

/// <summary>What PgBouncer answers to clients that ask for TLS, at each of its addresses.</summary>
internal sealed class PgBouncerWire(IReadOnlyList<(string Host, int Port)> listens, TimeSpan timeout)
{
    /// <summary>Asks each address once. Addresses at which nothing listens are left out.</summary>
    public async Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken)
    {
        var seen = new List<ServedAt>();
        foreach ((string name, int port) in listens)
        {
            var host = new ConnectionHost(name, null, port);
            var request = new ProbeRequest(host, Transport.Tls, timeout);
            ConnectionFacts facts = await ServerProbe.ConnectAsync(request, cancellationToken).ConfigureAwait(false);
            if (facts.Stage != ProbeStage.None)
                seen.Add(new ServedAt(host, facts));
        }
        return seen;
    }

    /// <summary>Waits until every address answers as it should.</summary>
    /// <param name="isWanted">Whether an answer is as it should be.</param>
    /// <param name="before">What answered before the change: it has to answer afterwards.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.CertificateNotServed"/>: an address does not answer any more.</exception>
    /// <returns>The last answers, and the first of them that is not as it should be; null where all are.</returns>
    public async Task<(IReadOnlyList<ServedAt> Seen, ServedAt? Other)> WaitAsync(
        Func<ServedAt, bool> isWanted, IReadOnlyList<ServedAt> before, TimeSpan timeout, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServedAt> seen = await Poll.UntilAsync(
            timeout, () => ObserveAsync(cancellationToken), answers => answers.All(isWanted) && ServedAt.FindSilent(before, answers) is null,
            cancellationToken).ConfigureAwait(false);
        if (ServedAt.FindSilent(before, seen) is { } silent)
            throw silent.AsFailure();
        return (seen, seen.FirstOrDefault(answer => !isWanted(answer)));
    }
}
