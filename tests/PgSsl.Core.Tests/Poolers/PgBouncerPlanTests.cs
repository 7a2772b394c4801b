using System.Text;
using PgSsl.Poolers;

namespace PgSsl.Tests.Poolers;

[Fast]
public class PgBouncerPlanTests
{
    private static readonly PgBouncerTls Wanted = new() { SslMode = "require", KeyPath = "/k", CertificatePath = "/c" };

    [Theory]
    [InlineData(
        "[pgbouncer]\nclient_tls_sslmode = prefer\nclient_tls_key_file=/old\n client_tls_cert_file\t=\t/c  \n",
        "[pgbouncer]\nclient_tls_sslmode = require\nclient_tls_key_file=/k\n client_tls_cert_file\t=\t/c  \n")]
    [InlineData(
        "[pgbouncer]\nlisten_port = 1\n;client_tls_sslmode = x\n[databases]\n* = host=x",
        "[pgbouncer]\nclient_tls_sslmode = require\nclient_tls_key_file = /k\nclient_tls_cert_file = /c\nlisten_port = 1\n" +
        ";client_tls_sslmode = x\n[databases]\n* = host=x")]
    [InlineData(
        "[pgbouncer]\r\nclient_tls_ciphers = x\r\nauth_type = md5",
        "[pgbouncer]\r\nclient_tls_ciphers = x\r\nclient_tls_sslmode = require\r\nclient_tls_key_file = /k\r\nclient_tls_cert_file = /c\r\n" +
        "auth_type = md5")]
    [InlineData(
        "[pgbouncer] listen_port = 1\n",
        "[pgbouncer]\nclient_tls_sslmode = require\nclient_tls_key_file = /k\nclient_tls_cert_file = /c\n listen_port = 1\n")]
    [InlineData(
        "[pgbouncer]\nclient_tls_sslmode = disable\nclient_tls_sslmode = allow\nclient_tls_key_file = /k\nclient_tls_cert_file = /c",
        "[pgbouncer]\nclient_tls_sslmode = disable\nclient_tls_sslmode = require\nclient_tls_key_file = /k\nclient_tls_cert_file = /c")]
    public void The_value_that_counts_changes_where_it_is_and_new_ones_come_beside_their_like(string before, string after) =>
        Assert.Equal(after, Encoding.UTF8.GetString(Assert.Single(PgBouncerPlan.Of(PgBouncerIniTests.Read(before), Wanted).Edits).Content!));

    [Fact]
    public void What_is_as_wanted_is_no_change()
    {
        PgBouncerPlan plan = PgBouncerPlan.Of(
            PgBouncerIniTests.Read("[pgbouncer]\nclient_tls_sslmode=require\nclient_tls_key_file=/k\nclient_tls_cert_file=/c"), Wanted);
        Assert.True(plan.IsNoChange);
        Assert.Empty(plan.Diff);
    }

    [Fact]
    public void A_setting_in_an_included_file_changes_there_and_the_diff_names_the_file()
    {
        var files = new Dictionary<string, string>
        {
            ["/etc/x.ini"] = "[pgbouncer]\n%include /etc/tls.ini\nlisten_port = 1\n",
            ["/etc/tls.ini"] = "client_tls_sslmode = require\nclient_tls_key_file = /old\nclient_tls_cert_file = /c\n",
        };
        PgBouncerPlan plan = PgBouncerPlan.Of(PgBouncerIni.Read("/etc/x.ini", path => Encoding.UTF8.GetBytes(files[path])), Wanted);
        Assert.Equal("/etc/tls.ini", Assert.Single(plan.Edits).Path);
        Assert.Equal(
            [
                "--- /etc/tls.ini", "+++ /etc/tls.ini", "@@ -1,3 +1,3 @@", " client_tls_sslmode = require", "-client_tls_key_file = /old",
                "+client_tls_key_file = /k", " client_tls_cert_file = /c",
            ],
            plan.Diff);
    }

