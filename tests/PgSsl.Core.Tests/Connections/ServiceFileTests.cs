using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public sealed class ServiceFileTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Reads_one_section_and_ignores_comments_and_blanks()
    {
        Personal(
            "# all of it\n[other]\nhost=wrong\n\n  [billing] anything\n\t# here too\n  host=db1 \r\nhost=later\n[more]\nnonsense\n");
        ConnectionSettings settings = _world.Resolve("service=billing");
        Assert.Equal("db1", settings["host"]);
        Assert.EndsWith(".pg_service.conf:7", settings.Get("host").Origin);
    }

    [Theory]
    [InlineData("host=db1\nno equals", "3 is not name=value")]
    [InlineData("host = db1", "2 sets \"host \"")]
    [InlineData("requiressl=1", "2 sets \"requiressl\"")]
    [InlineData("service=other", "2 names another service")]
    [InlineData("ldap://ldap.example/dc=x?description?one?(cn=y)", "LDAP")]
    [InlineData("host=\0", "NUL")]
    public void Refuses_a_line_of_the_section_by_file_and_line(string lines, string fragment)
    {
        string path = Personal($"[billing]\n{lines}\n");
        PgSslException refusal = _world.Refuse("service=billing");
        Assert.Equal(PgSslError.InvalidServiceFile, refusal.Error);
        Assert.Contains(path, refusal.Message);
        Assert.Contains(fragment, refusal.Message);
    }

    [Theory]
    [InlineData(1022, "\n", false)]
    [InlineData(1021, "\n", true)]
    [InlineData(1022, "", true)]
    [InlineData(1023, "", false)]
    public void A_line_may_have_1022_bytes_with_its_newline(int length, string newline, bool accepted)
    {
        string comment = "#" + new string('x', length - 1);
        Personal(newline.Length > 0 ? $"{comment}{newline}[billing]\nhost=db1\n" : $"[billing]\nhost=db1\n{comment}");
        Exception? refusal = Record.Exception(() => _world.Resolve("service=billing"));
        Assert.Equal(accepted, refusal is null);
    }

    [Fact]
    public void PGSERVICEFILE_goes_before_the_file_at_home()
    {
        Personal("[billing]\nhost=home\n");
        _world.Write("named.conf", "[billing]\nhost=named\n");
        Assert.Equal("named", _world.Set("PGSERVICEFILE", "named.conf").Resolve("service=billing")["host"]);
    }

    [Fact]
    public void The_system_wide_file_is_asked_last()
    {
        Personal("[other]\nhost=home\n");
        _world.Write("etc/pg_service.conf", "[billing]\nhost=etc\n");
        Assert.Equal("etc", _world.Resolve("service=billing")["host"]);
    }

    [Fact]
    public void PGSYSCONFDIR_moves_the_system_wide_file()
    {
        _world.Write("etc/pg_service.conf", "[billing]\nhost=etc\n");
        _world.Write("elsewhere/pg_service.conf", "[billing]\nhost=elsewhere\n");
        _world.Set("PGSYSCONFDIR", Path.Combine(_world.Root, "elsewhere"));
        Assert.Equal("elsewhere", _world.Resolve("service=billing")["host"]);
    }

    [Fact]
    public void On_Windows_the_file_is_in_AppData()
    {
        _world.Write("AppData/postgresql/.pg_service.conf", "[billing]\nhost=roaming\n");
        Assert.Equal("roaming", PgEndpoint.Parse("service=billing").Resolve(_world.Windows)["host"]);
    }

    [Fact]
    public void A_service_that_is_nowhere_is_refused_with_the_files_searched()
    {
        string path = Personal("[other]\n");
        PgSslException refusal = _world.Refuse("service=billing");
        Assert.Equal(PgSslError.ServiceNotFound, refusal.Error);
        Assert.Contains(path, refusal.Message);
    }

    [Theory]
    [InlineData("nowhere.conf")]
    [InlineData("")]
    public void A_PGSERVICEFILE_that_is_not_there_is_refused(string path) =>
        Assert.Equal(PgSslError.FileNotFound, _world.Set("PGSERVICEFILE", path).Refuse("service=billing").Error);

    [Fact]
    public void A_directory_in_place_of_the_file_is_refused() =>
        Assert.Equal(PgSslError.FileUnreadable, _world.Set("PGSERVICEFILE", _world.Home).Refuse("service=billing").Error);

    [Fact]
    public void Service_values_are_checked_and_named_by_file_and_line()
    {
        string path = Personal("[billing]\nsslmode=Require\n");
        Assert.Contains($"sslmode=\"Require\" (service file {path}:2)", _world.Refuse("service=billing").Message);
    }

    private string Personal(string content) => _world.Write("home/.pg_service.conf", content);
}
