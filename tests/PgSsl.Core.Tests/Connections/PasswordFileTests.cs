using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

/// <summary>The rules of libpq's passwordFromFile; PgSsl.Npgsql.Tests has psql read the same files.</summary>
[Fast]
public sealed class PasswordFileTests : IDisposable
{
    private static readonly string[] Wanted = ["db1", "5432", "app", "alice"];

    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("db1:5432:app:alice:secret", "secret")]
    [InlineData("*:*:*:*:secret", "secret")]
    [InlineData("db1:*:app:*:se\\:cr\\\\et", "se:cr\\et")]
    [InlineData("db1:5432:app:alice:secret:comment", "secret")]
    [InlineData("db1:5432:app:alice:", "")]
    [InlineData("d\\b1:5432:app:alice:secret", "secret")]
    [InlineData("db1:5432:app:alice:secret\\", "secret\\")]
    [InlineData("#db1:5432:app:alice:secret", null)]
    [InlineData("db11:5432:app:alice:secret", null)]
    [InlineData("db:5432:app:alice:secret", null)]
    [InlineData("DB1:5432:app:alice:secret", null)]
    [InlineData("db*:5432:app:alice:secret", null)]
    [InlineData("db1:5432:app:alice", null)]
    [InlineData("db1:5432:app:alice\\", null)]
    [InlineData("", null)]
    public void A_line_matches_as_libpq_matches_it(string line, string? password) =>
        Assert.Equal(password, PasswordFile.PasswordIn(line, Wanted));

    [Theory]
    [InlineData("host=db1", "db1:5432:app:alice:one")]
    [InlineData("hostaddr=192.0.2.1", "192.0.2.1:5432:app:alice:one")]
    [InlineData("host=db1 hostaddr=192.0.2.1", "192.0.2.1:*:*:*:other\ndb1:5432:app:alice:one")]
    [InlineData("host=/var/run/postgresql", "localhost:5432:app:alice:one")]
    [InlineData("host=/tmp", "localhost:*:*:*:other\n/tmp:5432:app:alice:one")]
    public void A_host_is_looked_for_by_its_name(string conninfo, string lines)
    {
        WritePrivate("home/.pgpass", lines);
        ConnectionSettings settings = _world.Resolve($"{conninfo} dbname=app");
        Assert.Equal("one", PasswordFile.Find(settings, settings.Hosts[0], out string? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void A_file_that_others_may_use_is_ignored_and_says_so()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "libpq checks no modes on Windows.");
        string path = WritePrivate("home/.pgpass", "*:*:*:*:secret");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        ConnectionSettings settings = _world.Resolve("host=db1");
        Assert.Null(PasswordFile.Find(settings, settings.Hosts[0], out string? problem));
        Assert.Contains("has mode 0440", problem);

        ConnectionSettings directory = _world.Resolve($"host=db1 passfile={_world.Etc}");
        Assert.Null(PasswordFile.Find(directory, directory.Hosts[0], out problem));
        Assert.Contains("not a regular file", problem);
    }

    private string WritePrivate(string path, string content)
    {
        string full = _world.Write(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return full;
    }
}
