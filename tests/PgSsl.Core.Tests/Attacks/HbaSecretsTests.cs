using System.Text.Json;
using PgSsl.Hba;
using PgSsl.Hba.Policy;
using PgSsl.Tests.Hba;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// Whoever reads a screen, a log or a ticket wants the password that somebody wrote into pg_hba.conf in an unusual way, or into a file that it
/// names. Nothing that is shown about the rules may hold it.
/// </summary>
[Fast]
public sealed class HbaSecretsTests
{
    private const string Ldap = "host all all 10.0.0.0/8 ldap ldapserver=ds ldapbasedn=x";
    private const string Md5 = "md50123456789abcdef0123456789abcdef";
    private const string Scram = "SCRAM-SHA-256$4096:SALTSECRET=$STOREDSECRET=:SERVERSECRET=";

    /// <summary>The server loads these rules.</summary>
    public static TheoryData<string> LoadedRules =>
    [
        $"{Ldap} ldapbindpasswd=pa#SECRET",
        $"{Ldap} ldapbindpasswd=pa#SECRET # the directory",
        $"{Ldap} ldapbindpasswd=#SECRET",
        $"{Ldap} ldapbindpasswd= #SECRET",
        $"{Ldap} ldapbindpasswd=pa #SECRET",
        $"{Ldap} ldapbindpasswd=\"pa\"#SECRET",
        $"{Ldap} \"ldapbindpasswd=pa\"#SECRET",
        $"{Ldap} \"ldapbindpasswd=pa#x SECRET",
        $"{Ldap} ldapbindpasswd='pa#SECRET'",
        $"{Ldap} ldapbindpasswd=pa,#SECRET",
        $"{Ldap} ldapbindpasswd=pa , #SECRET",
        $"{Ldap} ldapbind\"passwd\"=SECRET",
        $"{Ldap} ldapbindpasswd=pa\\\n#SECRET",
        $"{Ldap} ldapbindpasswd=pa#\\\nSECRET",
        $"{Ldap} ldapbindpasswd=pa#x\\\nSECRET",
        $"{Ldap} \\\n \"ldapbindpasswd=SE\\\nCRET SECRET\"",
        $"{Ldap} # ldapbindpasswd=pa#SECRET",
        $"{Ldap} # ldapbindpasswd=pa SECRET",
        $"{Ldap} # ldapbindpasswd=\\\nSECRET",
        $"{Ldap} # ldapbindpw=SECRET",
        $"{Ldap} # {Md5}",
        $"{Ldap} # pw SECRET",
        $"# app pwd SECRET\n{Ldap}",
        $"#{Ldap} ldapbindpasswd=pa#SECRET\n{Ldap}",
        $"#{Ldap} ldapbindpasswd=\\\n SECRET\n{Ldap}",
        "host all all 10.0.0.0/8 radius radiusservers=127.0.0.1 radiussecrets=one#SECRET",
        "host all all 10.0.0.0/8 radius \"radiusservers=127.0.0.1,::1\" \"radiussecrets=one,SECRET\"",
        "host all all 10.0.0.0/8 ldap ldapurl=ldap://SECRET@ds/dc=x",
        "host all all 10.0.0.0/8 ldap \"ldapurl=ldap://ds/dc=x??sub?(a=b)?bindname=cn=x,x-bindpw=SECRET\"",
        "host all all 10.0.0.0/8 ldap ldapbasedn=x ldapurl=ldap://user:12#SECRET@ds/dc=x",
        "host all all 10.0.0.0/8 oauth issuer=https://id:SECRET@idp.example scope=x",
        "host all all ldapbindpasswd=SECRET ldap ldapserver=ds ldapbasedn=x",
        "host all ldapbindpasswd=SECRET all ldap ldapserver=ds ldapbasedn=x",
        "host all postgres://app:SECRET@db all md5",
        $"host all \"{Md5}\" all scram-sha-256",
        $"host all {Scram} all scram-sha-256",
        "host all {SSHA}SECRETSECRET all scram-sha-256",
    ];

