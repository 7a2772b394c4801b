using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Poolers;

namespace PgSsl.Tests.Poolers;

/// <summary>pgbouncer.ini as PgBouncer reads it; that it does is for <see cref="PgBouncerAgreementTests"/>.</summary>
[Fast]
public class PgBouncerIniTests
{
    [Fact]
    public void The_last_value_counts_and_a_second_header_starts_anew()
    {
        PgBouncerIni ini = Read(
            """
            [pgbouncer]
            client_tls_sslmode = require
            listen_port = 1
            [databases]
            client_tls_sslmode = dbname=x
            [pgbouncer]
            listen_port = 2
            listen_port = 3
            """);
        Assert.Equal(("3", null), (ini["listen_port"], ini["client_tls_sslmode"]));
    }

    [Theory]
    [InlineData("key=value", "key", "value")]
    [InlineData("  key \t =  value with ; and # \t ", "key", "value with ; and #")]
    [InlineData("'a key' = x", "a key", "x")]
    [InlineData("a.b-c_*=", "a.b-c_*", "")]
    [InlineData("key = \"quoted\"\r", "key", "\"quoted\"")]
    [InlineData("; x\n# y\n key=1", "key", "1")]
    public void A_key_and_its_value(string line, string key, string value)
    {
        PgBouncerEntry entry = Assert.Single(Read($"[pgbouncer]\n{line}\n").Entries);
        Assert.Equal((key, value), (entry.Key, entry.Value));
        Assert.Equal(value, Encoding.UTF8.GetString(entry.File.Content.AsSpan()[entry.ValueStart..entry.ValueEnd]));
    }

    [Theory]
    [InlineData("[pgbouncer\nx=1", "x.ini:1: a section has no closing bracket.")]
    [InlineData("[pgbouncer]\n\nkey", "x.ini:3: an equals sign is missing behind a key.")]
    [InlineData("[pgbouncer]\n'key = 1", "x.ini:2: a quoted key has no end, or is empty.")]
    [InlineData("x = 1", "x.ini:1: a key comes before any section.")]
    [InlineData("[databases]\nx = y", "x.ini has no section [pgbouncer].")]
    [InlineData("[pgbouncer]\n%include more.ini", "x.ini:2: %include more.ini is relative")]
    [InlineData("%include /etc/x.ini", "x.ini:1: includes are nested too deep.")]
    public void What_PgBouncer_would_not_load_is_an_error_with_its_line(string text, string message)
    {
        var failure = Assert.Throws<PgSslException>(() => Read(text));
        Assert.Equal(PgSslError.InvalidPgBouncerFile, failure.Error);
        Assert.StartsWith("/etc/" + message, failure.Message);
    }

    [Fact]
    public void An_included_file_is_read_in_its_place_and_leaves_its_section_behind()
    {
        var files = new Dictionary<string, string>
        {
            ["/etc/x.ini"] = "[databases]\n%include  /etc/more.ini \nlisten_port = 2",
            ["/etc/more.ini"] = "a = host=x\n[pgbouncer]\nlisten_addr = *",
        };
        PgBouncerIni ini = PgBouncerIni.Read("/etc/x.ini", path => Encoding.UTF8.GetBytes(files[path]));
        Assert.Equal(
            [("databases", "a"), ("pgbouncer", "listen_addr"), ("pgbouncer", "listen_port")],
            ini.Entries.Select(entry => (entry.Section!, entry.Key)));
        Assert.Equal(["/etc/x.ini", "/etc/more.ini"], ini.Files.Select(file => file.Path));
        Assert.Equal([("127.0.0.1", 2)], ini.Listens);
    }

    [Fact]
    public void A_file_that_is_missing_is_an_error() =>
        Assert.Equal(PgSslError.FileNotFound, Assert.Throws<PgSslException>(() => PgBouncerIni.Read("/nonexistent/pgbouncer.ini")).Error);

    /// <summary>Any settings planned into any file are there afterwards, and what is not theirs has not moved.</summary>
    [Fact]
    public void A_plan_changes_what_is_wanted_and_nothing_else() => Prop.ForAll(Texts().ToArbitrary(), text =>
    {
        PgBouncerIni before = Read(text);
        var wanted = new PgBouncerTls { SslMode = "require", KeyPath = "/etc/é key.pem", CertificatePath = "/etc/cert.pem" };
        PgBouncerPlan plan = PgBouncerPlan.Of(before, wanted);
        string changed = Encoding.UTF8.GetString(plan.Edits.Count > 0 ? plan.Edits[0].Content! : before.Files[0].Content);
        // Lines that are about something else are there in their order, byte for byte.
        string[] Others(string content) =>
            [.. content.Split('\n').Where(line => !line.Contains("client_tls", StringComparison.Ordinal)).Select(line => line.TrimEnd('\r'))
                .Where(line => line.Length > 0)];
        return plan.After["client_tls_sslmode"] == "require" && plan.After["client_tls_key_file"] == "/etc/é key.pem"
            && Others(text).SequenceEqual(Others(changed))
            && PgBouncerPlan.Of(plan.After, wanted).IsNoChange;
    }).QuickCheckThrowOnFailure();

    private static Gen<string> Texts() =>
        from lines in Gen.ArrayOf(Gen.Elements(
            "[databases]", "[pgbouncer]", "; note", "", "# client_tls_sslmode = no", "  listen_port = 7", "client_tls_sslmode=prefer",
            "client_tls_key_file =",
            "client_tls_cert_file = /old ; x", "server_tls_sslmode = require\r", "auth_type = md5", "'max_client_conn' = 5"))
        from end in Gen.Elements("\n", "")
        select "[pgbouncer]\n" + string.Join('\n', lines) + end;

    internal static PgBouncerIni Read(string text) => PgBouncerIni.Read("/etc/x.ini", _ => Encoding.UTF8.GetBytes(text));
}
