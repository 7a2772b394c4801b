using PgSsl.Sandbox;
using PgSsl.Server;

namespace PgSsl.Tests;

/// <summary>A session opens where psql connects, over the same transport, and fails for the same cause.</summary>
public sealed class PsqlAgreementTests
{
    private static readonly string[] Modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full", ""];
    private static readonly string[] Hosts = ["host=localhost", "host=127.0.0.1", "host=db1.example.com hostaddr=127.0.0.1", "hostaddr=127.0.0.1"];
    private static readonly string[] Roles = ["anyone", "unlisted"];

    public static TheoryData<int> Majors => SqlServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task Sessions_open_where_psql_connects(int major)
    {
        SqlServer tls = await SqlServer.GetAsync(major), plain = await SqlServer.GetWithoutTlsAsync(major);
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        string[] roots = [$"sslrootcert={tls.Files.Root}", $"sslrootcert={tls.Files.OtherRoot}", "sslrootcert=/nonexistent", ""];
        string[] conninfos =
        [
            .. from server in new[] { tls, plain }
               from host in Hosts
               from root in roots
               from mode in Modes
               from role in Roles
               select $"{host} port={server.Cluster.Port} user={role} dbname=postgres gssencmode=disable {root} " +
                   (mode == "" ? "" : $"sslmode={mode}"),
        ];

        IReadOnlyList<PsqlOutcome> theirs = await judge.ConnectAsync(conninfos);
        var disagreements = new List<string>();
        foreach ((string conninfo, PsqlOutcome their) in conninfos.Zip(theirs))
        {
            (string transport, PgSslException? failure) = await OpenAsync(conninfo);
            if (transport != their.Transport || (failure is not null && !Causes(their.Message).Contains(failure.Error)))
                disagreements.Add($"{conninfo}\n  we:   {transport} {failure?.Error} {failure?.Message}\n  psql: {their.Transport} {their.Message}");
        }
        Assert.True(
            disagreements.Count == 0,
            $"{disagreements.Count} of {conninfos.Length} differ from psql's:\n" + string.Join('\n', disagreements.Take(5)));
    }

    [Theory]
    [InlineData("*:*:*:*:{0}")]
    [InlineData("localhost:{1}:postgres:by_scram:{0}")]
    [InlineData("localhost:{1}:postgres:by_scram:{0}\r")]
    [InlineData("localhost:{1}:postgres:by_scram:{0}:more")]
    [InlineData("#localhost:{1}:postgres:by_scram:{0}")]
    [InlineData(" localhost:{1}:postgres:by_scram:{0}")]
    [InlineData("LOCALHOST:{1}:postgres:by_scram:{0}")]
    [InlineData("127.0.0.1:{1}:postgres:by_scram:{0}")]
    [InlineData("local\\host:{1}:postgres:by_scram:{0}")]
    [InlineData("local*:{1}:postgres:by_scram:{0}")]
    [InlineData("localhost:{1}:template1:by_scram:{0}")]
    [InlineData("localhost:{1}:postgres:by_scram:wrong\n*:*:*:*:{0}")]
    [InlineData("other:*:*:*:wrong\n\n*:*:*:*:{0}\n")]
    [InlineData("*:*:*:*:\n*:*:*:*:{0}")]
    [InlineData("*:*:*")]
    [InlineData("\uFEFF*:*:*:*:{0}")]
    public async Task The_password_file_is_read_as_libpq_reads_it(string lines)
    {
        SqlServer server = await SqlServer.GetAsync(15);
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        string path = Path.GetTempFileName();
        try
        {
            string escaped = SqlServer.Password.Replace("\\", "\\\\").Replace(":", "\\:");
            await File.WriteAllTextAsync(path, string.Format(null, lines, escaped, server.Cluster.Port));
            foreach (UnixFileMode mode in new[] { UnixFileMode.UserRead, UnixFileMode.UserRead | UnixFileMode.GroupRead })
            {
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(path, mode);
                string conninfo =
                    $"host=localhost port={server.Cluster.Port} user=by_scram dbname=postgres gssencmode=disable sslmode=require passfile={path}";
                PsqlOutcome their = Assert.Single(await judge.ConnectAsync([conninfo]));
                (string transport, PgSslException? failure) = await OpenAsync(conninfo);
                Assert.True(their.Transport == transport, $"{failure?.Message}\npsql: {their.Message}");
                Assert.True(failure is null || Causes(their.Message).Contains(failure.Error), $"{failure?.Message}\npsql: {their.Message}");
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<(string Transport, PgSslException? Failure)> OpenAsync(string conninfo)
    {
        try
        {
            await using IServerSession session = await Sessions.OpenAsync(conninfo);
            return (session.Transport == SessionTransport.Tls ? "tls" : "plaintext", null);
        }
        catch (PgSslException failure)
        {
            return ("none", failure);
        }
    }

    /// <summary>The errors that libpq's message can stand for: of several attempts it shows each, and we name one.</summary>
    private static HashSet<PgSslError> Causes(string message)
    {
        (string Text, PgSslError Error)[] causes =
        [
            ("certificate verify failed", PgSslError.UntrustedCertificate),
            ("does not match host name", PgSslError.HostNameMismatch),
            ("host name must be specified", PgSslError.HostNameMismatch),
            ("does not exist", PgSslError.FileNotFound),
            ("server does not support SSL", PgSslError.TlsNotOffered),
            ("no pg_hba.conf entry", PgSslError.ConnectionRejected),
            ("no password supplied", PgSslError.PasswordRequired),
            ("password authentication failed", PgSslError.AuthenticationFailed),
        ];
        return [.. causes.Where(cause => message.Contains(cause.Text)).Select(cause => cause.Error)];
    }
}
