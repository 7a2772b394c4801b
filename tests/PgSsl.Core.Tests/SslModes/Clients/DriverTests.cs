using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.SslModes;

namespace PgSsl.Tests.SslModes.Clients;

/// <summary>
/// Each driver in one table: where roots are and how the server behaves, and what happens in the modes disable, allow, prefer, require,
/// verify-ca, verify-full. <c>plain</c>, <c>tls</c>, <c>chain</c>, <c>full</c> are connections, from the weakest to the strongest.
/// </summary>
[Fast]
public class DriverTests
{
    [Theory]
    [InlineData("right", "admits all", "plain plain tls tls chain full")]
    [InlineData("none", "admits all", "plain plain tls tls -chain -chain")]
    [InlineData("operating system", "admits all", "plain plain tls tls chain full")]
    [InlineData("~/.postgresql", "admits all", "plain plain tls tls chain full")]
    [InlineData("PGSSLROOTCERT", "admits all", "plain plain tls tls chain full")]
    [InlineData("service file", "admits all", "plain plain tls tls -chain -chain")]
    [InlineData("wrong", "admits all", "plain plain tls tls -chain -chain")]
    [InlineData("missing", "admits all", "plain plain tls tls -file -file")]
    [InlineData("system", "admits all", "plain plain tls tls -file -file")]
    [InlineData("intermediate only", "admits all", "plain plain tls tls -chain -chain")]
    [InlineData("the leaf itself", "serves the leaf", "plain plain tls tls -chain -chain")]
    [InlineData("the leaf itself, for clients only", "serves a leaf for clients only", "plain plain tls tls -chain -chain")]
    [InlineData("right, expired", "has an expired root", "plain plain tls tls -chain -chain")]
    [InlineData("right", "has another name", "plain plain tls tls chain -name")]
    [InlineData("right", "TLS off", "plain plain plain -N -N -N")]
    [InlineData("right", "no line for TLS", "plain plain plain -rejected -rejected -rejected")]
    [InlineData("right", "no line for plaintext", "-rejected tls tls tls chain full")]
    [InlineData("right", "no such database", "-rejected -rejected -rejected -rejected -rejected -rejected")]
    [InlineData("right", "too many clients over TLS", "plain plain plain -rejected -rejected -rejected")]
    [InlineData("right", "handshake fails", "plain plain -handshake -handshake -handshake -handshake")]
    [InlineData("right", "E to SSLRequest", "plain plain -E -E -E -E")]
    [InlineData("right", "silent to SSLRequest", "plain plain -silence -silence -silence -silence")]
    [InlineData("right", "hangs up in TLS", "plain plain plain -closed -closed -closed")]
    [InlineData("right", "hangs up in plaintext", "-closed tls tls tls chain full")]
    public void Npgsql(string roots, string server, string expected) => AssertPlays("npgsql", roots, server, expected);

    [Theory]
    [InlineData("right", "admits all", "plain plain tls tls chain full")]
    [InlineData("none", "admits all", "plain plain tls tls -file -file")]
    [InlineData("operating system", "admits all", "plain plain tls tls -file -file")]
    [InlineData("~/.postgresql", "admits all", "plain plain tls tls chain full")]
    [InlineData("PGSSLROOTCERT", "admits all", "plain plain tls tls -file -file")]
    [InlineData("service file", "admits all", "plain plain tls tls chain full")]
    [InlineData("wrong", "admits all", "plain plain tls tls -chain -chain")]
    [InlineData("missing", "admits all", "plain plain tls tls -file -file")]
    [InlineData("system", "admits all", "plain plain tls tls -file -file")]
    [InlineData("intermediate only", "admits all", "plain plain tls tls chain full")]
    [InlineData("the leaf itself", "serves the leaf", "plain plain tls tls chain full")]
    [InlineData("the leaf itself, for clients only", "serves a leaf for clients only", "plain plain tls tls chain full")]
    [InlineData("right, expired", "has an expired root", "plain plain tls tls chain full")]
    [InlineData("right", "has another name", "plain plain tls tls chain -name")]
    [InlineData("right", "TLS off", "plain plain plain -N -N -N")]
    [InlineData("right", "no line for TLS", "plain plain plain -rejected -rejected -rejected")]
    [InlineData("right", "no line for plaintext", "-rejected tls tls tls chain full")]
    [InlineData("right", "no such database", "-rejected -rejected -rejected -rejected -rejected -rejected")]
    [InlineData("right", "too many clients over TLS", "plain plain -rejected -rejected -rejected -rejected")]
    [InlineData("right", "handshake fails", "plain plain -handshake -handshake -handshake -handshake")]
    [InlineData("right", "E to SSLRequest", "plain plain plain -E -E -E")]
    [InlineData("right", "silent to SSLRequest", "plain plain plain -silence -silence -silence")]
    [InlineData("right", "hangs up in TLS", "plain plain -closed -closed -closed -closed")]
    [InlineData("right", "hangs up in plaintext", "-closed tls tls tls chain full")]
    public void Pgjdbc(string roots, string server, string expected) => AssertPlays("pgjdbc", roots, server, expected);

