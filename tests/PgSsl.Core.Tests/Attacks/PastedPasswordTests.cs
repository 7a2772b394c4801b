using PgSsl.Connections;
using PgSsl.Tests.Connections;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// Whoever reads a transcript, a log or a screen wants the password that somebody pasted with a mistake around it: as an endpoint it is
/// refused, and nothing of it is repeated.
/// </summary>
[Fast]
public sealed class PastedPasswordTests
{
    [Theory]
    [InlineData("postgres://user@host:SECRET@db.example/d", "not encoded", "%40")]
    [InlineData("postgres://u:a@SECRET@h/d", "not encoded", "%40")]
    [InlineData("postgres://u:SECRET/x@h/d", "not encoded", "%2F")]
    [InlineData("postgresql://u:12/34SECRET@h/d", "not encoded", "%2F")]
    [InlineData("postgresql://u:SEC?RET@h/d", "not encoded", "%3F")]
    [InlineData("\"postgres://u:SECRET@h/d\"", "quotes", "Take them off")]
    [InlineData("'postgres://u:SECRET@h/d'", "quotes", "Take them off")]
    [InlineData("\u201Cpostgres://u:SECRET@h/d\u201D", "quotes", "Take them off")]
    [InlineData("psql 'postgresql://u:SECRET@h/d'", "command line", "only the connection")]
    [InlineData("pg_dump -d postgresql://u:SECRET@h/d", "command line", "only the connection")]
    [InlineData("DATABASE_URL=postgres://u:SECRET@h/d", "variable, DATABASE_URL", "behind the equals sign")]
    [InlineData("export DATABASE_URL='postgres://u:SECRET@h/d'", "variable, DATABASE_URL", "behind the equals sign")]
    [InlineData("$env:PG = \"postgres://u:SECRET@h/d\"", "variable, PG", "behind the equals sign")]
    [InlineData("//u:SECRET@h/d", "without its scheme", "postgresql://")]
    [InlineData("localhost:SECRET", "what is given as port", "host:port")]
    [InlineData("h:5432:SECRET", "\"h…\"", "host:port")]
    [InlineData("h/SECRET", "\"h…\"", "host:port")]
    [InlineData("-h db1 -W SECRET", "\"-h…\"", "host:port")]
    [InlineData("u:SECRET@h", "needs a URI", "postgresql://")]
    [InlineData("mysql'SECRET://h", "\"mysql…\"", "postgresql://")]
    public void Is_refused_with_what_it_is_and_without_the_password(string text, string says, string remedy)
    {
        PgSslException refusal = Assert.Throws<PgSslException>(() => PgEndpoint.Parse(text));
        Assert.Equal(PgSslError.InvalidEndpoint, refusal.Error);
        Assert.Contains(says, refusal.Message);
        Assert.Contains(remedy, refusal.Remedy);
        Assert.DoesNotContain("SEC", refusal.Message + refusal.Remedy + RefusedText.Show(text));
        Assert.DoesNotContain("RET", refusal.Message + refusal.Remedy + RefusedText.Show(text));
    }

    /// <summary>A port that is none is found later, and the endpoint is what the error is reported against.</summary>
    [Theory]
    [InlineData("postgres://h:SECRET/d")]
    [InlineData("postgres://a,b:SECRET/d")]
    public void A_port_that_is_no_number_is_not_shown(string text)
    {
        PgEndpoint endpoint = PgEndpoint.Parse(text);
        Assert.DoesNotContain("SECRET", endpoint.Text);
        using var world = new World();
        PgSslException refusal = Assert.Throws<PgSslException>(() => endpoint.Resolve(world.Environment));
        Assert.DoesNotContain("SECRET", refusal.Message + refusal.Remedy);
    }

    /// <summary>What is a URI by its look would be looked up as a name, or sent to the server, which logs it.</summary>
    [Theory]
    [InlineData("host=postgres://u:SECRET@h/d", "host")]
    [InlineData("host=u:SECRET@h", "host")]
    [InlineData("host=a,u:SECRET@h", "host")]
    [InlineData("postgres://u%3ASECRET%40h/d", "host")]
    [InlineData("postgres://u%3ASECRET%40h:SECRET/d", "port")]
    [InlineData("host=h dbname=postgres://u:SECRET@h/d", "dbname")]
    [InlineData("host=h dbname=postgres://h/d?password=SECRET", "dbname")]
    [InlineData("postgres://h/postgres://u:SECRET@x", "dbname")]
    [InlineData("host=h user=postgres://u:SECRET@h/d", "user")]
    [InlineData("service=postgres://u:SECRET@h/d", "service")]
    [InlineData("hostaddr=u:SECRET@h", "hostaddr")]
    [InlineData("host=h port=SECRET", "port")]
    [InlineData("host=h dbname='host=x password=SECRET'", "dbname")]
    [InlineData("host='h password=SECRET'", "host")]
    [InlineData("host=h user='u password=SECRET'", "user")]
    public void A_URI_in_the_place_of_a_value_is_neither_shown_nor_used(string text, string parameter)
    {
        PgEndpoint endpoint = PgEndpoint.Parse(text);
        using var world = new World();
        PgSslException refusal = Assert.Throws<PgSslException>(() => endpoint.Resolve(world.Environment).Hosts);
        Assert.Equal(PgSslError.InvalidParameterValue, refusal.Error);
        Assert.Contains(parameter, refusal.Message);
        Assert.DoesNotContain("SECRET", refusal.Message + refusal.Remedy + endpoint.Text);
        Assert.DoesNotContain("SECRET", PgEndpoint.FromParameters(endpoint.Parameters).Text);
    }

    [Theory]
    [InlineData("-c my.url=postgres://u:SECRET@h/d")]
    [InlineData("-c my.password=SECRET")]
    public void A_secret_in_a_value_that_the_server_must_have_is_sent_and_not_shown(string options)
    {
        PgEndpoint endpoint = PgEndpoint.Parse($"host=h options='{options}'");
        using var world = new World();
        ConnectionSettings settings = endpoint.Resolve(world.Environment);
        Assert.Equal(options, settings["options"]);
        Assert.DoesNotContain("SECRET", settings.Get("options").Value + endpoint.Text);
    }

    [Theory]
    [InlineData("postgres://h/my@db")]
    [InlineData("postgres://h:5432/d?user=me@corp")]
    [InlineData("postgres://u:p%40ss@h:5432/d")]
    [InlineData("postgres://u@[::1]:5432/d")]
    [InlineData("host=h options='-c x=postgres://y'")]
    [InlineData("host='h'")]
    [InlineData("dbname=postgres://h/d")]
    public void What_is_no_mistake_is_read_as_before(string text) => Assert.NotNull(PgEndpoint.Parse(text));

    [Theory]
    [InlineData("db1", "db1")]
    [InlineData("db1.example.com:5432", "db1.example.com:5432")]
    [InlineData("db1:none", "db1…")]
    [InlineData("[::1]:5432", "[::1]:5432")]
    [InlineData("'x", "…")]
    public void A_refused_text_is_shown_as_far_as_it_can_hold_no_password(string text, string shown) => Assert.Equal(shown, RefusedText.Show(text));
}
