using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Requests;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>What names make of a certificate.</summary>
[Fast]
public sealed class CertificateProfileTests
{
    [Fact]
    public void Fields_stand_in_the_subject_from_the_large_to_the_small()
    {
        CertificateProfile profile = Create(new()
        {
            CommonName = "db1", Organization = "ACME, Inc.", OrganizationalUnits = ["Data", "DBA"],
            Locality = "Köln", State = "NRW", Country = "de", EmailAddress = "dba@x.test",
        });

        Assert.Equal(
            SubjectName.Parse("/C=DE/ST=NRW/L=Köln/O=ACME, Inc./OU=Data/OU=DBA/CN=db1/emailAddress=dba@x.test").Encoded.ToArray(),
            profile.Subject.Encoded.ToArray());
    }

    [Theory]
    [InlineData("db1.example.com", "DNS:db1.example.com")]
    [InlineData("*.example.com", "DNS:*.example.com")]
    [InlineData("10.0.0.1", "IP:10.0.0.1")]
    [InlineData("2001:db8::1", "IP:2001:db8::1")]
    [InlineData("münchen.test", "DNS:xn--mnchen-3ya.test")]
    public void The_common_name_of_a_server_is_among_the_alternative_names(string commonName, string expected)
    {
        CertificateProfile profile = Create(new() { CommonName = commonName });

        Assert.Equal([expected], profile.SubjectAlternativeNames);
        Assert.Empty(profile.Warnings);
    }

    [Fact]
    public void The_common_name_of_a_server_is_in_A_labels_too() =>
        Assert.Equal("xn--mnchen-3ya.test", Create(new() { CommonName = "münchen.test" }).Subject.CommonName);

