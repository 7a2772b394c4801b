using Npgsql;
using PgSsl.Impostors;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Impostors;

/// <summary>
/// Real drivers at each impostor, as far as they are here; the others are skipped by name. One letter for each impostor, in this order: Genuine,
/// SelfSigned, OtherCa, WrongName, Expired, NotYetValid, ClientOnlyUsage, MissingIntermediate, TlsRefused, ErrorAnswer, Tls10Only.
/// + is accepted, p accepted in plaintext, ! refused by an alert or for want of TLS, . refused silently, / refused after the handshake.
/// </summary>
public class DriverImpostorTests
{
    private const string PgjdbcJar = "/usr/share/java/postgresql.jar";

    [Theory]
    [InlineData("Disable", "ppppppppppp", "disable")]
    [InlineData("Prefer", "ppppppppp!!", "prefer")]
    [InlineData("Require", "++++++++!!!", "require")]
    [InlineData("VerifyCA", "+//+////!!!", "verify-ca")]
    [InlineData("VerifyFull", "+///////!!!", "verify-full")]
    public async Task Npgsql(string mode, string expected, string behavesLike) =>
        Check(expected, behavesLike, await ImpostorStage.PlayAsync(async address =>
        {
            var builder = new NpgsqlConnectionStringBuilder
            {
                Host = "localhost",
                Port = address.Port,
                Username = "pgssl_test",
                Password = "self-test",
                Database = "pgssl_test",
                RootCertificate = address.RootCertificate,
                SslMode = Enum.Parse<SslMode>(mode),
                Pooling = false,
                Timeout = 10,
                GssEncryptionMode = GssEncryptionMode.Disable,
            };
            try
            {
                await using var connection = new NpgsqlConnection(builder.ConnectionString);
                await connection.OpenAsync(TestContext.Current.CancellationToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException or ArgumentException)
            {
                // No impostor lets anybody in.
            }
        }));

    [Theory]
    [InlineData("{ca: readFileSync(process.env.PGSSLROOTCERT)}", "+.......!!!", "verify-full")]
    [InlineData("{rejectUnauthorized: false}", "++++++++!!!", "require")]
    [InlineData("false", "ppppppppppp", "disable")]
    public async Task Node_postgres(string ssl, string expected, string behavesLike) => Check(expected, behavesLike, await NodeAsync(
        "pg",
        "const {readFileSync} = require('fs'); const {Client} = require('pg');"
            + $"const c = new Client({{host: 'localhost', port: +process.env.PGPORT, ssl: {ssl}, connectionTimeoutMillis: 8000}});"
            + "c.on('error', () => {}); c.connect().then(() => c.end(), () => process.exit(1));"));

    [Theory]
    [InlineData("{ca: readFileSync(process.env.PGSSLROOTCERT)}", "+.......!!!", "verify-full")]
    [InlineData("'require'", "++++++++!!!", "require")]
    [InlineData("'prefer'", "++++++++p!!", "prefer")]
    [InlineData("'verify-full'", "+.......!!!", "verify-full")]
    public async Task Postgres_js(string ssl, string expected, string behavesLike) => Check(expected, behavesLike, await NodeAsync(
        "postgres",
        "const {readFileSync} = require('fs'); const postgres = require('postgres');"
            + $"const s = postgres({{host: 'localhost', port: +process.env.PGPORT, ssl: {ssl}, connect_timeout: 3, max: 1}});"
            + "s`select 1`.then(() => process.exit(0), () => process.exit(1));",
        extraRoots: true));

    [Theory]
    [InlineData("require", "+!!+!!!!!!!", "verify-ca")]
    [InlineData("verify-full", "+!!/!!!!!!!", "verify-full")]
    public async Task Psycopg2(string mode, string expected, string behavesLike) => Check(expected, behavesLike, await PythonAsync(
        "psycopg2",
        $"import os, psycopg2; psycopg2.connect(sslmode='{mode}', connect_timeout=8)"));

    [Theory]
    [InlineData("prefer", "ppppppppp!!", "prefer")]
    [InlineData("require", "+..+....!!!", "verify-ca")]
    [InlineData("verify-ca", "+..+....!!!", "verify-ca")]
    [InlineData("verify-full", "+.......!!!", "verify-full")]
    public async Task Asyncpg(string mode, string expected, string behavesLike) => Check(expected, behavesLike, await PythonAsync(
        "asyncpg",
        "import asyncio, asyncpg, os; asyncio.run(asyncpg.connect('postgresql://pgssl_test:self-test@localhost:' + os.environ['PGPORT'] +"
            + $" '/pgssl_test?sslmode={mode}&sslrootcert=' + os.environ['PGSSLROOTCERT'], timeout=8))"));

    // Up to 1.10, it takes the argument that newer ones have, does not know it, and goes on in plaintext.
    [Theory]
    [InlineData("ssl=True", "++++++++!!!", "require")]
    [InlineData("ssl_context=ssl.create_default_context(cafile=os.environ['PGSSLROOTCERT'])", "ppppppppppp", "disable")]
    public async Task Pg8000(string argument, string expected, string behavesLike) => Check(expected, behavesLike, await PythonAsync(
        "pg8000",
        "import os, ssl, pg8000; pg8000.connect(user='pgssl_test', password='self-test', host='localhost', port=int(os.environ['PGPORT']),"
            + $" database='pgssl_test', {argument}, timeout=8)"));

    [Theory]
    [InlineData("prefer", "pppppppppp!", "prefer")]
    [InlineData("require", "++++++++!!!", "require")]
    [InlineData("verify-ca", "+!!+!!!!!!!", "verify-ca")]
    [InlineData("verify-full", "+!!/!!!!!!!", "verify-full")]
    public async Task Pgjdbc(string mode, string expected, string behavesLike)
    {
        Assert.SkipUnless(File.Exists(PgjdbcJar) && ProcessRunner.IsOnPath("javac"), "pgjdbc is not installed (Debian: libpostgresql-jdbc-java).");
        string folder = SandboxDirectory.Create();
        string source = Path.Combine(folder, "Connect.java");
        await File.WriteAllTextAsync(
            source,
            "public class Connect { public static void main(String[] a) throws Exception {"
                + "java.sql.DriverManager.getConnection(a[0], \"pgssl_test\", \"self-test\"); } }",
            TestContext.Current.CancellationToken);
        (await ProcessRunner.RunAsync("javac", ["-d", folder, source])).OrThrow("javac");
        Check(expected, behavesLike, await ImpostorStage.PlayAsync(address => ImpostorStage.RunAsync("java",
        [
            "-XX:TieredStopAtLevel=1", "-cp", $"{folder}:{PgjdbcJar}:/usr/share/java/scram-client.jar:/usr/share/java/scram-common.jar" +
                ":/usr/share/java/saslprep.jar:/usr/share/java/stringprep.jar", "Connect",
            $"jdbc:postgresql://localhost:{address.Port}/pgssl_test?sslmode={mode}&sslrootcert={address.RootCertificate}&loginTimeout=40",
        ])));
    }

    private static void Check(string expected, string behavesLike, IReadOnlyList<ClientVerification> results)
    {
        Assert.Equal(expected, ImpostorStage.Picture(results));
        Assert.Equal(behavesLike, results[0].BehavesLike);
    }

    private static async Task<IReadOnlyList<ClientVerification>> NodeAsync(string package, string script, bool extraRoots = false)
    {
        Assert.SkipUnless(ProcessRunner.IsOnPath("node"), "node is not installed.");
        ProcessResult found = await ProcessRunner.RunAsync("node", ["-e", $"require('{package}')"]);
        Assert.SkipUnless(found.ExitCode == 0, $"The package {package} is not found by node (set NODE_PATH to its node_modules).");
        return await ImpostorStage.PlayAsync(address => ImpostorStage.RunAsync("node", ["-e", script], Variables(address, extraRoots)));
    }

    private static async Task<IReadOnlyList<ClientVerification>> PythonAsync(string package, string script)
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python), "Debian's python3 is not installed.");
        ProcessResult found = await ProcessRunner.RunAsync(Python, ["-c", $"import {package}"]);
        Assert.SkipUnless(found.ExitCode == 0, $"{package} is not installed (Debian: python3-{package}).");
        return await ImpostorStage.PlayAsync(address => ImpostorStage.RunAsync(Python, ["-c", script], Variables(address, extraRoots: false)));
    }

    private static Dictionary<string, string?> Variables(ImpostorAddress address, bool extraRoots)
    {
        var variables = address.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        if (extraRoots)
            variables["NODE_EXTRA_CA_CERTS"] = address.RootCertificate;
        return variables;
    }
}
