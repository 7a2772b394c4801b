using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Downloads;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Downloads;

/// <summary>A web server on loopback that answers each path byte by byte, over http or, below an authority of its own, over https.</summary>
internal sealed class WebServer : IDisposable
{
    private static readonly TestAuthority Authority = TestAuthority.CreateRoot("Web Test CA");
    private static readonly TestCertificate Certificate = Authority.Issue(LeafOptions.ForLoopback());

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _isHttps;
    private readonly ConcurrentDictionary<string, Func<Stream, CancellationToken, Task>> _answers = new();

    public WebServer(bool isHttps = false)
    {
        _isHttps = isHttps;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>All requests so far, headers included.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Url(string path, string host = "127.0.0.1") =>
        new($"{(_isHttps ? "https" : "http")}://{host}:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}");

    /// <summary>What each TLS handshake waits for.</summary>
    public Task MayShakeHands { get; set; } = Task.CompletedTask;

    /// <summary>Comes to its end with the first TLS handshake.</summary>
    public TaskCompletionSource FirstHandshake { get; } = new();

    /// <summary>A downloader that believes the https servers of this class, and else is the real one.</summary>
    public static CertificateDownloader CreateDownloader(Action<SocketsHttpHandler>? adjust = null) => new(mayAskThisMachine =>
    {
        SocketsHttpHandler handler = GuardedHandler.Create(mayAskThisMachine);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority.Certificate.Certificate);
        handler.SslOptions.CertificateChainPolicy = policy;
        adjust?.Invoke(handler);
        return handler;
    });

    /// <summary>A downloader that finds each host at one server, so that no name is looked up.</summary>
    public static CertificateDownloader CreateDownloader(WebServer everywhere) => new(mayAskThisMachine =>
    {
        SocketsHttpHandler handler = GuardedHandler.Create(mayAskThisMachine);
        handler.ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(everywhere._listener.LocalEndpoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return handler;
    });

    public Uri Serve(string path, string body) => Serve(path, Encoding.UTF8.GetBytes(body));

    public Uri Serve(string path, byte[] body) => Serve(path, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}", body);

    /// <summary>Answers with a status line, headers and a body as given.</summary>
    public Uri Serve(string path, string head, byte[] body) => Serve(path, async (stream, cancellation) =>
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "\r\nConnection: close\r\n\r\n"), cancellation);
        await stream.WriteAsync(body, cancellation);
    });

    public Uri Redirect(string path, Uri to) => Serve(path, $"HTTP/1.1 302 Found\r\nLocation: {to.OriginalString}\r\nContent-Length: 0", []);

    /// <summary>Sends zeros for ever.</summary>
    public Uri ServeEndless(string path) => Serve(path, async (stream, cancellation) =>
    {
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
        byte[] zeros = new byte[4096];
        while (true)
            await stream.WriteAsync(zeros, cancellation);
    });

    /// <summary>Begins, then says no more.</summary>
    public Uri ServeNeverEnding(string path) => Serve(path, async (stream, cancellation) =>
    {
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n-----BEGIN"u8.ToArray(), cancellation);
        await Task.Delay(Timeout.Infinite, cancellation);
    });

    public Uri Serve(string path, Func<Stream, CancellationToken, Task> answer)
    {
        _answers[path] = answer;
        return Url(path);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = Task.Run(() => AnswerAsync(client));
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (Stream stream = await OpenAsync(client))
            {
                string request = await ReadRequestAsync(stream);
                Requests.Enqueue(request);
                if (_answers.TryGetValue(request.Split(' ')[1], out Func<Stream, CancellationToken, Task>? answer))
                    await answer(stream, _stop.Token);
                else
                    await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or AuthenticationException)
        {
            // The client hung up: that is what these tests are about.
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        Stream plain = client.GetStream();
        if (!_isHttps)
            return plain;
        await MayShakeHands;
        var tls = new SslStream(plain);
        // Windows wants keys that are not ephemeral.
        using X509Certificate2 certificate = new(Certificate.Certificate.Export(X509ContentType.Pkcs12));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop.Token);
        FirstHandshake.TrySetResult();
        return tls;
    }

    private async Task<string> ReadRequestAsync(Stream stream)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[1024];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await stream.ReadAsync(buffer, _stop.Token);
            if (count == 0)
                throw new IOException("closed");
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        return text.ToString();
    }
}
