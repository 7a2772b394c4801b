using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>
/// What surprises people about pg_hba.conf, in little files. All of them go to the servers as well, oldest and newest, so that nobody has
/// to believe us.
/// </summary>
[Collection(HbaViewServer.Collection)]
public class HbaFactTests
{
    private static HbaDocument Read(string text, HbaDialect? dialect = null) => new HbaFileSet(text).Read(dialect);

    private static HbaRecord Record(string text) => Assert.Single(Read(text).Records).Record!;

    private static string[] Words(HbaName[] names) => [.. names.Select(name => name.Text)];

    [Fact]
    public void A_wrong_clientcert_blocks_the_reload_and_the_view_does_not_say_so()
    {
        HbaDocument document = Read("hostssl all all all scram-sha-256 clientcert=1\n", new HbaDialect { SslIsOn = true });

        HbaEntry refused = Assert.Single(document.Refused);
        Assert.Equal("invalid value for clientcert: \"1\"", refused.Error);
        Assert.Equal(1, refused.Number);
        Assert.False(document.IsLoadable);
    }

    [Fact]
    public void Hostssl_while_TLS_is_off_has_an_error_and_is_loaded_all_the_same()
    {
        HbaDocument document = Read("hostssl all all all trust\n", new HbaDialect { SslIsOn = false });

        Assert.NotNull(Assert.Single(document.Records).Error);
        Assert.True(document.IsLoadable);
    }

    [Fact]
    public void Hostnossl_concerns_connections_that_GSSAPI_encrypts() =>
        Assert.True(Record("hostnossl all all all reject\n").Type.Admits(HbaTransport.Gss));

    [Fact]
    public void A_comment_that_ends_in_a_backslash_swallows_the_next_line()
    {
        HbaDocument document = Read("# harmless \\\nlocal all all trust\nlocal all all peer\n");

        Assert.Equal("peer", Assert.Single(document.Records).Record!.Method);
        Assert.Equal(1, Assert.Single(document.SwallowingComments).Number);
    }

    [Fact]
    public void Continued_lines_are_glued_without_a_blank()
    {
        Assert.Equal("invalid connection type \"localall\"", Assert.Single(Read("local\\\nall all trust\n").Refused).Error);
        Assert.Equal("trust", Record("lo\\\ncal all all tru\\\r\nst\n").Method);
    }

    [Fact]
    public void A_byte_order_mark_is_a_part_of_the_first_word() =>
        Assert.Contains("byte order mark", Assert.Single(Read("\u00EF\u00BB\u00BFlocal all all trust\n").Refused).Error, StringComparison.Ordinal);

    [Fact]
    public void A_blank_before_a_comma_ends_the_field_and_one_behind_it_does_not()
    {
        Assert.Equal(["db1", "db2"], Words(Record("local db1, db2 all trust\n").Databases));
        Assert.Equal(["db1", "db2"], Words(Record("local db1,,db2 all trust\n").Databases));

        HbaRecord apart = Record("local db1 ,db2 trust\n");
        Assert.Equal(["db1"], Words(apart.Databases));
        Assert.Equal(["db2"], Words(apart.Users));
    }

    [Fact]
    public void A_word_is_no_keyword_only_if_it_starts_with_a_quote()
    {
        HbaRecord record = Record("local a\"ll\" \"all\" trust\n");

        Assert.Equal(HbaNameKind.All, record.Databases[0].Kind);
        Assert.Equal(HbaNameKind.Literal, record.Users[0].Kind);
    }

    [Fact]
    public void Types_methods_and_options_are_in_lower_case() =>
        Assert.Equal(3, Read("HOST all all all trust\nlocal all all MD5\nlocal all all peer MAP=x\n").Refused.Count());

    /// <summary>All files above and some more, before the oldest and the newest server.</summary>
    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task The_server_says_the_same(int major)
    {
        await using HbaViewServer server = (await HbaViewServer.OpenAsync(major, hasTls: false)).OrSkip(Assert.Skip);
        string[] texts =
        [
            "hostssl all all all trust\n", "hostnossl all all all reject\n", "# harmless \\\nlocal all all trust\nlocal all all peer\n",
            "local\\\nall all trust\n", "lo\\\ncal all all tru\\\r\nst\n", "\u00EF\u00BB\u00BFlocal all all trust\n", "local db1, db2 all trust\n",
            "local db1 ,db2 trust\n", "local a\"ll\" \"all\" trust\n", "HOST all all all trust\nlocal all all MD5\nlocal all all peer MAP=x\n",
            "host all all 10.1.2.3/8 md5\nhost all all 127.1 255.0 md5\nhost all all 10.0.0.1 md5\nhost all all ::ffff:0:1.2.3.4/128 md5\n", "", "\\",
        ];
        foreach (string text in texts)
        {
            server.Put(new HbaFileSet(text));
            Assert.Equal(HbaView.RowsOf(server.Read()), await server.RowsAsync());
        }
    }

    [Fact]
    public async Task The_server_says_the_same_where_TLS_is_on()
    {
        await using HbaViewServer server = (await HbaViewServer.OpenAsync(15, hasTls: true)).OrSkip(Assert.Skip);
        server.Put(new HbaFileSet("hostssl all all all cert clientname=foo\nhostssl all all all cert\nhostssl all all all md5 clientcert=1\n"));

        Assert.Equal(HbaView.RowsOf(server.Read()), await server.RowsAsync());
    }
}
