using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Hba.Live;
using PgSsl.Hba.Policy;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;
using PgSsl.Switching;
using PgSsl.Tests.Deployment;
using PgSsl.Tests.Hba.Live;

namespace PgSsl.Tests.Soak;

/// <summary>A change that is planned for a server and not made.</summary>
internal sealed class SoakChange
{
    private const string Parameter = "ssl_min_protocol_version";

    // Short, because many changes are not proven; on a busy machine more are undone, and that is judged just the same.
    private static readonly TimeSpan ReloadTimeout = TimeSpan.FromMilliseconds(400);

    private SoakChange()
    {
    }

    public static IReadOnlyList<string> Kinds => ["Install-PgServerCertificate", "Set-PgHbaSsl", "Enable-PgSsl"];

    /// <summary>The files, in the order in which they are replaced, each with its old and its new content; none for ALTER SYSTEM.</summary>
    public IReadOnlyList<(string Path, byte[] Old, byte[] New)> Files { get; private init; } = [];

    /// <summary>How many statements it takes.</summary>
    public required int Statements { get; init; }

    /// <summary>Whether it is ALTER SYSTEM.</summary>
    public bool IsSetting => Files.Count == 0;

    /// <summary>Makes it, in a session that something may happen to.</summary>
    public required Func<IServerSession, IFileLayer, CancellationToken, Task> ApplyAsync { get; init; }

    /// <summary>What postgresql.auto.conf has of it.</summary>
    public static string? ReadSetting(SoakServer server) =>
        server.AutoText.Split('\n').LastOrDefault(line => line.StartsWith(Parameter, StringComparison.Ordinal))?.Split('\'')[1];

    public static Task<SoakChange> PlanAsync(string kind, SoakServer server) => kind switch
    {
        "Install-PgServerCertificate" => PlanCertificateAsync(server),
        "Set-PgHbaSsl" => PlanRulesAsync(server),
        _ => PlanSettingAsync(server),
    };

    private static async Task<SoakChange> PlanCertificateAsync(SoakServer server)
    {
        LiveServer live = await server.ObserveAsync();
        ServerTlsFacts facts = await ServerTlsReader.ReadAsync(server.Session, TestContext.Current.CancellationToken);
        TestCertificate renewed = CertificateServer.Issuing.Issue(LeafOptions.ForLoopback());
        byte[] key = System.Text.Encoding.ASCII.GetBytes(renewed.KeyPem);
        var answer = IssuedCertificates.Read(System.Text.Encoding.ASCII.GetBytes(renewed.ChainPem), "the CA's answer");
        var bundle = CertificateBundle.Create(answer.Certificates, ServerKey.Read(key, null, "server.key"), null, DateTimeOffset.UtcNow);
        var plan = ServerCertificatePlan.Create(bundle, key, null, DeploymentTarget.Of(facts, isLocal: true, null, null), planned => planned);
        IReadOnlyList<ServedAt> before = await new ServedCertificates(live).ObserveAsync(TestContext.Current.CancellationToken);
        return new SoakChange
        {
            Statements = 1,
            Files = [.. plan.Edits.Select(edit => (edit.Path, edit.Expected!, edit.Content!))],
            ApplyAsync = async (session, files, token) =>
            {
                var change = new ServerCertificateChange(plan, live with { Session = session }, true, before, DateTimeOffset.UtcNow, files)
                {
                    ReloadTimeout = ReloadTimeout,
                };
                await change.ApplyAsync(token);
            },
        };
    }

    private static async Task<SoakChange> PlanRulesAsync(SoakServer server)
    {
        HbaServerFacts facts = await new HbaServerReader(server.Session, TestContext.Current.CancellationToken).ReadAsync();
        var live = new HbaLive(await server.ObserveAsync(), facts);
        HbaPlan plan = HbaServer.Plan(live, server.Cluster.HbaPath);
        return new SoakChange
        {
            Statements = 2,
            Files = [.. plan.Files.Select(file => (file.Path, file.Before, file.After))],
            ApplyAsync = async (session, files, token) =>
                await new HbaChange(plan, live with { Session = session }, files) { ReloadTimeout = ReloadTimeout }
                    .ApplyAsync(DateTimeOffset.UtcNow, token),
        };
    }

    private static async Task<SoakChange> PlanSettingAsync(SoakServer server)
    {
        LiveServer live = await server.ObserveAsync();
        ServerTlsFacts facts = await ServerTlsReader.ReadAsync(server.Session, TestContext.Current.CancellationToken);
        var target = new SslTarget { IsOn = true, MinimumProtocol = "TLSv1.3" };
        AlterSystemPlan plan = AlterSystemPlan.Create(facts, target.ValuesIn(facts.Version.Major));
        return new SoakChange
        {
            Statements = 8,
            ApplyAsync = async (session, _, token) =>
            {
                LiveServer changed = live with { Session = session };
                var prover = new SslProver(changed, facts, target, null) { ReloadTimeout = ReloadTimeout };
                await new AlterSystemChange(plan, changed, prover).ApplyAsync(token);
            },
        };
    }
}
