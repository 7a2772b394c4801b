using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using PgSsl.Files;
using PgSsl.Poolers;
using PgSsl.Sandbox;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// A local user wants the password of PgBouncer's administrator, and answers where PgBouncer's console is expected. The user runs a real PgBouncer,
/// which knows the password: if it accepts the login, it was sent.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class PasswordAtPoolerTests : IDisposable
{
    private const string Password = "s3cret";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("md5")]
    [InlineData("scram-sha-256")]
    public async Task By_a_socket_in_the_directory_of_the_console(string type)
    {
        await using PgBouncer stranger = await StartAsync(type);
        AssertSocketRefused(Ini(stranger, "user = nobody\nauth_type = plain"), stranger.SocketPath);
    }

    [Fact]
    public async Task By_a_socket_of_a_PgBouncer_whose_account_nobody_knows()
    {
        await using PgBouncer stranger = await StartAsync("plain");
        AssertSocketRefused(Ini(stranger, "auth_type = plain"), stranger.SocketPath);
    }

    [Fact]
    public async Task By_a_link_to_a_socket()
    {
        await using PgBouncer stranger = await StartAsync("plain");
        string link = Path.Combine(_directory.Path, $".s.PGSQL.{stranger.Port}");
        Links.ToFile(link, stranger.SocketPath);
        AssertSocketRefused(Ini(stranger, $"user = nobody\nauth_type = plain\nunix_socket_dir = {_directory.Path}"), link);
    }

    /// <summary>The file is PgBouncer's; the program that listens is not.</summary>
    [Theory]
    [InlineData("plain")]
    [InlineData("md5")]
    [InlineData("scram-sha-256")]
    public async Task By_a_socket_whose_file_belongs_to_PgBouncer(string type)
    {
        await using PgBouncer stranger = await StartAsync(type);
        UnixAccount nobody = UnixAccount.Find("nobody")!;
        await HostileRunAsync("chown", nobody.UserId.ToString(CultureInfo.InvariantCulture), stranger.SocketPath);
        await AssertRefusedAsync(Ini(stranger, "user = nobody\nauth_type = plain"), PgSslError.UntrustedPeer, "postgres");
    }

    [Theory]
    [InlineData("plain", "127.0.0.1")]
    [InlineData("md5", "127.0.0.1")]
    [InlineData("scram-sha-256", "127.0.0.1")]
    [InlineData("plain", "*")]
    [InlineData("plain", "localhost")]
    public async Task By_listening_at_the_loopback_address_before_PgBouncer(string type, string address)
    {
        await using PgBouncer stranger = await StartAsync(type);
        PgBouncerIni ini = Ini(stranger, $"user = nobody\nauth_type = plain\nunix_socket_dir =\nlisten_addr = {address}");
        await AssertRefusedAsync(ini, PgSslError.UntrustedPeer, "127.0.0.1");
    }

    /// <summary>The account is the right one, and it asks in a weaker way than it is configured to.</summary>
    [Theory]
    [InlineData("plain", "auth_type = md5", "auth_type is md5")]
    [InlineData("plain", "", "auth_type is md5")]
    [InlineData("plain", "auth_type = SCRAM-SHA-256", "auth_type is scram-sha-256")]
    [InlineData("plain", "auth_type = hba", "auth_type is hba")]
    [InlineData("plain", "auth_type = trust", "auth_type is trust")]
    [InlineData("plain", "auth_type = cert", "auth_type is cert")]
    [InlineData("plain", "auth_type = something", "auth_type is something")]
    [InlineData("md5", "auth_type = scram-sha-256", "auth_type is scram-sha-256")]
    [InlineData("md5", "auth_type = any", "auth_type is any")]
    [InlineData("md5", "auth_type = plain", "auth_type is plain")]
    [InlineData("md5", "auth_type = md5\nauth_file = {scram}", "SCRAM secret")]
    [InlineData("md5", "auth_type = hba\nauth_file = {scram}", "SCRAM secret")]
    public async Task By_asking_for_less_than_a_hash(string type, string settings, string because)
    {
        await using PgBouncer bouncer = await StartAsync(type);
        string users = _directory.Write("users.txt", "\"guest\" \"x\"\n\"boss\"  \"SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy\"\n");
        string account = ServerAccount.Current!.Name;
        PgBouncerIni ini = Ini(bouncer, $"user = {account}\n{settings.Replace("{scram}", users, StringComparison.Ordinal)}");
        await AssertRefusedAsync(ini, PgSslError.UnacceptableAuthentication, because);
    }

    /// <summary>listen_port is the socket's, too; and what is configured is answered.</summary>
    [Theory]
    [InlineData("plain", "auth_type = plain", true)]
    [InlineData("plain", "auth_type = pam", true)]
    [InlineData("md5", "", true)]
    [InlineData("md5", "auth_type = hba", true)]
    [InlineData("scram-sha-256", "auth_type = md5", true)]
    [InlineData("plain", "auth_type = plain\nunix_socket_dir =\nlisten_addr = 127.0.0.1", false)]
    [InlineData("md5", "auth_type = md5\nunix_socket_dir =\nlisten_addr = *", false)]
    public async Task PgBouncer_itself_gets_its_administrator_s_password(string type, string settings, bool isSocket)
    {
        await using PgBouncer bouncer = await StartAsync(type);
        PgBouncerConsole console = Console(Ini(bouncer, $"user = {ServerAccount.Current!.Name}\n{settings}"));
        Assert.Equal(isSocket, console.Means.Contains(bouncer.SocketPath));
        await console.ReloadAsync(Token);
    }

    /// <summary>Elsewhere than on Linux nobody knows who listens at a port. Then passwords can be tried on the answer, but only slowly.</summary>
    [Theory]
    [InlineData(true, 1, true)]
    [InlineData(false, 1, false)]
    [InlineData(false, 4095, false)]
    [InlineData(false, 4096, true)]
    public async Task By_a_demand_for_an_answer_that_is_guessed_fast(bool isKnown, int rounds, bool isAnswered)
    {
        var sent = new List<string>();
        var rules = ConsoleRules.Of(PgBouncerIni.Read("x.ini", _ => "[pgbouncer]\n"u8.ToArray()), "boss");
        var login = new ConsoleLogin("boss", () => Password, rules, () => isKnown);

        var end = await Assert.ThrowsAsync<PgSslException>(() => login.AnswerAsync(
            _ => Task.FromResult(('R', (byte[])(sent.Count switch
            {
                0 => [0, 0, 0, 10, .. "SCRAM-SHA-256\0\0"u8],
                1 => [0, 0, 0, 11, .. Encoding.UTF8.GetBytes($"r={sent[0].Split("r=")[1]}x,s=c2FsdA==,i={rounds}")],
                _ => [0, 0, 0, 12, .. "v=c3RyYW5nZXI="u8],
            }))),
            (_, body) =>
            {
                sent.Add(Encoding.UTF8.GetString(body));
                return Task.CompletedTask;
            }));

        Assert.Equal((isAnswered ? PgSslError.AuthenticationFailed : PgSslError.ProtocolViolation, isAnswered ? 2 : 1), (end.Error, sent.Count));
    }

    private static async Task<PgBouncer> StartAsync(string type)
    {
        Assert.SkipWhen(ServerAccount.Current is null, "Only root can be attacked by another account.");
        PgBouncer.Find().OrSkip(Assert.Skip);
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "behind poolers")).OrSkip(Assert.Skip);
        return await PgBouncer.StartAsync(
            cluster, null, settings: new Dictionary<string, string> { ["auth_type"] = type, ["admin_users"] = "boss" },
            users: $"\"boss\" \"{Password}\"\n");
    }

    /// <summary>Root's pgbouncer.ini, which leads to where the stranger is.</summary>
    private PgBouncerIni Ini(PgBouncer stranger, string settings)
    {
        string path = _directory.Write("pgbouncer.ini", $"""
            [pgbouncer]
            unix_socket_dir = {Path.GetDirectoryName(stranger.SocketPath)}
            listen_port = {stranger.Port}
            {settings}
            """);
        return PgBouncerIni.Read(path);
    }

    private static PgBouncerConsole Console(PgBouncerIni ini) => PgBouncerConsole.Of(ini, "boss", () => Password, Timeout);

    private static void AssertSocketRefused(PgBouncerIni ini, string socket)
    {
        var refusal = Assert.Throws<PgSslException>(() => Console(ini));
        Assert.Equal(PgSslError.UntrustedPeer, refusal.Error);
        Assert.Contains($"{socket} belongs to {ServerAccount.Current!.Name}", refusal.Message);
    }

    private static async Task AssertRefusedAsync(PgBouncerIni ini, PgSslError error, string because)
    {
        var refusal = await Assert.ThrowsAsync<PgSslException>(() => Console(ini).ReloadAsync(Token));
        Assert.True(refusal.Error == error, refusal.ToString());
        Assert.Contains(because, refusal.Message);
        Assert.DoesNotContain(Password, refusal.ToString());
    }

    private static async Task HostileRunAsync(string program, params string[] arguments)
    {
        ProcessResult result = await ProcessRunner.RunAsync(program, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