    [Theory]
    [InlineData("right", "admits all", "plain plain tls chain chain full")]
    [InlineData("none", "admits all", "plain plain tls tls -chain -chain")]
    [InlineData("operating system", "admits all", "plain plain tls tls chain full")]
    [InlineData("~/.postgresql", "admits all", "plain plain tls chain chain full")]
    [InlineData("PGSSLROOTCERT", "admits all", "plain plain tls chain chain full")]
    [InlineData("service file", "admits all", "plain plain tls chain chain full")]
    [InlineData("wrong", "admits all", "plain plain tls -chain -chain -chain")]
    [InlineData("missing", "admits all", "-file -file -file -file -file -file")]
    [InlineData("system", "admits all", "full full full full full full")]
    [InlineData("intermediate only", "admits all", "plain plain tls chain chain full")]
    [InlineData("the leaf itself", "serves the leaf", "plain plain tls chain chain full")]
    [InlineData("the leaf itself, for clients only", "serves a leaf for clients only", "plain plain tls -chain -chain -chain")]
    [InlineData("right, expired", "has an expired root", "plain plain tls -chain -chain -chain")]
    [InlineData("right", "has another name", "plain plain tls chain chain -name")]
    [InlineData("right", "TLS off", "plain plain plain -N -N -N")]
    [InlineData("right", "no line for TLS", "plain plain plain -rejected -rejected -rejected")]
    [InlineData("right", "no line for plaintext", "-rejected tls tls chain chain full")]
    [InlineData("right", "no such database", "-rejected -rejected -rejected -rejected -rejected -rejected")]
    [InlineData("right", "too many clients over TLS", "plain plain plain -rejected -rejected -rejected")]
    [InlineData("right", "handshake fails", "plain plain plain -handshake -handshake -handshake")]
    [InlineData("right", "E to SSLRequest", "plain plain plain -E -E -E")]
    [InlineData("right", "silent to SSLRequest", "plain plain -silence -silence -silence -silence")]
    [InlineData("right", "hangs up in TLS", "plain plain plain -closed -closed -closed")]
    [InlineData("right", "hangs up in plaintext", "-closed tls tls chain chain full")]
    public void Pgx(string roots, string server, string expected) => AssertPlays("pgx", roots, server, expected);

    [Theory]
    [InlineData("right", "admits all", "plain full full full full full")]
    [InlineData("none", "admits all", "plain -chain -chain -chain -chain -chain")]
    [InlineData("operating system", "admits all", "plain full full full full full")]
    [InlineData("~/.postgresql", "admits all", "plain -chain -chain -chain -chain -chain")]
    [InlineData("PGSSLROOTCERT", "admits all", "plain -chain -chain -chain -chain -chain")]
    [InlineData("service file", "admits all", "plain -chain -chain -chain -chain -chain")]
    [InlineData("wrong", "admits all", "plain -chain -chain -chain -chain -chain")]
    [InlineData("missing", "admits all", "-file -file -file -file -file -file")]
    [InlineData("system", "admits all", "-file -file -file -file -file -file")]
    [InlineData("intermediate only", "admits all", "plain -chain -chain -chain -chain -chain")]
    [InlineData("the leaf itself", "serves the leaf", "plain -chain -chain -chain -chain -chain")]
    [InlineData("right, expired", "has an expired root", "plain -chain -chain -chain -chain -chain")]
    [InlineData("right", "has another name", "plain -name -name -name -name -name")]
    [InlineData("right", "TLS off", "plain -N -N -N -N -N")]
    [InlineData("right", "no line for TLS", "plain -rejected -rejected -rejected -rejected -rejected")]
    [InlineData("right", "no line for plaintext", "-rejected full full full full full")]
    [InlineData("right", "no such database", "-rejected -rejected -rejected -rejected -rejected -rejected")]
    [InlineData("right", "handshake fails", "plain -handshake -handshake -handshake -handshake -handshake")]
    [InlineData("right", "E to SSLRequest", "plain -E -E -E -E -E")]
    public void Node_postgres(string roots, string server, string expected) => AssertPlays("node-postgres", roots, server, expected);

