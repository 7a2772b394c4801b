using PgSsl.Connections;
using PgSsl.Connections.Dialects;

namespace PgSsl.Tests.Connections.Dialects;

/// <summary>Connection strings as applications have them: whose they are, and what they mean in libpq's words.</summary>
[Fast]
public class ApplicationEndpointTests
{
    [Theory]
    [InlineData("Host=db1;Port=5433;Username=app;SSL Mode=VerifyFull;Root Certificate=/ca.crt",
        "host=db1 port=5433 user=app sslmode=verify-full sslrootcert=/ca.crt")]
    [InlineData("Server=srv.postgres.database.azure.com;Database=db;Port=5432;User Id=app@srv;Ssl Mode=Require;",
        "host=srv.postgres.database.azure.com dbname=db port=5432 user=app@srv sslmode=require")]
    [InlineData("server=db1; userid=u; sslmode=3; trust server certificate=true", "host=db1 user=u sslmode=require")]
    [InlineData("Host=\"db1\";Application Name='it''s'", @"host=db1 application_name='it\'s'")]
    [InlineData("Host=a:5433,b,[::1]:5434;Port=6000", "host=a,b,::1 port=5433,6000,5434")]
    [InlineData("Host=/run/postgresql;Username=app", "host=/run/postgresql user=app")]
    [InlineData("Server=db1", "host=db1")]
    [InlineData("User ID=app;Host=db1", "user=app host=db1")]
    [InlineData("Host=db1;Username=app;UID=", "host=db1")]
    [InlineData("Host=db1;Root Certificate=system;SSL Mode=Require", "host=db1 sslrootcert=./system sslmode=require")]
    public void Npgsql(string text, string expected) => AssertReads("npgsql", text, expected);

    [Theory]
    [InlineData("jdbc:postgresql://db1:5433/orders?sslmode=verify-full&user=app", "host=db1 port=5433 dbname=orders sslmode=verify-full user=app")]
    [InlineData("jdbc:postgresql://a,b:5433/db?ssl=true", "host=a,b port=,5433 dbname=db sslmode=verify-full")]
    [InlineData("jdbc:postgresql://[::1]:5433/db?ssl", "host=::1 port=5433 dbname=db sslmode=verify-full")]
    [InlineData("jdbc:postgresql:orders?ssl=true&sslmode=require", "dbname=orders sslmode=require host=localhost")]
    [InlineData("jdbc:postgresql:///?user=a%20b+c", "user='a b c' host=localhost")]
    [InlineData("jdbc:postgresql://db1/db?ssl=false&prepareThreshold=0", "host=db1 dbname=db")]
    [InlineData("jdbc:postgresql://db1/db?sslmode=VERIFY-CA&sslfactory=org.postgresql.ssl.NonValidatingFactory",
        "host=db1 dbname=db sslmode=verify-ca")]
    public void Jdbc(string text, string expected) => AssertReads("pgjdbc", text, expected);

    [Theory]
    [InlineData("postgres://app@db1/orders?ssl=1", "user=app host=db1 dbname=orders sslmode=verify-full")]
    [InlineData("postgres://app@db1/orders?ssl=no-verify", "user=app host=db1 dbname=orders sslmode=require")]
    [InlineData("postgres://app@db1/orders?sslmode=no-verify", "user=app host=db1 dbname=orders sslmode=require")]
    [InlineData("postgres://app@db1/orders?sslmode=prefer&uselibpqcompat=true", "user=app host=db1 dbname=orders sslmode=prefer")]
    [InlineData("postgres://app@db1/orders?ssl=0", "user=app host=db1 dbname=orders sslmode=disable")]
    [InlineData("postgres://app@db1/orders?query_timeout=5", "user=app host=db1 dbname=orders")]
    public void Node_postgres(string text, string expected) => AssertReads("node-postgres", text, expected);

    [Theory]
    [InlineData("postgresql://app@db1:5433/orders?schema=public&sslmode=require&sslaccept=strict&sslcert=../ca.pem",
        "user=app host=db1 port=5433 dbname=orders sslmode=require sslrootcert=../ca.pem connect_timeout=5")]
    [InlineData("postgresql://app@db1/orders?pgbouncer=true&sslmode=verify-full",
        "user=app host=db1 dbname=orders sslmode=prefer connect_timeout=5")]
    public void Prisma(string text, string expected) => AssertReads("prisma", text, expected);