    /// <summary>The server refuses these lines.</summary>
    public static TheoryData<string> RefusedLines =>
    [
        "host all all all ldap ldapserver=ds ldapbindpasswd=pa#SECRET ldapbasedn=x",
        "host all all all ldap ldapserver=ds ldapbindpasswd=pa SECRET",
        "host all all all ldap ldapserver=ds ldapbindpasswd=pa,SECRET=x",
        "host all all all ldap ldapserver=ds ldapbindpasswd=pa,secret=x ldapbasedn=SECRET",
        "host all all all ldap ldapserver=ds ldapbindpasswd= SECRET=x",
        "host all all all ldap ldapserver=ds ldapbindpasswd='pa secret=SECRET'",
        "host all all all ldap ldapserver=ds ldapbindpasswd=pa ldapport=SECRET",
        "host all all all ldap ldapserver=ds ldapbindpasswd=pa,@SECRET",
        "host all all all ldap ldapserver=ds ldapbindpasswd=pa @SECRET",
        "host all all all ldap ldapserver=ds ldapbindpasswd:SECRET",
        "host all all all ldap ldapserver=ds ldapbindpasswd SECRET",
        "host all all all ldap ldapserver=ds ldapbind\"passwd\"=pa SECRET",
        "host all all all ldap ldapserver=ds ldapbindpassword=SECRET",
        "host all all all ldap ldapserver=ds ldapbindpw=SECRET",
        "host all all all ldap ldapserver=ds LDAPBINDPASSWD=SECRET",
        "host all all all ldap ldapserver=ds ldappw=SECRET",
        "host all all all ldap ldapserver=ds ldapbindcred=SECRET",
        "host all all all radius radiusservers=127.0.0.1 radiuskey=SECRET",
        "host all all all md5:SECRET",
        "host all all 10.0.0.0/8 password SECRET",
        "local all all password SECRET",
        "host all app:SECRET all md55",
        "host all all all ldap ldapserver=ds password = SECRET",
        "host all all all ldap ldapurl=ldap://user:SECRET@ds/dc=x",
        "host all all all ldap ldapurl=ldap://user:SE#CRETSECRET@ds/dc=x",
        "host all all all ldap ldapurl=http://user:SECRET@ds/dc=x",
        "host all all all radius radiusservers=127.0.0.1 radiussecrets=one,SECRET",
        "host all all all radius radiusserver=h radiussecret=SECRET",
        "host all all all oauth issuer=x scope=y oauth_client_secret=SECRET",
        "host all all @missing ldap ldapbind\"passwd\"=SECRET",
        "host all all all ldap ldapserver=ds \\\nldapbindpasswd=pa ss\\\nSECRET",
        "ldapserver=ds ldapbindpasswd=SECRET",
        "ldapbindpasswd=SECRET",
        $"host all all 10.0.0.0/{Scram} md5",
        $"\"app\" \"{Md5}\"",
        "\"app\" \"SECRET\"",
        "\"app\" \"SE\"\"CRET SECRET\" x",
        "localhost:5432:*:app:SECRET",
        "db.example:*:my db:app:SECRET",
        "postgresql://app:SECRET@db/app",
        "DATABASE_URL=postgresql://app:SE/CRET@SECRET@db/app",
        "app = host=db dbname=x password=SECRET",
        "password: SECRET",
        "{\"app\":{\"password\":\"SECRET\"}}",
    ];

    /// <summary>Files that a rule names with @, and that hold passwords.</summary>
    public static TheoryData<string> PasswordFiles =>
    [
        $"\"app\" \"{Md5}\"\n\"web\" \"{Scram}\"",
        "\"app\" \"SECRET\"",
        "; PgBouncer\n\"app\" \"SECRET\" \"SECRET\"\n\"web\"   \"\"",
        "\"app\" \"SE\"\"CRETSECRET\"",
        $"app {Md5}\nweb {Scram}",
        $"app\n{Md5} SECRET",
        "app:SECRET\nweb:SECRET",
        "app:$6$salt$SECRET",
        "localhost:5432:*:app:SECRET",
        "app=SECRET",
        "\"app\" \"all\"\n\"web\" \"SECRET\"",
        "\"app\" \"${SECRET}\"",
        "\"app\" \\\n\"SECRET\"",
        "app = SECRET",
        "app =SECRET",
        "app: SECRET",
        "{\"app\": \"SECRET\"}",
        "{\n  \"app\": \"SECRET\"\n}",
        "'app' 'SECRET'",
    ];