    [Theory]
    [InlineData("npgsql", "plain plain plain - - -")]
    [InlineData("pgjdbc", "- - - - - -")]
    [InlineData("pgx", "plain plain plain plain plain plain")]
    [InlineData("node-postgres", "plain - - - - -")]
    public void On_a_Unix_socket(string client, string expected)
    {
        using var scene = new Scene();

        IEnumerable<string> actual = Enum.GetValues<SslMode>()
            .Select(mode => scene.PolicyOf(client, mode, "host=/var/run/postgresql"))
            .Select(policy => policy is { Refusal: null, Attempts: [Transport.Plaintext] } ? "plain" : "-");

        Assert.Equal(expected, string.Join(' ', actual));
    }

    [Theory]
    [InlineData("npgsql", "refused refused refused Tls Tls Tls")]
    [InlineData("pgjdbc", "Plaintext Plaintext,Tls Tls,Plaintext Tls Tls Tls")]
    [InlineData("pgx", "Plaintext Plaintext,Tls Tls Tls Tls Tls")]
    [InlineData("node-postgres", "refused Tls Tls Tls Tls Tls")]
    public void With_direct_TLS(string client, string expected)
    {
        using var scene = new Scene();

        IEnumerable<string> actual = Enum.GetValues<SslMode>()
            .Select(mode => scene.PolicyOf(client, mode, "host=db sslmode=require sslnegotiation=direct"))
            .Select(policy => policy.Refusal is null ? string.Join(',', policy.Attempts) : "refused");

        Assert.Equal(expected, string.Join(' ', actual));
    }

    [Theory]
    [InlineData("npgsql")]
    [InlineData("pgjdbc")]
    [InlineData("pgx")]
    [InlineData("node-postgres")]
    public void Without_a_host_the_address_is_the_name(string client)
    {
        using var scene = new Scene();
        ClientPolicy policy = scene.PolicyOf(client, SslMode.VerifyFull, "hostaddr=127.0.0.1");
        var certificate = TestAuthority.IssueSelfSigned(LeafOptions.ForLoopback()).Certificate;

        Assert.True(policy.VerifyName(certificate, "").Matches);
    }

    [Theory]
    [InlineData("pgjdbc", "missing", "does not exist, and pgjdbc needs it.")]
    [InlineData("pgjdbc", "system", "system\" does not exist, and pgjdbc needs it.")]
    [InlineData("node-postgres", "none", "is not in the roots of Node.js (assumed to be those of this machine)")]
    [InlineData("npgsql", "none", "the system's trust store")]
    public void The_reason_says_whose_roots_are_meant(string client, string roots, string expected)
    {
        using var scene = new Scene();

        Assert.Contains(expected, scene.Judge(client, SslMode.VerifyFull, roots, "admits all").Reason);
    }

    [Theory]
    [InlineData("npgsql", "Certificate is for elsewhere.test, not for db.example.test.")]
    [InlineData("pgx", "Certificate is for elsewhere.test, not for db.example.test.")]
    public void The_reason_says_which_names_there_are(string client, string expected)
    {
        using var scene = new Scene();

        Assert.Equal(expected, scene.Judge(client, SslMode.VerifyFull, "right", "has another name").Reason);
    }

    private static void AssertPlays(string client, string roots, string server, string expected)
    {
        using var scene = new Scene();

        Assert.Equal(expected, scene.Play(client, roots, server));
    }
}