    [Theory]
    [InlineData("postgresql+psycopg2://app@db1:5433/orders?sslmode=verify-full&sslrootcert=system", "libpq",
        "user=app host=db1 port=5433 dbname=orders sslmode=verify-full sslrootcert=system")]
    [InlineData("postgresql+psycopg://app@/orders?host=a:5433&host=b", "libpq", "user=app dbname=orders host=a,b port=5433,")]
    [InlineData("postgresql+asyncpg://app@db1/orders?ssl=verify-full", "asyncpg", "user=app host=db1 dbname=orders sslmode=verify-full")]
    [InlineData("postgresql+pg8000://app@db1/orders", "pg8000", "user=app host=db1 dbname=orders")]
    [InlineData("postgis://app@db1/orders", "libpq", "user=app host=db1 dbname=orders")]
    public void SqlAlchemy_and_Django(string text, string client, string expected) => AssertReads(client, text, expected);

    [Theory]
    [InlineData("postgres://app@db1/orders?sslmode=verify-ca&pool_max_conns=10", "user=app host=db1 dbname=orders sslmode=verify-ca")]
    public void Pgx(string text, string expected) => AssertReads("pgx", text, expected);

    [Theory]
    [InlineData("db1")]
    [InlineData("host=db1 sslmode=verify-full")]
    [InlineData("host='a;Port=1'")]
    [InlineData("options='-c a=b;host=c'")]
    [InlineData("postgresql://app:x@db1/orders?sslmode=require")]
    [InlineData("postgres://app@db1/orders?ssl=true")]
    [InlineData("host=db1")]
    public void What_libpq_takes_is_libpqs(string text) => Assert.Null(ApplicationEndpoint.Parse(text).Application);

    [Theory]
    [InlineData("postgresql://db1/orders?sslmod=require")]
    [InlineData("Hots=db1")]
    [InlineData("mysql://db1/orders")]
    public void What_nobody_takes_is_refused_as_by_libpq(string text) =>
        Assert.Equal(
            Assert.Throws<PgSslException>(() => PgEndpoint.Parse(text)).Message,
            Assert.Throws<PgSslException>(() => ApplicationEndpoint.Parse(text)).Message);

    [Theory]
    [InlineData("Host=db1;SSL Mode=Full", "Npgsql has no SSL Mode \"Full\".")]
    [InlineData("Port=5432;Username=app", "Npgsql needs a Host")]
    [InlineData("jdbc:postgresql://db1/db?sslmode=full", "pgjdbc has no sslmode \"full\".")]
    [InlineData("postgresql+asyncpg://db1/db?sslmode=require", "asyncpg has no connection parameter \"sslmode\".")]
    [InlineData("postgresql+pg8000://db1/db?sslmode=require", "pg8000 has no connection parameter \"sslmode\".")]
    [InlineData("postgresql+psycopg2://db1/db?sslmod=require", "psycopg has no connection parameter \"sslmod\".")]
    public void What_the_driver_refuses_is_kept_as_its_refusal(string text, string message) =>
        Assert.StartsWith(message, ApplicationEndpoint.Parse(text).Application!.Refusal!.Message);

    [Theory]
    [InlineData("Host=db1;Password=geheim;Username=app", "Host=db1;Password=********;Username=app")]
    [InlineData("Server=db1;User Id=a;PWD=\"ge;heim\"", "Server=db1;User Id=a;PWD=********")]
    [InlineData(
        "jdbc:postgresql://db1/db?user=a&password=geheim&sslpassword=geheim",
        "jdbc:postgresql://db1/db?user=a&password=********&sslpassword=********")]
    [InlineData("Host=db1;Password=a;geheim;Port=1", "Host=db1;Password=****************")]
    [InlineData("postgres://db1/db?ssl=1&password=a&geheim", "postgres://db1/db?ssl=1&password=****************")]
    [InlineData("postgres://db1/db?ssl=1&password=a#geheim", "postgres://db1/db?ssl=1&password=****************")]
    [InlineData("jdbc:postgresql://db1/db?user=a&password=a#geheim", "jdbc:postgresql://db1/db?user=a&password=********")]
    [InlineData("postgresql+asyncpg://a:geheim@db1/db", "postgresql+asyncpg://a:********@db1/db")]
    [InlineData("postgres://a:geheim@db1/db?ssl=1", "postgres://a:********@db1/db?ssl=1")]
    [InlineData(
        "postgres://db1/db?ssl=1&sslpassword=geheim&access_token=geheim",
        "postgres://db1/db?ssl=1&sslpassword=********&access_token=********")]
    public void Secrets_are_masked(string text, string shown)
    {
        PgEndpoint endpoint = ApplicationEndpoint.Parse(text);

        Assert.Equal(shown, endpoint.Text);
        Assert.DoesNotContain("geheim", endpoint.Application!.SslWords);
        Assert.DoesNotContain("geheim", endpoint.At(endpoint.Resolve(Plain).Hosts[0]).Text);
    }