    [Theory]
    [MemberData(nameof(LoadedRules))]
    public void A_rule_shows_nothing_of_it(string text)
    {
        HbaDocument document = WrittenFiles.Read(text);
        Assert.All(document.Entries, entry => Assert.NotNull(entry.Record));
        AssertHidden(document);
    }

    [Theory]
    [MemberData(nameof(RefusedLines))]
    public void A_line_that_is_refused_shows_nothing_of_it(string text)
    {
        HbaDocument document = WrittenFiles.Read(text);
        Assert.All(document.Entries, entry => Assert.Null(entry.Record));
        AssertHidden(document);
    }

    [Theory]
    [MemberData(nameof(PasswordFiles))]
    public void A_list_of_passwords_in_the_place_of_names_shows_only_names(string list)
    {
        foreach (string rule in (string[])[
            "host all @users all md5", "host @users all all md5", "local all @users peer", "host all x,@users @users md5",
            "host all all all ldap @users"])
        {
            var files = new WrittenFiles((WrittenFiles.Main, rule), ("/etc/users", list));
            HbaDocument document = WrittenFiles.Read(files);
            AssertHidden(document);
            if (document.Entries[0].Record is not null)
                Assert.Contains("PasswordList", HbaRule.Of(document).Single().Findings.Select(finding => finding.Code));
        }
    }

    [Theory]
    [MemberData(nameof(LoadedRules))]
    public void A_change_shows_nothing_of_it_before_and_after(string text)
    {
        var files = new WrittenFiles((WrittenFiles.Main, text));
        HbaDocument document = WrittenFiles.Read(files);
        foreach (ClientCertificateDemand demand in Enum.GetValues<ClientCertificateDemand>())
        {
            HbaPlan plan = HbaPlanner.Plan(document, new HbaPolicy { ClientCertificate = demand, Method = "scram-sha-256" }, files);
            Assert.NotEmpty(plan.Diff);
            AssertHidden(string.Join('\n', plan.Diff));
            AssertHidden(plan.After);
            AssertHidden(JsonSerializer.Serialize(plan.Rules));
        }
    }

    [Fact]
    public void The_server_takes_every_word_of_a_list_of_passwords_for_a_name()
    {
        var files = new WrittenFiles((WrittenFiles.Main, "host all @users all md5"), ("/etc/users", "\"app\" \"all\"\n\"web\" \"x\""));
        HbaDocument document = WrittenFiles.Read(files);
        Assert.Equal(["app", "all", "web", "x"], document.Records[0].Record!.Users.Select(name => name.Text));
        Assert.Equal(["app", "***", "web", "***"], HbaRule.Of(document).Single().User);
    }

    [Fact]
    public void A_list_of_names_is_shown()
    {
        var files = new WrittenFiles(
            (WrittenFiles.Main, "host all @users all md5"),
            ("/etc/users", "app web\n+staff, \"Bob Smith\", \"x\"\n/^a:b=c$ \"all\"\n\"odd:name\""));
        HbaRule rule = HbaRule.Of(WrittenFiles.Read(files)).Single();
        Assert.Equal(["app", "web", "+staff", "Bob Smith", "x", "/^a:b=c$", "\"all\"", "odd:name"], rule.User);
        Assert.DoesNotContain("PasswordList", rule.Findings.Select(finding => finding.Code));
    }

    private static void AssertHidden(HbaDocument document)
    {
        foreach (HbaRule rule in HbaRule.Of(document))
            AssertHidden(JsonSerializer.Serialize(rule) + rule);
        foreach (HbaFile file in document.Files.Take(1))
            AssertHidden(HbaSecrets.ShowFile(document, file));
        Assert.Equal(
            document.Files[0].Content.Count(letter => letter == '\n'),
            HbaSecrets.ShowFile(document, document.Files[0]).Count(letter => letter == '\n'));
        if (document.Refused.Any())
        {
            PgSslException refusal = Assert.Throws<PgSslException>(() => HbaPlanner.CheckLoadable(document));
            AssertHidden(refusal.Message + refusal.Remedy);
        }
    }

    private static void AssertHidden(string shown)
    {
        Assert.DoesNotContain("SECRET", shown);
        Assert.DoesNotMatch("(?<!radius|client_)secret=", shown);
        Assert.DoesNotContain("0123456789abcdef", shown);
    }
}
