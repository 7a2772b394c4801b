using PgSsl.Connections;
using PgSsl.Probing;

namespace PgSsl.Sandbox;

/// <summary>Probes with one of the TLS clients, for the benchmarks: on Linux, the portable one is not chosen for usual servers.</summary>
public static class StackProbes
{
    /// <summary>Makes so many connections to a server on the loopback address, some at a time, as far as the end of the handshake.</summary>
    /// <exception cref="SandboxException">One of them failed.</exception>
    public static void Run(bool isPortable, int port, int count, int atATime)
    {
        var request = new ProbeRequest(new ConnectionHost("127.0.0.1", null, port), Transport.Tls, TimeSpan.FromSeconds(30))
        {
            Stack = isPortable ? TlsStack.Portable : TlsStack.Platform,
        };
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = atATime },
            async (_, cancellation) =>
            {
                if ((await ServerProbe.ConnectAsync(request, cancellation)).Failure is { } failure)
                    throw new SandboxException(failure.Message);
            }).GetAwaiter().GetResult();
    }
}