    [Theory]
    [InlineData("jdbc:postgresql://a:ge@heim@db1/db")]
    [InlineData("postgresql+psycopg2://a:ge/heim@db1/db")]
    [InlineData("postgres://a:a#geheim@db1/db?ssl=no-verify")]
    [InlineData("jdbc:postgresql://a:a#geheim@db1/db")]
    [InlineData("jdbc:postgresql://a:a?geheim@db1/db")]
    [InlineData("Host=db1;Password=\"geheim")]
    [InlineData("Data Source=db1;Password=a;geheim;User=a")]
    public void A_password_that_cannot_be_told_is_not_repeated(string text)
    {
        PgSslException failure = Assert.Throws<PgSslException>(() => ApplicationEndpoint.Parse(text));

        Assert.DoesNotContain("heim", $"{failure.Message} {failure.Remedy}");
    }

    [Fact]
    public void What_stands_behind_a_password_is_no_name_to_show() =>
        Assert.StartsWith(
            "Npgsql has no keyword \"********\".",
            ApplicationEndpoint.Parse("Host=db1;Port=1;Password=a;geheim;SSL Mode=Require").Application!.Refusal!.Message);

    [Fact]
    public void A_driver_sees_only_the_variables_that_it_reads()
    {
        using World world = new World().Set("PGSSLMODE", "verify-full").Set("PGUSER", "bob").Set("PGHOST", "other");

        ConnectionSettings npgsql = ApplicationEndpoint.Parse("Server=db1").Resolve(world.Environment);

        Assert.Equal((SslMode.Prefer, "bob", "db1"), (npgsql.SslMode, npgsql.UserName, npgsql["host"]));
        Assert.Equal(SslMode.VerifyFull, ApplicationEndpoint.Parse("postgres://db1/d?query_timeout=1").Resolve(world.Environment).SslMode);
        world.Set("PGSSLMODE", "");
        Assert.Equal("bob", ApplicationEndpoint.Parse("jdbc:postgresql://db1/d?user=bob").Resolve(world.Environment).UserName);
    }

    [Theory]
    [InlineData("adapter=postgresql host=db1 database=orders username=app password=x pool=5 sslmode=verify-full sslrootcert=/ca.crt",
        "host=db1 dbname=orders user=app password=x sslmode=verify-full sslrootcert=/ca.crt")]
    [InlineData("adapter=postgis url=postgres://app@db1/orders?sslmode=require host=other encoding=unicode",
        "user=app host=db1 dbname=orders sslmode=require client_encoding=unicode")]
    [InlineData("ENGINE=django.db.backends.postgresql NAME=orders USER=app HOST=db1 PORT=5433 CONN_MAX_AGE=60 sslmode=verify-ca",
        "dbname=orders user=app host=db1 port=5433 sslmode=verify-ca")]
    public void Rails_and_Django(string parameters, string expected) =>
        Assert.Equal(expected, ConninfoText.Write(ApplicationEndpoint.FromParameters(Pairs(parameters)).Parameters));

    [Fact]
    public void A_framework_with_another_database_is_refused() =>
        Assert.Contains(
            "django.db.backends.mysql",
            Assert.Throws<PgSslException>(() => ApplicationEndpoint.FromParameters(Pairs("ENGINE=django.db.backends.mysql NAME=x"))).Message);

    private static KeyValuePair<string, string>[] Pairs(string text) =>
        Array.ConvertAll(text.Split(' '), pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=', 2)[1]));

    private static ConnectionEnvironment Plain => new(new Dictionary<string, string>(), null, "alice", "/");

    private static void AssertReads(string client, string text, string expected)
    {
        PgEndpoint endpoint = ApplicationEndpoint.Parse(text);

        Assert.Equal(client, endpoint.Application?.Client);
        Assert.Null(endpoint.Application!.Refusal);
        Assert.Equal(expected, ConninfoText.Write(endpoint.Parameters));
        Assert.NotEmpty(endpoint.Resolve(Plain).Hosts);
    }
}
