using PgSsl.Hba;
using PgSsl.Hba.Policy;

namespace PgSsl.Tests.Hba.Policy;

/// <summary>What changes in pg_hba.conf so that it refuses plaintext, and what does not.</summary>
[Fast]
public class HbaPlannerTests
{
    [Fact]
    public void Host_becomes_hostssl_and_everything_else_stays_as_it_is_written() => Assert.Equal(
        "# mine\r\n\r\nlocal all all peer\r\nhostssl\tall\tapp,\"Odd #Name\"  10.0.0.0/8  md5 # the app\r\n",
        Plans.Apply("# mine\r\n\r\nlocal all all peer\r\nhost\tall\tapp,\"Odd #Name\"  10.0.0.0/8  md5 # the app\r\n"));

    [Theory]
    [InlineData("host all all 127.0.0.1/32 md5")]
    [InlineData("host all all 127.0.0.0/8 md5")]
    [InlineData("host all all ::1/128 md5")]
    [InlineData("host all all samehost md5")]
    [InlineData("host all all localhost md5")]
    public void Rules_for_the_own_host_stay_unless_they_are_asked_for(string rule)
    {
        Assert.True(Plans.Make(rule).IsNoChange);
        Assert.StartsWith("hostssl ", Plans.Apply(rule, new HbaPolicy { Selection = new HbaSelection { IncludesLoopback = true } }));
    }

    [Theory]
    [InlineData("host all all all reject")]
    [InlineData("hostnossl all all all reject")]
    [InlineData("hostnossl all all all md5")]
    [InlineData("hostgssenc all all all gss")]
    [InlineData("hostssl all all all scram-sha-256")]
    [InlineData("local all all trust")]
    public void Other_rules_stay(string rule) => Assert.True(Plans.Make(rule).IsNoChange);

    [Theory]
    [InlineData("hostnogssenc all all all md5", "hostssl all all all md5")]
    [InlineData("\"host\" all all all md5", "hostssl all all all md5")]
    [InlineData("ho\\\nst all all all md5", "ho\\\nstssl all all all md5")]
    [InlineData("host \\\n all all all md5", "hostssl \\\n all all all md5")]
    [InlineData("  host all all all md5", "  hostssl all all all md5")]
    public void Only_the_word_changes_however_it_is_written(string before, string after) => Assert.Equal(after, Plans.Apply(before));

    [Fact]
    public void A_rule_without_TLS_is_changed_where_its_type_is_asked_for() => Assert.Equal(
        "hostssl all all all md5",
        Plans.Apply("hostnossl all all all md5", new HbaPolicy { Selection = new HbaSelection { Types = [HbaConnectionType.HostNoSsl] } }));

    /// <summary>hostssl does not match connections that GSSAPI encrypts.</summary>
    [Fact]
    public void A_gss_rule_gets_a_twin_for_the_connections_that_GSSAPI_encrypts() => Assert.Equal(
        "hostssl all all all gss include_realm=1 # kerberos\nhostgssenc all all all gss include_realm=1\nlocal all all peer",
        Plans.Apply("host all all all gss include_realm=1 # kerberos\nlocal all all peer"));

    [Fact]
    public void A_second_run_changes_nothing()
    {
        var policy = new HbaPolicy { RejectsPlaintext = true, ClientCertificate = ClientCertificateDemand.VerifyCa, Method = "scram-sha-256" };
        string once = Plans.Apply("host all all all gss\nhost all all 0.0.0.0/0 md5 \nhostgssenc all x all gss", policy);
        Assert.True(Plans.Make(once, policy).IsNoChange);
    }

    [Theory]
    [InlineData("app", "hostssl all app all md5\nhost all bob all md5")]
    [InlineData("b*", "host all app all md5\nhostssl all bob all md5")]
    [InlineData("nobody", "host all app all md5\nhost all bob all md5")]
    public void Rules_are_selected_by_user(string user, string after) => Assert.Equal(
        after, Plans.Apply("host all app all md5\nhost all bob all md5", new HbaPolicy { Selection = new HbaSelection { Users = [user] } }));

    [Theory]
    [InlineData("10.0.0.0/8", "hostssl all all 10.1.0.0/16 md5\nhost all all all md5")]
    [InlineData("10.1.0.0/24", "host all all 10.1.0.0/16 md5\nhost all all all md5")]
    [InlineData("all", "host all all 10.1.0.0/16 md5\nhostssl all all all md5")]
    public void Rules_are_selected_by_network(string address, string after) => Assert.Equal(
        after,
        Plans.Apply("host all all 10.1.0.0/16 md5\nhost all all all md5", new HbaPolicy { Selection = new HbaSelection { Addresses = [address] } }));

