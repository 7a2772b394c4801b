using PgSsl.Common;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Hba.Live;

/// <summary>Whether a client with a certificate gets in, beside what psql meets with it.</summary>
public class ClientCertificateNameTests
{
    private static readonly TestAuthority Ca = TestAuthority.CreateRoot("Client CA");

    public static TheoryData<int> Majors => HbaServer.Majors;

    [Theory, MemberData(nameof(Majors))]
    public async Task Agrees_with_psql_about_certificates_and_their_names(int major)
    {
        PsqlJudge judge = (await PsqlJudge.ForLibpqAsync(15)).OrSkip(Assert.Skip);
        string[] roles = ["cert", "ca", "verified", "mapped", "whole", "wholemapped", "free"];
        await using HbaServer server = await HbaServer.StartAsync(
            major, "hostssl all cert all cert", "hostssl all ca all trust clientcert=verify-ca",
            "hostssl all verified all trust clientcert=verify-full",
            "hostssl all mapped all cert map=m", "hostssl all whole all cert clientname=DN", "hostssl all wholemapped all cert clientname=DN map=m",
            "hostssl all free all trust");
        await server.Cluster.QueryAsync(string.Concat(roles.Select(role => $"CREATE ROLE {role} LOGIN; ")));
        server.Write("pg_ident.conf", "m person mapped\nm /^(.*)-client$ \\1\nm \"CN=person\" wholemapped\n");
        await server.TrustAsync(Ca);
        await server.Cluster.QueryAsync("SELECT pg_reload_conf()");
        HbaLive live = await server.ObserveAsync();
        IdentMap map = (await IdentMap.ReadAsync(live, TestContext.Current.CancellationToken))!;
        HbaMatchContext context = live.MatchContext with { Maps = (name, who, role) => map.Maps(name, who, role, (_, _) => false) };
        HbaDocument document = HbaDocument.Read(server.Cluster.HbaPath, live.Facts.Dialect, PgSsl.Files.DiskServerFiles.Instance);

        string[] names = ["", .. roles[..^1], "person", "CN=whole", "stranger"];
        (string Role, string Name)[] clients = [.. from role in roles from name in names select (role, name)];
        ClientFiles[] files = [.. names.Where(name => name.Length > 0).Select(name => new ClientFiles(Ca, name))];
        try
        {
            IReadOnlyList<PsqlOutcome> psql = await judge.ConnectAsync([.. clients.Select(client =>
                $"host=127.0.0.1 port={server.Cluster.Port} dbname=postgres sslmode=require gssencmode=disable user={client.Role} "
                + (client.Name.Length == 0 ? "" : files[Array.IndexOf(names, client.Name) - 1].ConnInfo))]);
            int unknown = 0;
            foreach (((string role, string name), PsqlOutcome outcome) in clients.Zip(psql))
            {
                // What -ClientCertificateName takes is the common name, or the whole name.
                foreach (string given in name.Length == 0 ? [""] : (string[])[name, $"CN={name}"])
                {
                    var client = new HbaClient(role, "postgres", HbaTransport.Tls, NumericAddress.Parse("127.0.0.1")) { CertificateName = given };
                    HbaRuleTest test = HbaRuleTest.Of(document, client, context);
                    if (test.IsLetIn is null)
                        unknown++;
                    else
                        Assert.True(test.IsLetIn == outcome.Connected, $"{role} with {given}: {test.Reason}, and psql: {outcome}");
                }
            }
            // The whole name of CN=x is not told by x; names that an expression captures are not worked out.
            Assert.InRange(unknown, 1, 2 * names.Length + 2);
        }
        finally
        {
            Array.ForEach(files, file => file.Dispose());
        }
    }
}
