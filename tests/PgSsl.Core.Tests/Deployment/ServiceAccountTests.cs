using PgSsl.Certificates;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;
using PgSsl.Tests.RootFiles;

namespace PgSsl.Tests.Deployment;

/// <summary>Windows: a key is of no use to a server whose account cannot read it, so the account must be known.</summary>
public sealed class ServiceAccountTests : IDisposable
{
    private const string Virtual = @"NT SERVICE\postgresql-x64-18";
    private const string Me = "S-1-5-21-1-2-3-1001";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_key_that_only_administrators_could_read_is_refused(bool isPgBouncer)
    {
        using ServerCertificatePlan plan = Plan(Target with { Server = new ServerConditions { IsPgBouncer = isPgBouncer } });

        var refusal = Assert.Throws<PgSslException>(() => plan.Check(acceptsRisk: true));

        Assert.Equal(PgSslError.RequirementNotMet, refusal.Error);
        Assert.Contains($"it is not known which account the {(isPgBouncer ? "PgBouncer" : "server")} runs as", refusal.Message);
        Assert.StartsWith($"Give its account: -ServiceAccount '{Virtual}'", refusal.Remedy, StringComparison.Ordinal);
        Assert.Contains(isPgBouncer ? "%pgbouncer%" : "%postgres%", refusal.Remedy);
    }

    [Fact]
    public void The_account_of_the_server_gets_the_key_and_is_shown()
    {
        var account = new WindowsAccount("S-1-5-20", @"NT AUTHORITY\NETWORK SERVICE");
        using ServerCertificatePlan plan = Plan(Target with { Server = new ServerConditions { WindowsAccount = account } });

        plan.Check(acceptsRisk: true);

        Assert.Contains(plan.Describe(), line => line.EndsWith(@"(the key, for NT AUTHORITY\NETWORK SERVICE (S-1-5-20)).", StringComparison.Ordinal));
        Assert.Equal("S-1-5-20", plan.Edits[0].Protection.ServiceAccount);
    }

    [Fact]
    public void The_account_that_was_named_comes_before_the_one_that_was_found()
    {
        var account = new WindowsAccount("S-1-5-20", @"NT AUTHORITY\NETWORK SERVICE");
        DeploymentTarget target = Target with { ServiceAccount = Virtual, Server = new ServerConditions { WindowsAccount = account } };
        using ServerCertificatePlan plan = Plan(target);

        plan.Check(acceptsRisk: true);

        Assert.Contains(plan.Describe(), line => line.EndsWith($"(the key, for {Virtual}).", StringComparison.Ordinal));
        Assert.Equal(Virtual, plan.Edits[0].Protection.ServiceAccount);
    }

    /// <summary>A list that is kept lets in whom it let in before. Only what everybody could read may be closed to the server.</summary>
    [Theory]
    [InlineData("D:P(A;;FA;;;SY)(A;;FA;;;BA)", true)]
    [InlineData("D:(A;;FR;;;BU)(A;;FR;;;NS)", true)]
    [InlineData("D:(A;;FR;;;BU)(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;S-1-5-21-1-2-3-1001)", false)]
    public void The_list_of_the_old_key_may_name_the_account(string list, bool isAccepted)
    {
        PgSslException? refusal = Record.Exception(() => Target.CheckKeyReader(AccessList.Parse(list), Me)) as PgSslException;
        Assert.Equal(isAccepted ? null : PgSslError.RequirementNotMet, refusal?.Error);
    }

    [Fact]
    public void A_server_on_Windows_is_said_to_read_the_pair_for_each_connection()
    {
        File.WriteAllText(Target.CertificatePath, "");
        File.WriteAllText(Target.KeyPath, "");
        using ServerCertificatePlan plan = Plan(Target with { Server = new ServerConditions { IsWindows = true, EachProcessReads = true } });
        Assert.Contains(plan.Warnings, line => line.Contains("sslmode=prefer goes on in plaintext", StringComparison.Ordinal));
    }

    private DeploymentTarget Target => new(
        Path.Combine(_directory.Path, "server.crt"), Path.Combine(_directory.Path, "server.key"), ServerConditions.Unknown) { HasAccessLists = true };

    private static ServerCertificatePlan Plan(DeploymentTarget target)
    {
        MintedCertificate root = Mint.Root("Account Root"), leaf = Mint.Leaf("db1", root);
        byte[] key = Pems.Bytes(leaf.Key.Pem);
        var bundle = CertificateBundle.Create([leaf.Certificate], ServerKey.Read(key, null, "db1.key"), null, MintOptions.Now);
        return ServerCertificatePlan.Create(bundle, key, null, target, facts => facts with { At = MintOptions.Now });
    }
}