    [Theory]
    [InlineData("host all all all md5 # c", "hostssl all all all md5 clientcert=verify-full # c")]
    [InlineData("hostssl all all all md5", "hostssl all all all md5 clientcert=verify-full")]
    [InlineData("hostssl all all all md5 clientcert=verify-ca  clientname=DN", "hostssl all all all md5 clientcert=verify-full  clientname=DN")]
    [InlineData("hostssl all all all cert", "hostssl all all all cert")]
    public void Client_certificates_are_demanded_by_an_option(string before, string after) => Assert.Equal(
        after, Plans.Apply(before, new HbaPolicy { ClientCertificate = ClientCertificateDemand.VerifyFull }));

    /// <summary>Until 11 only clientcert=1 is a demand, whatever else is written; 12 and 13 take both spellings (hba.c of each version).</summary>
    [Theory]
    [InlineData(10, "host all all all md5", "hostssl all all all md5 clientcert=1")]
    [InlineData(11, "hostssl all all all md5 clientcert=verify-ca", "hostssl all all all md5 clientcert=1")]
    [InlineData(11, "hostssl all all all md5 clientcert=1", "hostssl all all all md5 clientcert=1")]
    [InlineData(12, "host all all all md5", "hostssl all all all md5 clientcert=verify-ca")]
    [InlineData(13, "hostssl all all all md5 clientcert=1", "hostssl all all all md5 clientcert=1")]
    [InlineData(13, "hostssl all all all md5 clientcert=no-verify", "hostssl all all all md5 clientcert=verify-ca")]
    [InlineData(14, "host all all all md5", "hostssl all all all md5 clientcert=verify-ca")]
    public void Client_certificates_are_demanded_in_the_words_of_the_version(int major, string before, string after) => Assert.Equal(
        after, Plans.Apply(before, new HbaPolicy { ClientCertificate = ClientCertificateDemand.VerifyCa }, major));

    [Theory, InlineData(10), InlineData(11)]
    public void A_version_that_would_read_verify_full_as_no_demand_is_refused(int major)
    {
        var policy = new HbaPolicy { ClientCertificate = ClientCertificateDemand.VerifyFull };
        var failure = Assert.Throws<PgSslException>(() => Plans.Apply("host all all all md5", policy, major));
        Assert.Equal(PgSslError.UnsupportedParameter, failure.Error);
        Assert.Contains("has no clientcert=verify-full", failure.Message);
    }

    [Theory]
    [InlineData(11, "md5 clientcert=verify-full", "None")]
    [InlineData(11, "md5 clientcert=1", "VerifyCa")]
    [InlineData(11, "cert", "VerifyFull")]
    [InlineData(12, "md5 clientcert=verify-full", "VerifyFull")]
    [InlineData(13, "md5 clientcert=0", "None")]
    [InlineData(13, "md5 clientcert=no-verify", "None")]
    [InlineData(13, "md5 clientcert=1", "VerifyCa")]
    [InlineData(14, "md5 clientcert=verify-ca", "VerifyCa")]
    public void A_demand_is_read_as_the_version_reads_it(int major, string method, string demand)
    {
        var files = new WrittenFiles((WrittenFiles.Main, $"hostssl all all all {method}"));
        Assert.Equal(demand, WrittenFiles.Read(files, major).Records[0].Record!.CertificateDemand.ToString());
    }

    [Theory]
    [InlineData("hostssl all all all ldap clientcert=verify-ca ldapserver=x ldapprefix=y", "hostssl all all all ldap ldapserver=x ldapprefix=y")]
    [InlineData("hostssl all all all ident clientcert=verify-ca,map=x", "hostssl all all all ident map=x")]
    [InlineData("hostssl all all all ident map=x,clientcert=verify-ca", "hostssl all all all ident map=x")]
    [InlineData("hostssl all all all md5 \\\n  clientcert=verify-ca # c", "hostssl all all all md5 # c")]
    public void Or_no_more(string before, string after) => Assert.Equal(
        after, Plans.Apply(before, new HbaPolicy { ClientCertificate = ClientCertificateDemand.None }));

    [Fact]
    public void An_option_out_of_a_file_cannot_be_taken_out_of_it()
    {
        var files = new WrittenFiles(
            (WrittenFiles.Main, "hostssl all all all ident @options"), ("/etc/options", "clientcert=verify-ca map=x"));
        var policy = new HbaPolicy { ClientCertificate = ClientCertificateDemand.None };
        var failure = Assert.Throws<PgSslException>(() => HbaPlanner.Plan(WrittenFiles.Read(files), policy, files));
        Assert.Equal(PgSslError.InvalidHbaFile, failure.Error);
        Assert.Contains("@", failure.Message);
    }

