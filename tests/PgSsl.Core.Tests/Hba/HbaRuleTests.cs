namespace PgSsl.Tests.Hba;

/// <summary>Rules as users see them, and what is the matter with them.</summary>
[Fast]
public class HbaRuleTests
{
    [Fact]
    public void A_rule_shows_what_is_written_without_secrets()
    {
        HbaRule rule = Rules(
            "# c\nhost  sales,\"all\"  +staff 10.1.2.3/8 ldap ldapserver=x ldapbasedn=y \"ldapbindpasswd=my \"\"secret\"\"\" # why").Single();
        Assert.Equal(2, rule.LineNumber);
        Assert.Equal(1, rule.RuleNumber);
        Assert.Equal(["sales", "\"all\""], rule.Database);
        Assert.Equal(["+staff"], rule.User);
        Assert.Equal(("10.1.2.3", "255.0.0.0"), (rule.Address, rule.Netmask));
        Assert.Equal(["ldapserver=x", "ldapbasedn=y", "ldapbindpasswd=***"], rule.Options);
        Assert.Equal("host  sales,\"all\"  +staff 10.1.2.3/8 ldap ldapserver=x ldapbasedn=y ldapbindpasswd=*** # why", rule.Raw);
        Assert.Equal("why", rule.Comment);
        Assert.Null(rule.Error);
    }

    [Theory]
    [InlineData("host all all all ldap ldapbindpasswd=my secret")]
    [InlineData("host all all all ldap ldapbindpasswd=secret")]
    [InlineData("host all all all ldap ldapbindpasswd = secret")]
    [InlineData("host all all all radius radiusservers=x radiussecrets=\"a,,secret\"")]
    public void A_refused_line_shows_no_secret_either(string line)
    {
        HbaRule rule = Rules(line).Single();
        Assert.NotNull(rule.Error);
        Assert.DoesNotContain("secret", rule.Raw.Replace("radiussecrets", ""));
        Assert.DoesNotContain("secret", rule.Error);
        Assert.DoesNotContain("secret", string.Concat(rule.Findings.Select(finding => finding.Message)));
    }

    [Theory]
    [InlineData("host", true, true)]
    [InlineData("hostssl", false, true)]
    [InlineData("hostnossl", true, false)]
    [InlineData("hostgssenc", false, false)]
    [InlineData("hostnogssenc", true, true)]
    public void The_type_says_what_may_come_in(string type, bool plaintext, bool tls)
    {
        HbaRule rule = Rules($"{type} all all all scram-sha-256").Single();
        Assert.Equal((plaintext, tls), (rule.AllowsPlaintext, rule.AllowsTls));
        Assert.False(Rules($"{type} all all all reject").Single().AllowsPlaintext);
    }

    [Theory]
    [InlineData("host all all 10.1.0.0/16 trust", "TrustOverTcp PlaintextAllowed")]
    [InlineData("host all all 127.0.0.1/32 trust\nhost all all ::1/128 trust", "TrustOverTcp")]
    [InlineData("hostssl all all 10.1.0.0/16 trust clientcert=verify-full", "")]
    [InlineData("host all all 10.1.0.0/16 password", "PasswordInPlaintext")]
    [InlineData("hostssl all all 10.1.0.0/16 password", "")]
    [InlineData("hostssl all all 10.1.0.0/16 md5", "Md5")]
    [InlineData("hostssl all all 0.0.0.0/0 scram-sha-256", "NoIPv6Twin")]
    [InlineData("hostssl all all 0.0.0.0/0 scram-sha-256\nhostssl all all ::/0 scram-sha-256", "")]
    [InlineData("hostssl all all 0.0.0.0/0 scram-sha-256\nhostssl all all all scram-sha-256", "")]
    [InlineData("hostssl \"all\" app 10.0.0.0/8 scram-sha-256", "QuotedKeyword")]
    [InlineData("hostssl all all 10.0.0.0/8 nonsense", "Refused")]
    [InlineData("hostssl all all 10.0.0.0/8 scram-sha-256 # c \\\nlocal all all peer", "CommentSwallowsNextLine")]
    [InlineData("hostssl all all 10.0.0.0/8 cert\nhost all all 10.0.0.0/8 md5", "TlsNotRequired")]
    [InlineData("hostssl all app 10.1.0.0/16 cert\nhostssl all all 10.0.0.0/8 cert\nhost all all all md5", "TlsNotRequired")]
    [InlineData("hostssl all all 10.0.0.0/8 cert\nhostnossl all all all reject\nhost all all all md5", "")]
    [InlineData("hostssl all all 10.0.0.0/8 cert\nhost sales all 10.0.0.0/8 md5", "")]
    [InlineData("hostssl all all 10.0.0.0/8 cert\nhost all all 10.0.0.0/8 reject", "")]
    public void The_first_rule_has_these_findings(string text, string codes) => Assert.Equal(codes, Codes(Rules(text)[0]));

    [Theory]
    [InlineData("host all all 10.0.0.0/8 scram-sha-256\nhostnossl all all all reject", "RejectTooLate")]
    [InlineData("hostnossl all all all reject\nhostgssenc all all all gss\nhostnossl all all all reject", "Shadowed")]
    [InlineData("hostssl all all all scram-sha-256\nhostssl all app 10.0.0.0/8 scram-sha-256", "Shadowed")]
    [InlineData("hostnossl all all 10.0.0.0/8 md5\nhostssl all all 10.0.0.0/8 cert", "TlsNotRequired")]
    [InlineData("host all all * scram-sha-256\nhostnossl all all all reject", "")]
    // Two halves refuse what neither does alone.
    [InlineData("hostnossl all all 0.0.0.0/0 reject\nhostnossl all all ::/0 reject\nhost all all all md5", "Md5")]
    [InlineData("hostnossl all all 0.0.0.0/0 reject\nhostnossl all all ::/1 reject\nhost all all all md5", "PlaintextAllowed Md5")]
    public void The_last_rule_has_these_findings(string text, string codes) => Assert.Equal(codes, Codes(Rules(text)[^1]));

    [Fact]
    public void A_reject_before_GSSAPI_rules_refuses_these_as_well() =>
        Assert.Equal("RejectsGss", Codes(Rules("hostnossl all all all reject\nhostgssenc all all all gss")[0]));

    [Fact]
    public void While_TLS_is_off_hostssl_lets_nobody_in()
    {
        var files = new WrittenFiles((WrittenFiles.Main, "hostssl all all all scram-sha-256"));
        HbaRule rule = HbaRule.Of(WrittenFiles.Read(files, sslIsOn: false)).Single();
        Assert.Equal("TlsIsOff", Codes(rule));
        Assert.Equal("hostssl", rule.Type);
        Assert.False(rule.AllowsTls);
        Assert.Null(rule.RuleNumber);
    }

    [Fact]
    public void Comments_that_swallow_a_rule_are_found_where_they_stand_alone() =>
        Assert.Equal(1, WrittenFiles.Read("# old \\\nhost all all all trust\nlocal all all peer").SwallowingComments.Single().Number);

    private static HbaRule[] Rules(string text) => [.. HbaRule.Of(WrittenFiles.Read(text))];

    private static string Codes(HbaRule rule) => string.Join(' ', rule.Findings.Select(finding => finding.Code));
}
