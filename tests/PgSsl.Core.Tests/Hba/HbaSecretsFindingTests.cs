using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>What is said about secrets in pg_hba.conf, and how much of a line is still shown.</summary>
[Fast]
public class HbaSecretsFindingTests
{
    private const string Ldap = "host all all 10.0.0.0/8 ldap ldapserver=ds";

    [Theory]
    [InlineData($"{Ldap} ldapbasedn=x ldapbindpasswd=pa#ss", "ldapbindpasswd")]
    [InlineData($"{Ldap} ldapbasedn=x ldapbindpasswd=pa,#ss", "ldapbindpasswd")]
    [InlineData($"{Ldap} ldapbasedn=x ldapbindpasswd= #ss", "ldapbindpasswd")]
    [InlineData($"{Ldap} ldapbindpasswd=pa#ss ldapbasedn=x", "ldapbindpasswd")]
    [InlineData($"{Ldap} ldapbasedn=ou=a#b", "ldapbasedn")]
    [InlineData("hostssl all all all cert map=a#b", "map")]
    public void A_comment_inside_of_a_value_is_found(string line, string option)
    {
        HbaRule rule = Rule(line);
        Finding finding = Assert.Single(rule.Findings, finding => finding.Code == "CommentInValue");
        Assert.Contains($"inside of the value of {option}:", finding.Message);
        Assert.Contains($"quote it, as in \"{option}=", finding.Remedy);
        if (rule.Type is null)
            Assert.Contains("quote it", rule.Findings.Single(finding => finding.Code == "Refused").Remedy);
    }

    [Theory]
    [InlineData($"{Ldap} ldapbasedn=x ldapbindpasswd=pass # the directory", "the directory")]
    [InlineData($"{Ldap} ldapbasedn=x \"ldapbindpasswd=pa#ss\" # the directory", "the directory")]
    [InlineData($"{Ldap} ldapbindpasswd=pass ldapbasedn=x #why", "why")]
    [InlineData("host all all all md5#why", "why")]
    [InlineData("host all app#why", "why")]
    public void Other_comments_are_shown_and_no_finding(string line, string comment)
    {
        HbaRule rule = Rule(line);
        Assert.Equal(comment, rule.Comment);
        Assert.DoesNotContain("CommentInValue", rule.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void The_rest_of_the_line_is_shown()
    {
        HbaRule rule = Rule($"{Ldap} ldapbasedn=x ldapbindpasswd=pa#ss");
        Assert.Equal($"{Ldap} ldapbasedn=x ldapbindpasswd=***#***", rule.Raw);
        Assert.Equal("***", rule.Comment);
    }

    [Theory]
    [InlineData("ldapbindpasswd=pass nonsense=1", "unrecognized authentication option name: \"nonsense\"")]
    [InlineData("ldapbindpasswd=pass ldapbasdn=dc=x", "unrecognized authentication option name: \"ldapbasdn\"")]
    [InlineData("\"ldapbindpasswd=pa ss\" ldapbasdn=dc=x", "unrecognized authentication option name: \"ldapbasdn\"")]
    [InlineData("ldapbindpw=pass", "unrecognized authentication option name: \"ldapbindpw\"")]
    [InlineData("ldapbindpasswd=pass pamservice=x",
        "authentication option \"pamservice\" is only valid for authentication methods pam")]
    [InlineData("ldapbindpasswd=pass ldapport=x", "invalid LDAP port number: \"***\"")]
    [InlineData("ldapport=x ldapbindpasswd=pass", "invalid LDAP port number: \"x\"")]
    // These may be the rest of the secret.
    [InlineData("ldapbindpasswd=pa,nonsense=1", "unrecognized authentication option name: \"***\"")]
    [InlineData("ldapbindpasswd= nonsense=1", "unrecognized authentication option name: \"***\"")]
    [InlineData("ldapbindpasswd='pa nonsense=1'", "unrecognized authentication option name: \"***\"")]
    [InlineData("ldapbindpasswd=pa No5ense=1", "unrecognized authentication option name: \"***\"")]
    [InlineData("ldapbindpasswd=pa bm9uc2Vuc2U==", "unrecognized authentication option name: \"***\"")]
    [InlineData("ldapbindpasswd=pa ss", "authentication option not in name=value format: ***")]
    public void An_option_that_is_refused_behind_a_secret_is_named(string options, string error) =>
        Assert.Equal(error, Rule($"{Ldap} {options}").Error);

    [Fact]
    public void A_list_of_passwords_is_found_and_named()
    {
        var files = new WrittenFiles((WrittenFiles.Main, "host all x,@users.txt all md5"), ("/etc/users.txt", "\"app\" \"pass\""));
        HbaRule rule = HbaRule.Of(WrittenFiles.Read(files)).Single();
        Assert.Equal(["x", "app", "***"], rule.User);
        Finding finding = Assert.Single(rule.Findings, finding => finding.Code == "PasswordList");
        Assert.StartsWith("@users.txt: this file is a list of passwords.", finding.Message);
    }

    [Fact]
    public void A_list_of_passwords_that_is_given_as_pg_hba_conf_is_called_so() =>
        Assert.StartsWith("This seems to be a line of a list of passwords", Rule("\"app\" \"pass\"").Findings[0].Remedy);

    private static HbaRule Rule(string line) => HbaRule.Of(WrittenFiles.Read(line)).Single();
}
