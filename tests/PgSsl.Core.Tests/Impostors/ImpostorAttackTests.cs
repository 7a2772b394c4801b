using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Authentication;
using System.Text;
using PgSsl.Impostors;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.Wire;

namespace PgSsl.Tests.Impostors;

/// <summary>The impostor is a server on somebody's machine: whatever comes must end in time, and take little.</summary>
[Collection(Probing.Alone.Name)]
public class ImpostorAttackTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("nothing")]
    [InlineData("half of a length")]
    [InlineData("garbage")]
    [InlineData("a length of 2 GB")]
    [InlineData("a StartupMessage without end")]
    [InlineData("an endless ClientHello")]
    [InlineData("questions for GSSAPI without end")]
    [InlineData("a TLS record that is none")]
    public async Task A_client_that_sends_(string attack)
    {
        await using ImpostorRun run = ImpostorStage.Open();
        long start = Stopwatch.GetTimestamp();

        ClientAttempt attempt = await ImpostorStage.PlayAsync(
            run, ImpostorKind.Genuine, () => SendAsync(run.Address.Port, BytesOf(attack)), Short);

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(attempt.Connections, connection => connection.Started || connection.CompletedHandshake);
    }

    [Fact]
    public async Task A_client_that_sends_a_byte_at_a_time_is_cut_off()
    {
        await using ImpostorRun run = ImpostorStage.Open();
        run.Begin(Impostor.Of(ImpostorKind.Genuine), Short);
        using TcpClient client = await ConnectAsync(run.Address.Port);
        Task slow = Task.Run(async () =>
        {
            foreach (byte one in StartupMessage.Encode("u", "d", "a"))
            {
                await client.GetStream().WriteAsync(new[] { one });
                await Task.Delay(200);
            }
        });

        await run.WaitForClientAsync(TestContext.Current.CancellationToken);
        ClientAttempt attempt = await run.EndAsync(TestContext.Current.CancellationToken);

        Assert.True(Assert.Single(attempt.Connections).WasCutOff);
        await Assert.ThrowsAnyAsync<IOException>(() => slow);
    }

    [Fact]
    public async Task A_thousand_connections_are_not_led()
    {
        await using ImpostorRun run = ImpostorStage.Open();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        var clients = new List<TcpClient>();

        ClientAttempt attempt = await ImpostorStage.PlayAsync(run, ImpostorKind.Genuine, async () =>
        {
            for (int i = 0; i < 1000; i++)
                clients.Add(await ConnectAsync(run.Address.Port));
        }, TimeSpan.FromSeconds(30));
        clients.ForEach(client => client.Dispose());

        Assert.InRange(attempt.Connections.Count, 1, ImpostorServer.MaxConnections);
        Assert.InRange(attempt.Surplus, 1, 1000);
        // 16 connections with their buffers, and 200 looks into the table of the system.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 400L << 20);
    }

    [Fact]
    public async Task Between_two_impostors_connections_are_closed_at_once()
    {
        await using ImpostorRun run = ImpostorStage.Open();
        using TcpClient early = await ConnectAsync(run.Address.Port);

        Assert.Equal(0, await ReadQuietlyAsync(early.GetStream()));
    }

    [Fact]
    public async Task Another_account_that_comes_first_does_not_count()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can be another account, and only Linux tells whose it is.");
        Assert.SkipUnless(ProcessRunner.IsOnPath("setpriv"), "setpriv is not installed.");
        await using ImpostorRun run = ImpostorStage.Open();
        string script = $"exec 3<>/dev/tcp/127.0.0.1/{run.Address.Port}; cat <&3 | wc -c";

        ClientAttempt attempt = await ImpostorStage.PlayAsync(run, ImpostorKind.Genuine, async () =>
        {
            ProcessResult other = await ProcessRunner.RunAsync("setpriv", ["--reuid=65534", "--clear-groups", "bash", "-c", script]);
            Assert.Equal("0", other.OrThrow("bash").Trim());
            await SendAsync(run.Address.Port, [1, 2, 3]);
        }, Short);

        Assert.Equal(1, attempt.Strangers);
        Assert.Single(attempt.Connections);
        Assert.Contains("1 connection(s) of other accounts", run.Judge()[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_loopback_addresses_are_listened_at()
    {
        using ImpostorPlace place = ImpostorPlace.Open(0);

        Assert.All(place.Listeners, listener => Assert.True(IPAddress.IsLoopback(((IPEndPoint)listener.LocalEndpoint).Address)));
        Assert.All(
            IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(listener => listener.Port == place.Port),
            listener => Assert.True(IPAddress.IsLoopback(listener.Address)));
    }

    [Fact]
    public void No_address_can_be_given_to_the_place() => Assert.Equal(
        [typeof(int)],
        typeof(ImpostorPlace).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Concat<MethodBase>(typeof(ImpostorPlace).GetConstructors(BindingFlags.Public | BindingFlags.Instance))
            .SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType).Distinct());

    [Fact]
    public void A_port_that_is_taken_is_an_error()
    {
        using ImpostorPlace place = ImpostorPlace.Open(0);

        PgSslException failure = Assert.Throws<PgSslException>(() => ImpostorPlace.Open(place.Port));

        Assert.Equal(PgSslError.ConnectionFailed, failure.Error);
    }

    [Fact]
    public async Task Nothing_is_left_when_the_run_is_over()
    {
        string root;
        int port;
        await using (ImpostorRun run = ImpostorStage.Open())
        {
            (root, port) = (run.Address.RootCertificate, run.Address.Port);
            Assert.True(File.Exists(root));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(root));
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(Path.GetDirectoryName(root)!));
            }
            Assert.DoesNotContain("PRIVATE KEY", await File.ReadAllTextAsync(root, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(root)));
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(port));
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public async Task No_impostor_asks_for_a_secret(string kind)
    {
        var impostor = Enum.Parse<ImpostorKind>(kind);
        await using ImpostorRun run = ImpostorStage.Open();
        var sent = new List<byte[]>();

        await ImpostorStage.PlayAsync(run, impostor, async () =>
        {
            sent.Add(await TalkAsync(run.Address.Port, withTls: false));
            sent.Add(await TalkAsync(run.Address.Port, withTls: true));
        });

        Assert.All(sent, bytes => Assert.All(RequestsIn(bytes), request => Assert.Equal(10, request)));
        Assert.Contains(sent, bytes => RequestsIn(bytes).Count > 0);
    }

    public static TheoryData<string> AllKinds() => [.. Enum.GetNames<ImpostorKind>()];

    /// <summary>Goes as far as a client can, says yes to everything, and returns all that the server sent.</summary>
    private static async Task<byte[]> TalkAsync(int port, bool withTls)
    {
        using TcpClient client = await ConnectAsync(port);
        Stream stream = client.GetStream();
        var received = new MemoryStream();
        if (withTls)
        {
            await stream.WriteAsync(SslRequest.Message);
            byte[] answer = new byte[1];
            await stream.ReadExactlyAsync(answer);
            if (answer[0] != 'S')
                received.Write(answer);
            else
            {
#pragma warning disable CA5359 // It goes as far as a client can, at whatever impostor.
                var tls = new SslStream(stream, false, (_, _, _, _) => true);
#pragma warning restore CA5359
                try
                {
                    await tls.AuthenticateAsClientAsync("localhost");
                }
                catch (Exception exception) when (exception is AuthenticationException or IOException)
                {
                    return [];
                }
                stream = tls;
            }
        }
        try
        {
            await stream.WriteAsync(StartupMessage.Encode("u", "d", "a"));
            await stream.WriteAsync((byte[])[(byte)'p', 0, 0, 0, 32, .. "SCRAM-SHA-256\0"u8, 0, 0, 0, 10, .. "n,,n=,r=xy"u8]);
            // A client that is asked for more would answer.
            await stream.WriteAsync((byte[])[(byte)'p', 0, 0, 0, 11, .. "secret\0"u8]);
            byte[] buffer = new byte[4096];
            while (await stream.ReadAsync(buffer) is var count and > 0)
                received.Write(buffer, 0, count);
        }
        catch (IOException)
        {
            // The impostor has ended it.
        }
        return received.ToArray();
    }

    /// <summary>The requests for authentication in what a server sent: 3 is a password, 5 MD5, 11 the server's first message of SCRAM.</summary>
    private static List<int> RequestsIn(byte[] bytes)
    {
        var requests = new List<int>();
        int at = bytes is [(byte)'N', ..] ? 1 : 0;
        while (at + 5 <= bytes.Length)
        {
            int length = (bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4];
            if (bytes[at] == 'R')
                requests.Add(bytes[at + 8]);
            at += 1 + length;
        }
        return requests;
    }

    private static byte[] BytesOf(string attack) => attack switch
    {
        "nothing" => [],
        "half of a length" => [0, 0],
        "garbage" => Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"),
        "a length of 2 GB" => [0x7F, 0xFF, 0xFF, 0xFF, 0, 3, 0, 0],
        "a StartupMessage without end" => [0, 0, 0x27, 0x10, 0, 3, 0, 0, .. new byte[5000]],
        "an endless ClientHello" =>
            [.. Enumerable.Repeat<byte[]>([22, 3, 1, 0x40, 0, 1, 0xFF, 0xFF, 0xFF, .. new byte[16380]], 40).SelectMany(all => all)],
        "questions for GSSAPI without end" => [.. Enumerable.Repeat<byte[]>([0, 0, 0, 8, 4, 0xD2, 0x16, 0x30], 1000).SelectMany(all => all)],
        "a TLS record that is none" => [22, 9, 9, 0xFF, 0xFF, .. new byte[100]],
        _ => throw new ArgumentOutOfRangeException(nameof(attack)),
    };

    private static async Task SendAsync(int port, byte[] bytes)
    {
        using TcpClient client = await ConnectAsync(port);
        try
        {
            await client.GetStream().WriteAsync(bytes);
            await ReadQuietlyAsync(client.GetStream());
        }
        catch (IOException)
        {
            // The impostor has ended it.
        }
    }

    private static async Task<int> ReadQuietlyAsync(NetworkStream stream)
    {
        int sum = 0;
        byte[] buffer = new byte[1024];
        try
        {
            while (await stream.ReadAsync(buffer) is var count and > 0)
                sum += count;
        }
        catch (IOException)
        {
            // Closed with something unread.
        }
        return sum;
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }
}
