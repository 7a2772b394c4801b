using PgSsl.Hba;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Hba;

/// <summary>Lines that people write and do not mean: the server takes them for something else, or refuses them.</summary>
[Collection(HbaViewServer.Collection)]
public class HbaSpellingTests
{
    /// <summary>Lines that the server takes, with the findings of each.</summary>
    public static TheoryData<string, string> Taken { get; } = new()
    {
        { "hostssl all all * scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all any scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all ALL scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all \"all\" scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all SameNet scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all 10.0.0.* scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all 10.0.0.256 scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all 10.0.0.1-10.0.0.9 scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all 10.0.0.1:5432 scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all *.example.com scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all db1.example.com. scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all \"db1.example.com,db2.example.com\" scram-sha-256", "ImpossibleHostName" },
        { "host all all * reject", "ImpossibleHostName" },
        { "hostssl all all db1 scram-sha-256", "" },
        { "hostssl all all db_1.example.com scram-sha-256", "" },
        { "hostssl all all .example.com scram-sha-256", "" },
        { "hostssl all all d\u00FC.example.com scram-sha-256", "" },
        { "hostssl all all 136.206.15/24 scram-sha-256", "ShorthandAddress" },
        { "hostssl all all 10/8 scram-sha-256", "ShorthandAddress" },
        { "hostssl all all 10.1 255.255.0.0 scram-sha-256", "ShorthandAddress" },
        { "hostssl all all 010.0.0.0/8 scram-sha-256", "ShorthandAddress" },
        { "hostssl all all 0xA.0.0.0/8 scram-sha-256", "ShorthandAddress" },
        { "hostssl all all 10.0/8 scram-sha-256", "" },
        { "hostssl all all 127.1/32 scram-sha-256", "NoIPv6Twin" },
        { "hostssl all all 0/0 scram-sha-256", "NoIPv6Twin" },
        { "hostssl all all 10.1.2.3/8 scram-sha-256", "HostBits" },
        { "hostssl all all 10.1.2.3 255.0.0.0 scram-sha-256", "HostBits" },
        { "hostssl all all 10.1.2.3/0 scram-sha-256", "HostBits" },
        { "hostssl all all 2001:db8::1/32 scram-sha-256", "HostBits" },
        { "hostssl all all 10.1.2.3/32 scram-sha-256", "" },
        { "hostssl all all 10.0.0.0 0.255.255.255 scram-sha-256", "OddMask" },
        { "hostssl replicator replication 10.0.0.0/8 scram-sha-256", "SwappedColumns" },
        { "hostssl sales sameuser 10.0.0.0/8 scram-sha-256", "SwappedColumns" },
        { "hostssl +admins all 10.0.0.0/8 scram-sha-256", "SwappedColumns" },
        { "hostssl replicator \"replication\" 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl replication replication 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all replication 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl * app 10.0.0.0/8 scram-sha-256", "NotAKeyword" },
        { "hostssl all ALL 10.0.0.0/8 scram-sha-256", "NotAKeyword" },
        { "hostssl Replication app 10.0.0.0/8 scram-sha-256", "NotAKeyword" },
        { "hostssl all \"*\" 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl ${DB} app 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl all $(whoami) 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl all {{user}} 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl all all {{subnet}} scram-sha-256", "Placeholder" },
    };

