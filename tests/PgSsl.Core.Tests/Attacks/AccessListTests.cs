using System.Runtime.Versioning;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Attacks;

/// <summary>A key that the server reads by an access list is neither refused nor taken for open.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AccessListTests : IDisposable
{
    private const string AccessList = "system.posix_acl_access";

    private readonly HostileAccount _account = new();

    private static UnixAccount Server => UnixAccount.Find(ServerAccount.Current!.Name)!;

    public void Dispose() => _account.Dispose();

    [Fact]
    public void The_key_of_root_that_a_list_lets_the_server_read_is_accepted()
    {
        string path = Listed(HostileAccount.UserId, 4);

        ServerCertificateRequirement verdict = Judge(path);

        Assert.True(verdict.IsMet, verdict.Detail);
    }

    [Fact]
    public void A_list_for_another_account_does_not_help()
    {
        ServerCertificateRequirement verdict = Judge(Listed(1, 4));

        Assert.False(verdict.IsMet);
        Assert.Contains("cannot read", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_whose_mask_lets_write_is_refused_as_the_server_refuses_it()
    {
        ServerCertificateRequirement verdict = Judge(Listed(HostileAccount.UserId, 6));

        Assert.False(verdict.IsMet);
        Assert.Contains("the mask of its access list counts as the mode of the group", verdict.Detail, StringComparison.Ordinal);
        Assert.StartsWith("setfacl -m m::r ", verdict.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_only_a_list_opens_is_entered()
    {
        string path = Listed(HostileAccount.UserId, 4);
        HostileAccount.SetAttribute(_account.Root, AccessList, HostileAccount.AccessList(HostileAccount.UserId, 1, owner: 7));

        Assert.True(Judge(path).IsMet);

        HostileAccount.SetAttribute(_account.Root, AccessList, HostileAccount.AccessList(1, 1, owner: 7));
        Assert.Contains("cannot enter", Judge(path).Detail, StringComparison.Ordinal);
    }

    private static ServerCertificateRequirement Judge(string key)
    {
        ServerCertificateFacts facts = ServerCertificateFacts.Read(key, key) with { Server = new ServerConditions { Account = Server } };
        return ServerCertificateCheck.Judge(facts).Single(judged => judged.Requirement == Requirement.KeyFileAccess.Name);
    }

    private string Listed(uint userId, byte permissions)
    {
        File.SetUnixFileMode(_account.Root, UnixModes.PrivateDirectory | UnixFileMode.OtherExecute);
        string path = _account.RootsFile("server.key", HostileAccount.Key);
        HostileAccount.SetAttribute(path, AccessList, HostileAccount.AccessList(userId, permissions));
        return path;
    }
}
