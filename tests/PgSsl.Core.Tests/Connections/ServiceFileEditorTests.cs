using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

public sealed class ServiceFileEditorTests : IDisposable
{
    private const string Parameter = "sslrootcert";

    private static readonly Gen<string> Contents = Gen.Elements(
        "[s]", "[s] # mine", "[t]", "\n", "\r\n", "host=db1", "sslrootcert=/old", "sslrootcert=", "sslmode=verify-full", "# note", " ", "[",
        "ä", "\uFEFF", "nonsense", new string('#', 1000)).ListOf().Select(pieces => string.Concat(pieces));

    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("[s]\nsslrootcert=/old\nhost=a\n", "[s]\nsslrootcert=/new\nhost=a\n")]
    [InlineData("[s]\n\tsslrootcert=/old  \r\nhost=a\r\n", "[s]\n\tsslrootcert=/new  \r\nhost=a\r\n")]
    [InlineData("[s]\nsslrootcert=/first\nsslrootcert=/second\n", "[s]\nsslrootcert=/new\nsslrootcert=/second\n")]
    [InlineData("[s]\nhost=a\n\n# the other\n[t]\nsslrootcert=/t\n", "[s]\nhost=a\nsslrootcert=/new\n\n# the other\n[t]\nsslrootcert=/t\n")]
    [InlineData("[s]\r\nhost=a", "[s]\r\nhost=a\r\nsslrootcert=/new")]
    [InlineData("[s]", "[s]\nsslrootcert=/new")]
    [InlineData("[s]\n#sslrootcert=/old\n[t]\n", "[s]\nsslrootcert=/new\n#sslrootcert=/old\n[t]\n")]
    [InlineData("[t]\nhost=a\n[s]\nhost=b\n[s]\nhost=c\n", "[t]\nhost=a\n[s]\nhost=b\nsslrootcert=/new\n[s]\nhost=c\n")]
    [InlineData("", "[s]\nsslrootcert=/new\n")]
    [InlineData("# mine\n[t]\nhost=a\n", "# mine\n[t]\nhost=a\n\n[s]\nsslrootcert=/new\n")]
    [InlineData("[t]\r\nhost=a", "[t]\r\nhost=a\r\n\r\n[s]\r\nsslrootcert=/new\r\n")]
    [InlineData("[s]\nsslrootcert=/new\n", "[s]\nsslrootcert=/new\n")]
    public void Changes_one_value_and_keeps_every_other_byte(string before, string after) => Assert.Equal(after, Set(before, "/new"));

    [Fact]
    public void Bytes_that_are_no_UTF_8_stay() =>
        Assert.Equal(
            Encoding.Latin1.GetBytes("# \u00FC\n[s]\nsslrootcert=/new\n"),
            ServiceFileEditor.Set(Encoding.Latin1.GetBytes("# \u00FC\n[s]\nsslrootcert=/\u00FC\n"), "s", Parameter, "/new", "x"));

    [Theory]
    [InlineData("[s]\nnonsense\n", "2 is not name=value")]
    [InlineData("[s]\nbogus=1\n", "2 sets \"bogus\"")]
    [InlineData("[t]\n\0\n", "NUL")]
    public void A_file_that_libpq_refuses_is_left_alone(string content, string expected)
    {
        var refusal = Assert.Throws<PgSslException>(() => Set(content, "/new"));
        Assert.Equal(PgSslError.InvalidServiceFile, refusal.Error);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a\nhost=evil")]
    [InlineData("/a\r")]
    [InlineData("/a ")]
    [InlineData("/a\0b")]
    public void A_value_that_would_not_be_read_back_is_refused(string value) =>
        Assert.Equal(PgSslError.InvalidParameterValue, Assert.Throws<PgSslException>(() => Set("[s]\n", value)).Error);

    [Fact]
    public void A_line_longer_than_libpq_reads_is_refused()
    {
        Assert.Equal(PgSslError.InvalidParameterValue, Assert.Throws<PgSslException>(() => Set("[s]\n", new string('x', 1010))).Error);
        Assert.Contains("xxx", Set("[s]\n", new string('x', 1000)), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_file_is_refused_or_reads_the_same_but_for_the_new_value()
    {
        Gen<(string, string)> cases =
            from content in Contents
            from value in Gen.Elements("/new", "", "C:\\roots\\a b.crt", "=x", "/ä", " /x", "[x]")
            select (content, value);
        Prop.ForAll(cases.ToArbitrary(), item =>
        {
            (string content, string value) = item;
            string after;
            try
            {
                after = Set(content, value);
            }
            catch (PgSslException refusal)
            {
                Assert.Contains(refusal.Error, new[] { PgSslError.InvalidServiceFile, PgSslError.InvalidParameterValue });
                return;
            }
            Assert.Equal(new Dictionary<string, string>(Values(content, "s")) { [Parameter] = value }, Values(after, "s"));
            Assert.Equal(Values(content, "t"), Values(after, "t"));
            Assert.Equal(after, Set(after, value));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    /// <summary>Without a server: the value set is an sslmode that psql refuses, and so tells.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("[t]\r\nhost=a")]
    [InlineData("[s]\nhost=/nonexistent\n# end\n\n[t]\nsslmode=t\n")]
    [InlineData("# x\n[s] y\n  sslmode=first  \r\nsslmode=second\n[t]\nnonsense")]
    public void The_real_libpq_reads_what_was_set(string content)
    {
        byte[] changed = ServiceFileEditor.Set(Encoding.UTF8.GetBytes(content), "s", "sslmode", "of s", "x");
        _world.Write("home/.pg_service.conf", Encoding.UTF8.GetString(changed));
        Assert.Contains(
            "invalid sslmode value: \"of s\"", PsqlAgreementTests.RunPsql("host=/nonexistent service=s", _world), StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_is_found_where_libpq_reads_it()
    {
        string shared = _world.Write("etc/pg_service.conf", "[s]\n[both]\n");
        string own = Path.Combine(_world.Home, ".pg_service.conf");
        Assert.Equal(new(shared, DefinesService: true, IsShared: true), ServiceFileLocation.Find("s", _world.Environment));
        Assert.Equal(new(own, DefinesService: false, IsShared: false), ServiceFileLocation.Find("new", _world.Environment));

        _world.Write("home/.pg_service.conf", "[both]\n");
        Assert.Equal(new(own, DefinesService: true, IsShared: false), ServiceFileLocation.Find("both", _world.Environment));

        _world.Set("PGSERVICEFILE", "mine.conf");
        string mine = Path.Combine(_world.Root, "mine.conf");
        Assert.Equal(new(mine, DefinesService: false, IsShared: false), ServiceFileLocation.Find("new", _world.Environment));
        Assert.Equal(new(shared, DefinesService: true, IsShared: true), ServiceFileLocation.Find("both", _world.Environment));
    }

    [Fact]
    public void A_service_file_that_libpq_refuses_is_no_place_to_look_further()
    {
        _world.Write("home/.pg_service.conf", "[s]\nnonsense\n");
        Assert.Equal(PgSslError.InvalidServiceFile, Assert.Throws<PgSslException>(() => ServiceFileLocation.Find("s", _world.Environment)).Error);
    }

    private static string Set(string content, string value) =>
        Encoding.UTF8.GetString(ServiceFileEditor.Set(Encoding.UTF8.GetBytes(content), "s", Parameter, value, "/x/pg_service.conf"));

    /// <summary>What the reader of connections makes of a section; empty where it is missing, and where libpq would refuse it.</summary>
    private Dictionary<string, string> Values(string content, string service)
    {
        _world.Write("home/.pg_service.conf", content);
        try
        {
            return ServiceFile.ReadSection(service, _world.Environment).ToDictionary(pair => pair.Key, pair => pair.Value.Value);
        }
        catch (PgSslException)
        {
            return [];
        }
    }
}
