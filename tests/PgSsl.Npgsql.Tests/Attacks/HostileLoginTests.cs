using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using PgSsl.Connections;
using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests.Attacks;

/// <summary>Whoever answers before anything is verified wants a processor for an hour, or the memory.</summary>
public class HostileLoginTests
{
    private const string Password = "a password that no server knows";

    // On any machine the work for the iterations below takes minutes.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    /// <summary>The SCRAM message that the server answers, and how it hides it. The driver takes the last i=.</summary>
    [Theory]
    [InlineData("i=2000000000")]
    [InlineData("i=1000001")]
    [InlineData("i= 2000000000")]
    [InlineData("i=+2000000000")]
    [InlineData("i=02000000000")]
    [InlineData("i=4096,i=2000000000")]
    [InlineData("i=2000000000,i=4096")]
    [InlineData("x=y,i=2000000000")]
    public async Task Wants_a_processor_for_an_hour(string iterations)
    {
        await using HostileServer server = HostileServer.Start(Scram(nonce => [ServerFirst(nonce, iterations)]));
        PgSslException failure = await RefusedAsync(server);
        Assert.Equal(PgSslError.UnexpectedAnswer, failure.Error);
        Assert.Contains("iterations of SCRAM-SHA-256", failure.Message);
    }

    [Fact]
    public async Task Wants_a_processor_with_a_message_that_comes_byte_by_byte()
    {
        await using HostileServer server = HostileServer.Start(
            Scram(nonce => ServerFirst(nonce, "i=2000000000").Select(one => (byte[])[one])));
        Assert.Contains("iterations", (await RefusedAsync(server)).Message);
    }

    /// <summary>The first bytes of the message come together with the demand for the password, so they are not read again.</summary>
    [Fact]
    public async Task Wants_a_processor_with_a_message_that_has_begun_before()
    {
        await using HostileServer server = HostileServer.Start(Scram(
            nonce => [ServerFirst(nonce, "i=2000000000")[5..]], tail: ServerFirst(new('x', 24), "i=2000000000")[..5]));
        Assert.Equal(PgSslError.UnexpectedAnswer, (await RefusedAsync(server)).Error);
    }

    /// <summary>The driver reads a notice to the end of its fields, and not to its length.</summary>
    [Fact]
    public async Task Wants_a_processor_with_a_message_that_hides_in_a_notice()
    {
        await using HostileServer server = HostileServer.Start(Scram(nonce =>
        [
            HostileScripts.Message('N', [.. "SNOTICE\0VNOTICE\0C00000\0Mx\0\0"u8, .. ServerFirst(nonce, "i=2000000000")]),
        ]));
        Assert.Equal(PgSslError.UnexpectedAnswer, (await RefusedAsync(server)).Error);
    }

