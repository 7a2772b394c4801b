using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections;
using PgSsl.Connections.Formats;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Connections.Formats;

/// <summary>Sections of a service file, as our reader and libpq read them.</summary>
public class ServiceFormatTests
{
    [Theory]
    [InlineData("db1:6432", "[db1]\nhost=db1\nport=6432")]
    [InlineData(
        "host=db1 sslmode=verify-full sslrootcert='/etc/my roots.pem'", "[db1]\nhost=db1\nsslmode=verify-full\nsslrootcert=/etc/my roots.pem")]
    [InlineData("hostaddr=10.0.0.1", "[10.0.0.1]\nhostaddr=10.0.0.1")]
    public void A_section_is_named_after_the_host(string endpoint, string expected) => Assert.Equal(expected, Write.Text("Service", endpoint));

    [Fact]
    public void A_section_has_the_name_it_is_given() =>
        Assert.StartsWith("[orders]\n", Write.As("Service", "db1", options: new() { ServiceName = "orders" }).Text);

    [Theory]
    [InlineData("a]b")]
    [InlineData("a\nb")]
    [InlineData("")]
    public void A_name_that_no_section_can_have_is_refused(string name) =>
        Assert.Equal(PgSslError.InvalidParameterValue, Write.Refusal("Service", "db1", new() { ServiceName = name }).Error);

    [Theory]
    [InlineData("host=db1 application_name='a\nb'", "line break")]
    [InlineData("host=db1 application_name='a '", "blanks at the end")]
    [InlineData("host=db1 application_name='a\r'", "blanks at the end")]
    public void What_a_line_cannot_hold_is_left_out_and_told(string endpoint, string why)
    {
        FormattedConnection written = Write.As("Service", endpoint);

        Assert.Equal("[db1]\nhost=db1", written.Text);
        Assert.Contains($"application_name is left out: ", Assert.Single(written.Warnings));
        Assert.Contains(why, written.Warnings[0]);
    }

    [Fact]
    public void The_longest_line_that_libpq_reads_is_written_and_none_longer()
    {
        string fits = new('ä', (1020 - "options=".Length) / 2);

        Assert.Contains(fits, Write.Text("Service", $"host=db1 options={fits}"));
        Assert.Contains("1022 bytes", Write.Warning("Service", $"host=db1 options={fits}aa"));
    }

    [Fact]
    public void What_is_written_reads_the_same()
    {
        using var world = new World();
        Prop.ForAll(AnyConnection.Usable, connection =>
        {
            FormattedConnection written = ConnectionStringFormats.Get("Service").Write(connection);
            world.Write("home/.pg_service.conf", written.Text);
            Dictionary<string, string> read = world.Resolve("service=any").All
                .Where(setting => setting.Source == SettingSource.ServiceFile).ToDictionary(setting => setting.Name, setting => setting.Raw!);
            AssertAllButTheWarnedOf(connection, written.Warnings, read);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    /// <summary>libpq's answer shows what it read: the name of a database that does not exist.</summary>
    [Fact]
    public async Task What_is_written_reads_the_same_to_libpq()
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(15, "plain")).OrSkip(Assert.Skip);
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        using var world = new World();
        string[] names = [.. AnyConnection.Text.Sample(60, 12).Distinct().Where(IsDatabaseName)];
        PsqlAttempt[] attempts = [.. names.Select((name, i) => Attempt(cluster, world, name, i))];

        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync(attempts);

        Assert.True(names.Length > 10);
        Assert.All(outcomes.Zip(names), pair => Assert.Contains($"database \"{pair.Second}\" does not exist", pair.First.Message));
    }

    private static PsqlAttempt Attempt(PostgresCluster cluster, World world, string database, int number)
    {
        var endpoint = PgEndpoint.FromParameters(new Dictionary<string, string>
        {
            ["host"] = cluster.Host, ["port"] = $"{cluster.Port}", ["user"] = "postgres", ["dbname"] = database,
        });
        FormattedConnection written = ConnectionStringWriter.Write(
            endpoint, ConnectionStringFormats.Get("Service"), world.Environment, new() { ServiceName = "the service" });
        Assert.Empty(written.Warnings);
        return new("service='the service'", new Dictionary<string, string?> { ["PGSERVICEFILE"] = world.Write($"service{number}", written.Text) });
    }

    /// <summary>The server cuts names, and shows control characters in ways of its own.</summary>
    private static bool IsDatabaseName(string text) =>
        text.Length > 0 && !text.Any(char.IsControl) && text.Trim() == text && System.Text.Encoding.UTF8.GetByteCount(text) < 64;

    internal static void AssertAllButTheWarnedOf(
        WrittenConnection connection, IReadOnlyList<string> warnings, IReadOnlyDictionary<string, string> read)
    {
        foreach ((string name, string value) in connection.Parameters)
        {
            bool isWarned = warnings.Any(warning => warning.StartsWith($"{name} is left out: ", StringComparison.Ordinal));
            Assert.Equal(isWarned ? null : value, read.GetValueOrDefault(name));
        }
        Assert.True(read.Count <= connection.Parameters.Count);
    }
}