    [Fact]
    public void A_whole_subject_stays_as_it_was_written()
    {
        CertificateProfile profile = Create(new() { Subject = "O=ACME,CN=münchen.test" });

        Assert.Equal("münchen.test", profile.Subject.CommonName);
        Assert.Equal(["DNS:xn--mnchen-3ya.test"], profile.SubjectAlternativeNames);
        Assert.Contains("CN=xn--mnchen-3ya.test", Assert.Single(profile.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_beyond_ASCII_is_no_host_name_to_warn_of() =>
        Assert.Empty(Create(new() { Role = CertificateRole.Client, Subject = "CN=jürgen" }).Warnings);

    [Fact]
    public void A_mistyped_address_is_no_common_name_of_a_server()
    {
        Assert.Equal(PgSslError.InvalidHostName, Refusal(new() { CommonName = "10.0.0.256", DnsNames = ["db1"] }).Error);
        Assert.Equal("10.0.0.256", Create(new() { Role = CertificateRole.Client, CommonName = "10.0.0.256" }).Subject.CommonName);
    }

    [Theory]
    [InlineData(" db1.example.com", "space", "'db1.example.com'")]
    [InlineData("db1.example.com ", "space", "'db1.example.com'")]
    [InlineData("10.0.0.1 ", "space", "'10.0.0.1'")]
    [InlineData("project:instance ", "space", "'project:instance'")]
    [InlineData(" ", "space", "db1.example.com")]
    [InlineData("https://db1.example.com/", "URL", "'db1.example.com'")]
    [InlineData("https://db1.example.com:5432/x?y", "URL", "'db1.example.com'")]
    [InlineData("postgresql://app@[::1]:5432/x", "URL", "'::1'")]
    [InlineData("https://", "URL", "db1.example.com")]
    [InlineData("[::1]", "brackets", "'::1'")]
    [InlineData("[::1]:5432", "brackets", "'::1'")]
    [InlineData("db1:5432", "port", "'db1'")]
    [InlineData("*.example.com:5432", "port", "'*.example.com'")]
    [InlineData("10.0.0.1:5432", "port", "'10.0.0.1'")]
    [InlineData("db*.example.com", "whole first label", "* for the whole first label")]
    [InlineData("db.*.example.com", "whole first label", "* for the whole first label")]
    [InlineData("*", "whole first label", "* for the whole first label")]
    public void A_common_name_that_is_a_host_name_but_for_a_slip_is_refused(string commonName, string message, string remedy)
    {
        PgSslException refusal = Refusal(new() { CommonName = commonName, DnsNames = ["db1"] });

        Assert.Equal(PgSslError.InvalidHostName, refusal.Error);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_a_URL_is_not_repeated()
    {
        PgSslException refusal = Refusal(new() { CommonName = "postgresql://app:hunter2@db1/x" });

        Assert.DoesNotContain("hunter2", refusal.Message + refusal.Remedy, StringComparison.Ordinal);
        Assert.Contains("'db1'", refusal.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://app")]
    [InlineData("app:1")]
    [InlineData("app*")]
    public void A_role_may_be_called_anything(string commonName) => Assert.Equal(
        commonName, Create(new() { Role = CertificateRole.Client, CommonName = commonName }).Subject.CommonName);

    [Fact]
    public void Empty_texts_and_null_count_as_not_given()
    {
        CertificateProfile profile = Create(new()
        {
            CommonName = "db1", Organization = "", Locality = "", State = "", Country = "", EmailAddress = "",
            OrganizationalUnits = ["", null!, "DBA"], DnsNames = [null!, "", "db2"], IPAddresses = null!,
        });

        Assert.Equal("CN=db1, OU=DBA", profile.Subject.ToString());
        Assert.Equal(["DNS:db1", "DNS:db2"], profile.SubjectAlternativeNames);
    }

    [Fact]
    public void Empty_texts_leave_a_certificate_as_it_is()
    {
        MintedCertificate served = Mint.Certificate("CN=db1,O=ACME", null, new MintOptions { AlternativeNames = ["DNS:db2"] });

        CertificateProfile profile = Create(new() { Certificate = served.Certificate, CommonName = "", DnsNames = [""] });

        Assert.Equal(served.Subject, profile.Subject.Encoded.ToArray());
        Assert.Equal(["DNS:db2"], profile.SubjectAlternativeNames);
    }

    [Fact]
    public void An_empty_subject_and_nothing_but_empty_texts_are_errors()
    {
        Assert.Equal(PgSslError.InvalidSubject, Refusal(new() { Subject = "" }).Error);
        Assert.Contains("No subject", Refusal(new() { CommonName = "", Organization = "" }).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Germany", "\"Germany\"")]
    [InlineData("uk", "\"uk\" is not a country code of ISO 3166: the code of the United Kingdom is GB")]
    [InlineData("UK", "GB")]
    public void A_country_is_a_code_and_the_error_shows_what_was_typed(string country, string message)
    {
        PgSslException refusal = Refusal(new() { CommonName = "db1", Country = country });

        Assert.Equal(PgSslError.InvalidSubject, refusal.Error);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_subject_keeps_the_country_UK() =>
        Assert.Equal("CN=db1, C=UK", Create(new() { Subject = "CN=db1,C=UK" }).Subject.ToString());

    [Theory]
    [InlineData("dba")]
    [InlineData("@example.com")]
    [InlineData("dba@")]
    public void An_e_mail_address_has_a_name_and_a_domain(string address)
    {
        Assert.Contains($"\"{address}\"", Refusal(new() { CommonName = "db1", EmailAddress = address }).Message, StringComparison.Ordinal);
        Assert.Equal(PgSslError.InvalidSubject, Refusal(new() { Subject = $"CN=db1,emailAddress={address}" }).Error);
    }

    [Fact]
    public void Alternative_names_follow_the_common_name_each_once() => Assert.Equal(
        ["DNS:db1.example.com", "DNS:db1", "IP:10.0.0.1"],
        Create(new() { CommonName = "db1.example.com", DnsNames = ["db1", "DB1.example.com"], IPAddresses = ["10.0.0.1", "10.0.0.1"] })
            .SubjectAlternativeNames);

    [Theory]
    [InlineData("project:instance")]
    [InlineData("Jane Doe")]
    [InlineData("127.1")]
    public void A_common_name_that_is_no_host_is_warned_of(string commonName)
    {
        CertificateProfile profile = Create(new() { CommonName = commonName });

        Assert.Empty(profile.SubjectAlternativeNames);
        Assert.Contains(commonName, Assert.Single(profile.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_common_name_that_is_no_host_is_fine_beside_names_that_are() =>
        Assert.Empty(Create(new() { CommonName = "project:instance", DnsNames = ["db1"] }).Warnings);

    [Theory]
    [InlineData(CertificateRole.Client)]
    [InlineData(CertificateRole.Replication)]
    public void A_role_is_no_host_name(CertificateRole role) =>
        Assert.Empty(Create(new() { Role = role, CommonName = "app" }).SubjectAlternativeNames);

    [Theory]
    [InlineData(CertificateRole.Client)]
    [InlineData(CertificateRole.Replication)]
    public void Without_a_common_name_there_is_no_role_to_log_in_as(CertificateRole role) =>
        Assert.Contains("role that logs in", Refusal(new() { Role = role, Organization = "ACME" }).Message, StringComparison.Ordinal);

    [Fact]
    public void A_standby_without_host_names_is_warned_of() =>
        Assert.Contains("-DnsName", Assert.Single(Create(new() { Role = CertificateRole.Replication, CommonName = "replicator" }).Warnings));

    [Fact]
    public void The_mail_address_of_a_client_is_an_alternative_name_too() => Assert.Equal(
        ["email:app@x.test"],
        Create(new() { Role = CertificateRole.Client, CommonName = "app", EmailAddress = "app@x.test" }).SubjectAlternativeNames);

    [Fact]
    public void Without_any_name_there_is_no_subject() => Assert.Equal(PgSslError.InvalidSubject, Refusal(new() { DnsNames = ["db1"] }).Error);

    [Fact]
    public void A_subject_and_fields_of_one_contradict_each_other() =>
        Assert.Equal(PgSslError.ContradictoryParameters, Refusal(new() { Subject = "CN=db1", Organization = "ACME" }).Error);

    [Fact]
    public void A_certificate_gives_its_subject_and_all_its_names_as_they_are()
    {
        MintedCertificate served = Mint.Certificate("CN=db1, O=  ACME ", null, new MintOptions
        {
            AlternativeNames = ["DNS:db2", "URI:https://x.test", "IP:10.0.0.1", "DirName:O=ACME"],
        });

        CertificateProfile profile = Create(new() { Certificate = served.Certificate });

        Assert.Equal(served.Subject, profile.Subject.Encoded.ToArray());
        Assert.Equal(["DNS:db2", "URI:https://x.test", "IP:10.0.0.1", "DirName:ACME"], profile.SubjectAlternativeNames);
    }

    [Fact]
    public void What_is_named_wins_over_a_certificate()
    {
        MintedCertificate served = Mint.Certificate("CN=db1,O=ACME", null, new MintOptions { AlternativeNames = ["DNS:db1"] });

        Assert.Equal("db2", Create(new() { Certificate = served.Certificate, CommonName = "db2" }).Subject.CommonName);
        Assert.Equal(["DNS:db1", "DNS:db3"], Create(new() { Certificate = served.Certificate, DnsNames = ["db3"] }).SubjectAlternativeNames);
    }

    [Theory]
    [InlineData("db2", null, "DNS:db2 DNS:db1 DirName:ACME")]
    [InlineData("10.0.0.1", null, "IP:10.0.0.1 DNS:db1 DirName:ACME")]
    [InlineData("DB1", null, "DNS:db1 DirName:ACME")]
    [InlineData("project:instance", null, "DNS:db1 DirName:ACME")]
    [InlineData(null, "O=ACME,CN=db2", "DNS:db2 DNS:db1 DirName:ACME")]
    [InlineData(null, "O=ACME", "DNS:db1 DirName:ACME")]
    public void A_common_name_that_was_asked_for_joins_the_names_of_a_certificate(string? commonName, string? subject, string expected)
    {
        MintedCertificate served = Mint.Certificate("CN=old", null, new MintOptions { AlternativeNames = ["DNS:db1", "DirName:O=ACME"] });

        CertificateProfile profile = Create(new() { Certificate = served.Certificate, CommonName = commonName, Subject = subject });

        Assert.Equal(expected.Split(' '), profile.SubjectAlternativeNames);
    }

    [Fact]
    public void The_role_of_a_client_does_not_join_the_names_of_a_certificate()
    {
        MintedCertificate served = Mint.Certificate("CN=app", null, new MintOptions { AlternativeNames = ["email:app@x.test"] });

        CertificateProfile profile = Create(new() { Role = CertificateRole.Client, Certificate = served.Certificate, CommonName = "app2" });

        Assert.Equal(["email:app@x.test"], profile.SubjectAlternativeNames);
    }

    [Theory]
    [InlineData("db1.example.com", false)]
    [InlineData("DB7.internal", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("db2.example.com", true)]
    [InlineData("10.0.0.2", true)]
    [InlineData(null, false)]
    public void A_renewal_that_the_host_asked_is_not_in_is_warned_of(string? host, bool isWarned)
    {
        X509Certificate2 served = Mint.Certificate(
            "CN=db1", null, new MintOptions { AlternativeNames = ["DNS:db1.example.com", "DNS:*.internal", "IP:10.0.0.1"] }).Certificate;

        IReadOnlyList<string> warnings = Create(new() { Certificate = served, CertificateHost = host }).Warnings;

        if (isWarned)
            Assert.Contains($"\"{host}\", is not one of its alternative names", Assert.Single(warnings), StringComparison.Ordinal);
        else
            Assert.Empty(warnings);
    }

    [Fact]
    public void A_certificate_without_alternative_names_gets_its_common_name_as_one() => Assert.Equal(
        ["DNS:db1"], Create(new() { Certificate = Mint.Certificate("CN=db1", null, new MintOptions()).Certificate }).SubjectAlternativeNames);

    [Theory]
    [InlineData("3005820000", "cannot be copied")]
    [InlineData("300787050A00000001", "IP:0A00000001 has 5")]
    [InlineData("30078205646231E900", "not ASCII")]
    [InlineData("3005820364623100", "bytes follow")]
    public void A_certificate_whose_names_cannot_stand_in_a_request_is_told(string extension, string message)
    {
        X509Certificate2 served = MintWithAlternativeNames(extension);

        PgSslException refusal = Refusal(new() { Certificate = served });

        Assert.Equal(PgSslError.MalformedCertificate, refusal.Error);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("-DnsName or -IPAddress", refusal.Remedy, StringComparison.Ordinal);
        Assert.Equal(["DNS:db1"], Create(new() { Certificate = served, DnsNames = ["db1"] }).SubjectAlternativeNames);
    }

    [Fact]
    public void Whatever_names_are_taken_over_a_request_can_be_made_with_them()
    {
        using var key = CertificateKey.Generate(KeyAlgorithms.Default);
        // otherName without content, x400Address, ediPartyName, registeredID, and a blank as a dNSName.
        X509Certificate2 served = MintWithAlternativeNames("301CA00906032A0304A0020500A300A506A1040C02303188022A03820120");

        CertificateProfile profile = Create(new() { Certificate = served });

        Assert.Equal(5, profile.SubjectAlternativeNames.Count);
        Assert.Contains("BEGIN CERTIFICATE REQUEST", profile.CreateRequestPem(key), StringComparison.Ordinal);
        Assert.Equal(profile.SubjectAlternativeNames, CertificateNames.SubjectAlternativeNames(profile.CreateSelfSigned(key, 1, MintOptions.Now)));
    }

    [Fact]
    public void What_a_served_certificate_is_called_cannot_steer_a_terminal() => Assert.DoesNotContain(
        '\u001b', Create(new() { Certificate = Mint.Certificate("CN=\"db1\u001b[2J\"", null, new MintOptions()).Certificate }).Subject.ToString());

    [Theory]
    [InlineData("DB1.Example.com")]
    [InlineData("xn--zz.test")]
    [InlineData("ab--cd.test")]
    [InlineData("_db._tcp.test")]
    public void A_host_name_in_ASCII_stays_as_it_was_written(string name) =>
        Assert.Equal(["DNS:db1", "DNS:" + name], Create(new() { CommonName = "db1", DnsNames = [name] }).SubjectAlternativeNames);

    private static CertificateProfile Create(CertificateNaming naming) => CertificateProfile.Create(naming);

    private static X509Certificate2 MintWithAlternativeNames(string extension) => Mint.Certificate(
        "CN=db1", null, new MintOptions { Extensions = [("2.5.29.17", false, Convert.FromHexString(extension))] }).Certificate;

    private static PgSslException Refusal(CertificateNaming naming) => Assert.Throws<PgSslException>(() => CertificateProfile.Create(naming));
}