    /// <summary>Lines that the server refuses, with what the remedy begins with.</summary>
    public static TheoryData<string, string> Refused { get; } = new()
    {
        { "host all all {{ subnet }} md5", "Fill in {{ subnet }}:" },
        { "host all all ${NET}/24 md5", "Fill in ${NET}:" },
        { "host all all 10.0.0.0/8 $(method) # {{ by }}", "Fill in $(method):" },
        { "host all all <%= net %> md5", "Fill in <%= net %>:" },
        { "host all all all ldap ldapbindpasswd=a${b}c", "Fix the line." },
        { "host all all 10.0.0.0/8 md5.", "Write md5, without anything beside it." },
        { "host all all 10.0.0.0/8 md5:", "Write md5, without anything beside it." },
        { "host all all 10.0.0.0/8 'md5'", "Write md5, without anything beside it." },
        { "host all all 10.0.0.0/8 MD5", "Write md5, in lower case." },
        { "host all all 10.0.0.0/8 scram_sha_256", "The method is called scram-sha-256." },
        { "host all all 10.0.0.0/8 nonsense", "Fix the line." },
        { "TYPE  DATABASE  USER  ADDRESS  METHOD", "This is the header of the columns, and not a rule: put a # before it." },
        { "IPv4 local connections:", "A rule begins with local, host," },
        { "HOST all all all md5", "Write host, in lower case" },
        { "// host all all all md5", "Comments begin with #" },
        { "; host all all all md5", "Comments begin with #" },
        { "host all all 10.0.0.1 md5", "An address needs a mask" },
        { "host all all 10.0.0.256/24 md5", "Only an address can have a mask" },
    };

    [Theory]
    [MemberData(nameof(Taken))]
    public void What_is_taken_for_something_else_has_a_finding(string line, string codes)
    {
        HbaRule rule = Rule(line);
        Assert.NotNull(rule.Type);
        Assert.Equal(codes, string.Join(' ', rule.Findings.Select(finding => finding.Code)));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_refused_has_a_remedy_that_names_the_mistake(string line, string remedy)
    {
        Finding finding = Assert.Single(Rule(line).Findings);
        Assert.Equal("Refused", finding.Code);
        Assert.StartsWith(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("136.206.15/24", "The server reads 136.206.15/24 as 136.206.0.15/24, which is the network 136.206.0.0/24.")]
    [InlineData("10.1.2.3 255.0.0.0", "10.1.2.3 255.0.0.0 stands for all of 10.0.0.0/8: the server ignores the bits that the mask leaves out.")]
    [InlineData("2001:db8::1/32", "2001:db8::1/32 stands for all of 2001:db8::/32: the server ignores the bits that the mask leaves out.")]
    public void The_finding_says_what_an_address_stands_for(string address, string message) =>
        Assert.Equal(message, Assert.Single(Rule($"hostssl all all {address} cert").Findings).Message);

    [Theory]
    [InlineData("*.example.com", "Write .example.com: it stands for all names below example.com.")]
    [InlineData("db1.example.com.", "Write db1.example.com, without the dot at its end.")]
    [InlineData("samehosT", "Write samehost in lower case and without quotes.")]
    [InlineData("*", "Write all, in lower case and without quotes, for every address; or a network, such as 10.0.0.0/8.")]
    public void The_remedy_says_what_to_write_for_a_host_name(string name, string remedy) =>
        Assert.Equal(remedy, Assert.Single(Rule($"hostssl all all {name} cert").Findings).Remedy);

    /// <summary>The server has the last word: what it takes, for what, and what it refuses.</summary>
    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task The_server_takes_and_refuses_the_same_lines(int major)
    {
        await using HbaViewServer server = (await HbaViewServer.OpenAsync(major, hasTls: true)).OrSkip(Assert.Skip);
        string[] taken = [.. Taken.Select(row => row.Data.Item1)];
        server.Put(new HbaFileSet(string.Join('\n', taken)));
        IReadOnlyList<string> rows = await server.RowsAsync();
        Assert.Equal(HbaView.RowsOf(server.Read()), rows);
        Assert.Equal(taken.Length, server.Read().Records.Count);
        int shorthand = Array.FindIndex(taken, line => line.Contains("136.206.15/24", StringComparison.Ordinal));
        Assert.Contains("[136.206.0.15]  [255.255.255.0]", rows[shorthand], StringComparison.Ordinal);

        server.Put(new HbaFileSet(string.Join('\n', Refused.Select(row => row.Data.Item1))));
        Assert.Equal(HbaView.RowsOf(server.Read()), await server.RowsAsync());
        Assert.Empty(server.Read().Records);
    }

    private static HbaRule Rule(string line) => HbaRule.Of(new HbaFileSet(line).Read()).Single();
}
