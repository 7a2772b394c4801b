using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requirements;

/// <summary>Channel binding of SCRAM depends on the signature of the certificate, not on its key. psql and the server are the judges.</summary>
public class ChannelBindingAgreementTests
{
    private static readonly (string Name, string Key, string Issuer)[] Kinds =
    [
        ("ECDSA", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384"),
        ("RSA-PSS", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "RSA-PSS"),
        ("an Ed25519 key, signed with RSA", "-algorithm ED25519", "RSA"),
        ("Ed25519", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-algorithm ED25519"),
        ("Ed448", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-algorithm ED448"),
    ];

    private static readonly Dictionary<string, Lazy<(string Certificate, string Key)>> Made = Kinds.ToDictionary(
        kind => kind.Name, kind => new Lazy<(string, string)>(() => Make(kind.Key, kind.Issuer)));

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            foreach (int major in new[] { 15, 18 })
                foreach ((string name, _, _) in Kinds)
                    cases.Add(major, name);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task A_password_gets_in_with_channel_binding_where_the_signature_has_a_digest(int major, string name)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is not installed.");
        PostgresCluster cluster = (await ClusterPool.GetAsync(major, "channel-binding", async it =>
        {
            await it.QueryAsync("CREATE ROLE app LOGIN PASSWORD 'scram'");
            await it.SetHbaAsync("host all app 127.0.0.1/32 scram-sha-256");
        })).OrSkip(Assert.Skip);
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        (string certificate, string keyPem) = Made[name].Value;
        await cluster.InstallCertificateAsync(certificate, keyPem);

        string conninfo = $"host=127.0.0.1 port={cluster.Port} user=app password=scram dbname=postgres sslmode=require channel_binding=";
        IReadOnlyList<PsqlOutcome> outcomes = await judge.ConnectAsync([conninfo + "require", conninfo + "disable"]);

        ServerCertificateFacts facts = ServerCertificateFacts.Create(
            ServerFile.Planned("/x/server.crt", System.Text.Encoding.ASCII.GetBytes(certificate)),
            ServerFile.Planned("/x/server.key", System.Text.Encoding.ASCII.GetBytes(keyPem)));
        Assert.Equal(outcomes[0].Connected, ServerCertificateCheck.Judge(facts).Single(one => one.Requirement == "ChannelBinding").IsMet);
        Assert.True(outcomes[1].Connected);
    }

    private static (string Certificate, string Key) Make(string key, string issuer)
    {
        using var directory = new TemporaryDirectory();
        if (issuer.StartsWith('-'))
            OpenSslJudge.Run(directory.Path, $"openssl genpkey {issuer} -out ca.key");
        else
            directory.Write("ca.key", issuer == "RSA" ? RsaKeys.Get(2048).ExportPkcs8PrivateKeyPem() : RsaKeys.PssPem(2048));
        OpenSslJudge.Run(
            directory.Path,
            $"""
            openssl req -x509 -new -key ca.key -subj /CN=CA -out ca.crt
            openssl genpkey {key} -out server.key; openssl req -new -key server.key -subj /CN=localhost -out server.csr
            openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -days 9 -out server.crt 2>&1
            """);
        return (File.ReadAllText(Path.Combine(directory.Path, "server.crt")), File.ReadAllText(Path.Combine(directory.Path, "server.key")));
    }
}