    /// <summary>The driver reads from another buffer then.</summary>
    [Fact]
    public async Task Wants_a_processor_after_a_demand_that_is_longer_than_the_drivers_buffer()
    {
        string many = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"SCRAM-SHA-{i}\0"));
        await using HostileServer server = HostileServer.Start(Scram(nonce => [ServerFirst(nonce, "i=2000000000")], many));
        Assert.Contains("iterations", (await RefusedAsync(server)).Message);
    }

    [Fact]
    public async Task Wants_a_processor_inside_of_TLS()
    {
        TestCertificate leaf = TestAuthority.IssueSelfSigned(new LeafOptions { DnsNames = ["localhost"] });
        ServerScript inside = HostileScripts.AfterStartup((client, cancellation) =>
            AskAsync(client, nonce => [ServerFirst(nonce, "i=2000000000")], "", [], cancellation));
        await using HostileServer server = HostileServer.Start(HostileTls.TlsThen(leaf, inside));
        Assert.Contains("iterations", (await RefusedAsync(server, "require")).Message);
    }

    [Theory]
    [InlineData('E')]
    [InlineData('N')]
    [InlineData('S')]
    [InlineData('R')]
    [InlineData('v')]
    public async Task Wants_the_memory_before_the_login(char type)
    {
        long sent = 0;
        await using HostileServer server = HostileServer.Start(HostileScripts.WithoutTls((client, cancellation) =>
            FillAsync(client, type, count => sent = count, cancellation)));
        PgSslException failure = await RefusedAsync(server);
        Assert.Contains(failure.Error, (PgSslError[])[PgSslError.UnexpectedAnswer, PgSslError.ProtocolViolation]);
        AssertLittle(sent);
    }

    [Theory]
    [InlineData('E', 1_900_000_000)]
    [InlineData('N', 1_900_000_000)]
    [InlineData('T', 1_900_000_000)]
    [InlineData('C', 1_900_000_000)]
    [InlineData('E', int.MaxValue)]
    [InlineData('S', -5)]
    public async Task Wants_the_memory_with_an_answer(char type, int length)
    {
        long sent = 0;
        await using HostileServer server = HostileServer.Start(HostileSql.AfterGreetingRaw((client, cancellation) =>
            FillAsync(client, type, count => sent = count, cancellation, length)));
        await using IServerSession session = await Sessions.OpenAsync($"host=127.0.0.1 port={server.Port} user=postgres dbname=d sslmode=disable");
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => session.QueryAsync("SELECT name FROM pg_settings").WaitAsync(Soon));
        Assert.Contains(failure.Error, (PgSslError[])[PgSslError.UnexpectedAnswer, PgSslError.ConnectionClosed]);
        AssertLittle(sent);
    }

    /// <summary>Messages that mean nothing, faster than they are read.</summary>
    [Theory]
    [InlineData("notices")]
    [InlineData("parameters")]
    [InlineData("the same parameter")]
    public async Task Wants_to_be_read_for_ever_before_the_login(string what)
    {
        await using HostileServer server = HostileServer.Start(
            HostileScripts.WithoutTls(async (client, cancellation) =>
            {
                // Parameters come when the login is done.
                if (what != "notices")
                    await client.WriteAsync(HostileScripts.Message('R', new byte[4]), cancellation);
                await FloodAsync(client, what, cancellation);
            }));
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={server.Port} user=postgres dbname=d sslmode=disable");
        var request = new SqlSessionRequest(settings, settings.Hosts[0], TimeSpan.FromSeconds(2));
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(
            () => Task.Run(() => Sessions.Factory.OpenAsync(request, TestContext.Current.CancellationToken)).WaitAsync(Soon));
        Assert.Contains(
            failure.Error,
            (PgSslError[])[PgSslError.UnexpectedAnswer, PgSslError.ConnectionTimedOut, PgSslError.ProtocolViolation, PgSslError.NotPostgreSql]);
    }

    [Theory]
    [InlineData("notices", true)]
    [InlineData("notifications", true)]
    [InlineData("the same parameter", true)]
    [InlineData("errors", true)]
    [InlineData("notices", false)]
    [InlineData("errors", false)]
    public async Task Wants_to_be_read_for_ever_by_a_statement_and_after_Ctrl_C(string what, bool isFirst)
    {
        ServerScript flood = (client, cancellation) => FloodAsync(client, what, cancellation);
        await using HostileServer server = HostileServer.Start(isFirst ? HostileSql.Raw(flood) : HostileSql.AfterGreetingRaw(flood));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        ConnectionSettings settings = Sessions.Resolve($"host=127.0.0.1 port={server.Port} user=postgres dbname=d sslmode=disable");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(async () =>
        {
            var request = new SqlSessionRequest(settings, settings.Hosts[0], Sessions.Timeout);
            await using IServerSession session = await Sessions.Factory.OpenAsync(request, stop.Token);
            await session.QueryAsync("SELECT name FROM pg_settings", null, stop.Token);
        }).WaitAsync(Soon));
    }

    private static async Task FloodAsync(Stream client, string what, CancellationToken cancellation)
    {
        byte[] filler = new byte[60_000];
        Array.Fill(filler, (byte)'x');
        for (int i = 0; ; i++)
        {
            byte[] message = what switch
            {
                "notices" => HostileScripts.Message('N', [.. "SNOTICE\0VNOTICE\0C00000\0M"u8, .. filler, 0, 0]),
                "notifications" => HostileScripts.Message('A', [0, 0, 0, 1, .. "channel\0"u8, .. filler, 0]),
                "errors" => HostileScripts.Message('E', "SERROR\0VERROR\0C42501\0Mno\0\0"u8.ToArray()),
                _ => HostileScripts.Message('S', [.. Encoding.ASCII.GetBytes(what == "parameters" ? $"p{i}" : "p"), 0, .. filler, 0]),
            };
            await client.WriteAsync(message, cancellation);
        }
    }

    // The buffers of the sockets between both, and what fits into a moment.
    private static void AssertLittle(long sent) => Assert.InRange(sent, 0, 512L << 20);

    private static async Task<PgSslException> RefusedAsync(HostileServer server, string mode = "disable")
    {
        var clock = Stopwatch.StartNew();
        PgSslException failure = await Sessions.RefusedAsync(
            $"host=127.0.0.1 port={server.Port} user=postgres dbname=d sslmode={mode}", Password).WaitAsync(Soon);
        Assert.True(clock.Elapsed < Soon);
        return failure;
    }

    private static ServerScript Scram(Func<string, IEnumerable<byte[]>> answer, string mechanisms = "", byte[]? tail = null) =>
        HostileScripts.WithoutTls((client, cancellation) => AskAsync(client, answer, mechanisms, tail ?? [], cancellation));

    /// <summary>Asks for SCRAM, and answers the client's first message by a function of its nonce.</summary>
    private static async Task AskAsync(
        Stream client, Func<string, IEnumerable<byte[]>> answer, string mechanisms, byte[] tail, CancellationToken cancellation)
    {
        byte[] demand = HostileScripts.Message('R', [0, 0, 0, 10, .. Encoding.ASCII.GetBytes(mechanisms), .. "SCRAM-SHA-256\0\0"u8]);
        await client.WriteAsync((byte[])[.. demand, .. tail], cancellation);
        byte[] header = new byte[5];
        await client.ReadExactlyAsync(header, cancellation);
        byte[] body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
        await client.ReadExactlyAsync(body, cancellation);
        string text = Encoding.ASCII.GetString(body);
        foreach (byte[] part in answer(text[(text.IndexOf("r=", StringComparison.Ordinal) + 2)..]))
        {
            await client.WriteAsync(part, cancellation);
            await client.FlushAsync(cancellation);
        }
        await client.CopyToAsync(Stream.Null, cancellation);
    }

    private static byte[] ServerFirst(string clientNonce, string iterations) => HostileScripts.Message(
        'R', [0, 0, 0, 11, .. Encoding.ASCII.GetBytes($"r={clientNonce}abcdefgh,s=QSXCR+Q6sek8bf92,{iterations}")]);

    /// <summary>Announces a long message, and sends as much of it as the client takes.</summary>
    private static async Task FillAsync(Stream client, char type, Action<long> count, CancellationToken cancellation, int length = 1_900_000_000)
    {
        byte[] header = new byte[5];
        header[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), length);
        await client.WriteAsync(header, cancellation);
        byte[] block = new byte[1 << 16];
        Array.Fill(block, (byte)'x');
        for (long sent = 0; sent < length; sent += block.Length)
        {
            await client.WriteAsync(block, cancellation);
            count(sent);
        }
        await client.CopyToAsync(Stream.Null, cancellation);
    }
}