    [Theory]
    [InlineData("trust")]
    [InlineData("md5")]
    [InlineData("password")]
    public void Weak_methods_give_way(string method) => Assert.Equal(
        "hostssl all all all scram-sha-256", Plans.Apply($"host all all all {method}", new HbaPolicy { Method = "scram-sha-256" }));

    [Fact]
    public void Strong_methods_stay() => Assert.Equal(
        "hostssl all all all ldap ldapserver=x ldapprefix=y",
        Plans.Apply("host all all all ldap ldapserver=x ldapprefix=y", new HbaPolicy { Method = "scram-sha-256" }));

    [Fact]
    public void Allowing_turns_it_back_without_what_only_TLS_has() => Assert.Equal(
        "host all all all md5\nhostssl all all all cert\nhost all app all scram-sha-256 # x\n",
        Plans.Apply(
            "hostssl all all all md5\nhostssl all all all cert\nhostnossl all,replication all all reject\n"
                + "hostssl all app all scram-sha-256 clientcert=verify-full clientname=DN # x\n",
            new HbaPolicy { AllowsPlaintext = true }));

    [Fact]
    public void Included_files_are_changed_where_they_are()
    {
        var files = new WrittenFiles(
            (WrittenFiles.Main, "include extra.conf\nhost all all all md5"), ("/etc/extra.conf", "host all app all md5\n"));
        HbaPlan plan = HbaPlanner.Plan(WrittenFiles.Read(files), new HbaPolicy(), files);
        Assert.Equal(["/etc/pg_hba.conf", "/etc/extra.conf"], plan.Files.Select(file => file.Path));
        Assert.Equal(
            ["/etc/extra.conf:hostssl all app all md5", "/etc/pg_hba.conf:hostssl all all all md5"],
            plan.Rules.Select(rule => $"{rule.FileName}:{rule.RawAfter}"));
    }

    [Fact]
    public void A_file_that_is_included_twice_is_changed_once()
    {
        var files = new WrittenFiles((WrittenFiles.Main, "include extra.conf\ninclude extra.conf"), ("/etc/extra.conf", "host all app all gss\n"));
        HbaPlan plan = HbaPlanner.Plan(WrittenFiles.Read(files), new HbaPolicy(), files);
        Assert.Equal("hostssl all app all gss\nhostgssenc all app all gss\n", System.Text.Encoding.UTF8.GetString(plan.Files.Single().After));
    }

    [Fact]
    public void A_file_that_the_server_refuses_is_not_changed()
    {
        var failure = Assert.Throws<PgSslException>(() => Plans.Make("host all all all md5\nhost all all nonsense"));
        Assert.Equal(PgSslError.InvalidHbaFile, failure.Error);
        Assert.Contains("pg_hba.conf:2: end-of-line before authentication method", failure.Message);
    }

    [Theory]
    [InlineData("host all $APP_USER 10.0.0.0/8 md5", "pg_hba.conf:1 still contains $APP_USER:")]
    [InlineData("host all all {{subnet}} md5", "pg_hba.conf:1 still contains {{subnet}}:")]
    public void A_placeholder_in_a_line_that_changes_is_said(string line, string note) =>
        Assert.StartsWith(note, Assert.Single(Plans.Make(line).Notes), StringComparison.Ordinal);

    [Fact]
    public void What_still_lets_plaintext_in_is_said()
    {
        HbaPlan plan = Plans.Make("host all app all md5\nhostnossl all legacy 10.0.0.0/8 md5");
        Assert.Equal(["These rules still let clients in without TLS, because they were not selected: pg_hba.conf:2."], plan.Notes);
    }

    [Fact]
    public void Contradictions_are_refused()
    {
        var failure = Assert.Throws<PgSslException>(() =>
            Plans.Make("local all all peer", new HbaPolicy { AllowsPlaintext = true, RejectsPlaintext = true }));
        Assert.Equal(PgSslError.ContradictoryParameters, failure.Error);
    }

    [Fact]
    public void Each_changed_rule_is_told_before_and_after()
    {
        HbaPlan plan = Plans.Make("local all all peer\nhost all a all gss\nhost all b all md5\n");
        Assert.Equal(
            [
                ("Changed", 2, "host all a all gss", "hostssl all a all gss"), ("Added", 3, null, "hostgssenc all a all gss"),
                ("Changed", 4, "host all b all md5", "hostssl all b all md5"),
            ],
            plan.Rules.Select(rule => (rule.Action, rule.LineNumber, rule.RawBefore, rule.RawAfter)));
    }
}
