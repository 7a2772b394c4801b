using System.Text;
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
        { "hostssl all \"${DB_USER}\" 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl all +${ROLE} 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl all $APP_USER 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl all %USER% 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl all <user> 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl <database>,app all 10.0.0.0/8 scram-sha-256", "Placeholder" },
        { "hostssl all all $APP_NET scram-sha-256", "Placeholder" },
        { "hostssl all all %NET% scram-sha-256", "Placeholder" },
        { "hostssl all all <address> scram-sha-256", "Placeholder" },
        { "hostssl all all <%=net%> scram-sha-256", "Placeholder" },
        { "hostssl {{ db }} scram-sha-256", "Placeholder" },
        { "hostssl all all 10.0.0.0/8 cert map=$MAP", "Placeholder" },
        { "hostssl all all 10.0.0.0/8 cert map=${MAP}", "Placeholder" },
        { "hostssl all pay$roll 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all 100% 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all a%b%c 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all app$ 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all app@EXAMPLE.COM 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all \"$app\" 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all \"%app%\",\"<app>\",\"@app@\" 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all +admins,app 10.0.0.0/8 scram-sha-256", "" },
        { "hostssl all all [::1] scram-sha-256", "ImpossibleHostName" },
        { "hostssl all all db1.example.com:5432 scram-sha-256", "ImpossibleHostName" },
        { Utf8("hostssl \u201Call\u201D all 10.0.0.0/8 scram-sha-256"), "OddCharacter" },
        { Utf8("hostssl all app\u00A0 10.0.0.0/8 scram-sha-256"), "OddCharacter" },
        { Utf8("hostssl all app\u200Buser 10.0.0.0/8 scram-sha-256"), "OddCharacter" },
        { Utf8("hostssl all app\u2013user 10.0.0.0/8 scram-sha-256"), "OddCharacter" },
        { Utf8("hostssl all \u0430pp 10.0.0.0/8 scram-sha-256"), "OddCharacter" },
        { "hostssl all app\u00A0user 10.0.0.0/8 scram-sha-256", "OddCharacter" },
        { Utf8("hostssl all d\u2019angelo,j\u00FCrgen 10.0.0.0/8 scram-sha-256"), "" },
        { Utf8("hostssl all \u0430\u043D\u043D\u0430,app_\u0430\u043D\u043D\u0430 10.0.0.0/8 scram-sha-256"), "" },
        { Utf8("hostssl all \"app\u00A0user\" 10.0.0.0/8 scram-sha-256"), "" },
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
        { "host all $APP_USER,<user> 10.0.0.0/8 $METHOD", "Fill in $APP_USER:" },
        { "host all all $NET/24 md5", "Fill in $NET:" },
        { "host all all <your network>/24 md5", "Fill in <your network>:" },
        { "host all all @APP_NET@ md5", "Fill in @APP_NET@:" },
        { "host all all @APP_NET@/24 md5", "Fill in @APP_NET@:" },
        { "host @DB@ all 10.0.0.0/8 md5", "Fill in @DB@:" },
        { "host all <%= user %> 10.0.0.0/8 md5", "Fill in <%= user %>:" },
        { "%TYPE% all all 10.0.0.0/8 md5", "Fill in %TYPE%:" },
        { "host all @nosuchfile 10.0.0.0/8 md5", "Correct the name of what is included" },
        { "<<<<<<< HEAD", "This is left from a merge" },
        { "=======", "This is left from a merge" },
        { ">>>>>>> 1a2b3c4 (tighten pg_hba)", "This is left from a merge" },
        { Utf8("host all\u00A0all 10.0.0.0/8 md5"), "Column 9 has a no-break space (U+00A0). Write a blank instead." },
        { "host all\u00A0all 10.0.0.0/8 md5", "Column 9 has a no-break space (U+00A0). Write a blank instead." },
        { Utf8("host all all 10.0.0.0/8 md5\u200B"), "Column 28 has an invisible character (U+200B). Remove it." },
        { Utf8("host all all 10.0.0.0/8 scram\u2013sha\u2013256"), "Column 30 has a typographic dash (U+2013). Write - instead." },
        { Utf8("h\u043Est all all 10.0.0.0/8 md5"), "Column 2 has a letter that looks like o (U+043E). Write o instead." },
        { Utf8("host all all \u201C10.0.0.0/8\u201D md5"), "Column 14 has a typographic quote (U+201C). Write \" instead." },
        { "host all all 10.0.0.0/8\fmd5", "Column 24 has a control character (U+000C). Write a blank instead." },
        { "hostssl all all 10.0.0.0/8 scram-sha-256 clientcert=1", "Write clientcert=verify-ca, or clientcert=verify-full" },
        { "hostssl all all 10.0.0.0/8 scram-sha-256 clientcert=0", "Remove clientcert:" },
        { "hostssl all all 10.0.0.0/8 scram-sha-256 clientcert=no-verify", "Remove clientcert:" },
        { "hostssl all all 10.0.0.0/8 scram-sha-256 clientcert=require", "Write clientcert=verify-ca or clientcert=verify-full, or" },
        { "host all all 10.0.0.0/8 scram-sha-256 clientcert=verify-ca", "Make the rule hostssl, or remove clientcert:" },
        { "hostssl all all 10.0.0.0/8 cert clientcert=verify-ca", "Remove clientcert:" },
        { "host all all 10.0.0.0/8 cert", "Make the rule hostssl:" },
        { "host all all 10.0.0.0/255.255.255.0 md5", "Write 10.0.0.0/24, or the mask as a field of its own: 10.0.0.0 255.255.255.0." },
        { "host all all 10.0.0.0/0.0.0.255 md5", "Behind the slash is the number of the network's bits: from 0 to 32." },
        { "host all all 10.0.0.0/33 md5", "Behind the slash is the number of the network's bits: from 0 to 32." },
        { "host all all 10.0.0.0/ md5", "Write 10.0.0.0/32 for the one address, or" },
        { "host all all 10.0.0.0 /8 md5", "Write the mask directly behind the address, without a blank: 10.0.0.0/8." },
        { "host all all 10.0.0.0/8 255.0.0.0 md5", "Remove 255.0.0.0:" },
        { "host all all 10.0.0.1,10.0.0.2 md5", "A rule has one address: write one line for each." },
        { "host all all 10.0.0.0/8 md5,cert", "A rule has one method:" },
        { "local all all 127.0.0.1/32 trust", "Remove 127.0.0.1/32: a local rule" },
        { "local all all all trust", "Remove all: a local rule" },
        { "local all trust", "A field is missing: a local rule has a type, a database, a user and a method." },
        { "host all all 127.0.0.1/32 peer", "peer is for local rules only:" },
        { "local all all gss", "gss is for TCP only:" },
        { "host all 127.0.0.1/32 trust", "A field is missing: a rule has a type, a database, a user, an address and a method." },
        { "hostssl all 127.0.0.1/32 cert map=users", "A field is missing:" },
        { "host all all 127.0.0.1/32", "Write a method at the end" },
        { "host all", "Fields are missing:" },
        { "host all all 10.0.0.0/8 deny", "Write reject." },
        { "host all all 10.0.0.0/8 none", "Write reject to let nobody in, or trust" },
        { "host all all 10.0.0.0/8 crypt", "Use scram-sha-256:" },
        { "host all all 10.0.0.0/8 krb5", "Use gss:" },
        { "host all all 10.0.0.0/8 ssl", "TLS is asked for by the type hostssl." },
        { "host all all 10.0.0.0/8 scram-sha-256 // comment", "A comment begins with #: write # instead of //." },
        { "host all all 10.0.0.0/8 scram-sha-256 ; comment", "A comment begins with #: write # instead of ;." },
        { "hostssl all all 10.0.0.0/8 cert map = users", "Write each option as name=value, without blanks" },
        { "host all all 10.0.0.0/8 md5 sslmode=require", "Remove the option, or correct its name:" },
        { "host all all 10.0.0.0/8 md5 map=users", "Remove the option: the method" },
        { "clientcert=verify-full", "Options belong behind the method" },
        { "host all all [::1]/128 md5", "Write ::1/128, without brackets." },
        { "host all all fe80::1%nosuch0/64 md5", "Write fe80::1/64, without the zone" },
        { "host all all 10.0.0.1:5432/32 md5", "Write 10.0.0.1/32, without the port:" },
        { "host all all 10.0.0.1-10.0.0.9/32 md5", "A rule has no range of addresses:" },
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
    [InlineData("10.0.0.1:5432", "Write 10.0.0.1/32, without the port: a rule is for all addresses on which the server listens.")]
    [InlineData("db1.example.com:5432", "Write db1.example.com, without the port: a rule is for all addresses on which the server listens.")]
    [InlineData("[::1]:5432", "Write ::1/128, without the port: a rule is for all addresses on which the server listens.")]
    [InlineData("[::1]", "Write ::1/128, without brackets.")]
    [InlineData("10.0.0.1-10.0.0.9",
        "A rule has no range of addresses: write a network that contains them, such as 10.0.0.0/28, or one line for each address.")]
    [InlineData("samehosT", "Write samehost in lower case and without quotes.")]
    [InlineData("*", "Write all, in lower case and without quotes, for every address; or a network, such as 10.0.0.0/8.")]
    public void The_remedy_says_what_to_write_for_a_host_name(string name, string remedy) =>
        Assert.Equal(remedy, Assert.Single(Rule($"hostssl all all {name} cert").Findings).Remedy);

    [Fact]
    public void A_rule_in_two_lines_says_so_in_both()
    {
        HbaRule[] rules = [.. HbaRule.Of(new HbaFileSet("local all all peer\nhost all all\n  10.0.0.0/8 md5\nHOST all all all md5\n").Read())];

        string[] remedies = [.. rules[1..].Select(rule => Assert.Single(rule.Findings).Remedy)];
        Assert.StartsWith("Write the rule in one line: it seems to go on in line 3.", remedies[0], StringComparison.Ordinal);
        Assert.StartsWith("Write the rule in one line: this seems to be the rest of line 2.", remedies[1], StringComparison.Ordinal);
        Assert.StartsWith("Write host, in lower case", remedies[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local all all peer\n")]
    [InlineData("# rules\nlocal all all peer\n")]
    public void A_byte_order_mark_is_named_and_nothing_else(string text)
    {
        HbaRule rule = HbaRule.Of(new HbaFileSet(Utf8("\uFEFF" + text)).Read()).First();

        Assert.Contains("byte order mark", rule.Error, StringComparison.Ordinal);
        Assert.StartsWith("Save the file without a byte order mark", Assert.Single(rule.Findings).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void An_odd_character_in_a_line_that_is_continued_is_found_in_its_own_line()
    {
        HbaRule rule = HbaRule.Of(new HbaFileSet(Utf8("local all all peer\nhost all all \\\n 10.0.0.0/8\u00A0md5\n")).Read()).Last();

        Assert.StartsWith("Line 3, column 12 has a no-break space", Assert.Single(rule.Findings).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_a_secret_is_told()
    {
        HbaRule rule = HbaRule.Of(new HbaFileSet(Utf8("host all all all ldap ldapbindpasswd=a\u00A0b c")).Read()).Single();

        Assert.StartsWith("Write each option as name=value", Assert.Single(rule.Findings).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reject_that_is_never_reached_is_not_to_be_moved_without_a_warning()
    {
        HbaRule rule = HbaRule.Of(new HbaFileSet("host all all all md5\nhost all all 10.0.0.0/8 reject").Read()).Last();

        Finding finding = Assert.Single(rule.Findings, finding => finding.Code == "Shadowed");
        Assert.Contains("Before that rule, it would refuse every client", finding.Remedy, StringComparison.Ordinal);
    }

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

    // A file has a character for each byte here.
    private static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static HbaRule Rule(string line) => HbaRule.Of(new HbaFileSet(line).Read()).Single();
}
