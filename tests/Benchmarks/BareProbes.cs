using System;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

/// <summary>What PgSsl is measured against: the least code that fetches a certificate, and the tool that people use today.</summary>
public static class BareProbes
{
    private static readonly byte[] SslRequest = { 0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F };

    public static void SslStreams(int port, int count, int atATime) => ForEach(count, atATime, async cancellation =>
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
        using var network = new NetworkStream(socket);
        await network.WriteAsync(SslRequest, cancellation);
        if (await network.ReadAsync(new byte[1], cancellation) != 1)
            throw new InvalidOperationException();
        using var tls = new SslStream(network);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "",
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            cancellation);
        await tls.ShutdownAsync();
    });

    public static void OpenSsl(int port, int count, int atATime) => ForEach(count, atATime, async cancellation =>
    {
        var start = new ProcessStartInfo("openssl", $"s_client -starttls postgres -connect 127.0.0.1:{port} -showcerts")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (!(await output).Contains("BEGIN CERTIFICATE"))
            throw new InvalidOperationException(await error);
    });

    private static void ForEach(int count, int atATime, Func<CancellationToken, Task> probe) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = atATime },
            async (_, cancellation) => await probe(cancellation)).GetAwaiter().GetResult();
}