    [Theory]
    [InlineData("x = host=db password=SECRET user=app")]
    [InlineData("x = host=db password='SE''CRET SECRET'")]
    [InlineData("x = host=db passwd=SECRET")]
    [InlineData("x = postgres://app:SECRET@db/x")]
    [InlineData(";x = host=db password=SECRET")]
    public void The_diff_shows_no_password_of_a_database_near_it(string database)
    {
        string diff = string.Join('\n', PgBouncerPlan.Of(PgBouncerIniTests.Read($"[databases]\n{database}\n[pgbouncer]"), Wanted).Diff);
        Assert.Contains("+client_tls_key_file = /k", diff);
        Assert.DoesNotContain("SECRET", diff);
    }

    [Theory]
    [InlineData("/etc/a\nserver_tls_sslmode = disable")]
    [InlineData(" /etc/a")]
    [InlineData("")]
    public void What_the_file_cannot_hold_is_refused(string path)
    {
        var failure =
            Assert.Throws<PgSslException>(() => PgBouncerPlan.Of(PgBouncerIniTests.Read("[pgbouncer]"), new PgBouncerTls { KeyPath = path }));
        Assert.Equal(PgSslError.InvalidParameterValue, failure.Error);
    }

    /// <summary>Where a file is included twice, in two sections, a change meant for one would reach the other.</summary>
    [Fact]
    public void A_change_that_would_change_more_is_refused()
    {
        var files = new Dictionary<string, string>
        {
            ["/etc/x.ini"] = "[databases]\n%include /etc/y.ini\n[pgbouncer]\n%include /etc/y.ini\n",
            ["/etc/y.ini"] = "client_tls_sslmode = prefer\n",
        };
        PgBouncerIni ini = PgBouncerIni.Read("/etc/x.ini", path => Encoding.UTF8.GetBytes(files[path]));
        Assert.Equal(
            PgSslError.InvalidPgBouncerFile,
            Assert.Throws<PgSslException>(() => PgBouncerPlan.Of(ini, new PgBouncerTls { SslMode = "require" })).Error);
    }

    [Theory]
    [InlineData("", "ClientTlsOff ServerPlaintextAllowed")]
    [InlineData(
        "client_tls_sslmode = prefer\nclient_tls_key_file = k\nclient_tls_cert_file = c\nserver_tls_sslmode = require",
        "ClientPlaintextAllowed ServerNotVerified")]
    [InlineData(
        "client_tls_sslmode = require\nclient_tls_key_file = k\nserver_tls_sslmode = verify-full", "ClientKeyOrCertificateMissing ServerCaMissing")]
    [InlineData(
        "client_tls_sslmode = verify-full\nclient_tls_key_file = k\nclient_tls_cert_file = c\nserver_tls_sslmode = verify-ca\nserver_tls_ca_file = x",
        "ClientCaMissing ServerNameNotVerified")]
    [InlineData(
        "client_tls_sslmode = Require ; TLS\nclient_tls_key_file = k\nclient_tls_cert_file = c\nserver_tls_sslmode = disable",
        "ServerPlaintextAllowed InvalidSslMode")]
    [InlineData(
        "client_tls_protocols = tlsv1.2,TLSv1.1\nserver_tls_ciphers = HIGH:RC4-SHA:!aNULL\nserver_tls_sslmode = verify-full\n" +
        "server_tls_ca_file = x\nserver_tls_cert_file = c",
        "ClientTlsOff ServerKeyOrCertificateMissing OldTlsVersions WeakCiphers")]
    [InlineData(
        "auth_type = cert\nclient_tls_sslmode = verify-full\nclient_tls_ca_file = x\nclient_tls_key_file = k\nclient_tls_cert_file = c\n" +
        "server_tls_sslmode = verify-full\nserver_tls_ca_file = x\nclient_tls_protocols = secure\nclient_tls_ciphers = fast",
        "")]
    public void What_is_the_matter_with_both_sides(string settings, string codes)
    {
        IReadOnlyList<Finding> findings = PgBouncerFindings.Find(PgBouncerIniTests.Read($"[pgbouncer]\n{settings}"));
        Assert.Equal(codes, string.Join(' ', findings.Select(finding => finding.Code)));
        Assert.All(findings, finding => Assert.EndsWith(".", finding.Remedy));
    }
}
