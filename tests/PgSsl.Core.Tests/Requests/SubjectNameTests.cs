using System.Security.Cryptography.X509Certificates;
using PgSsl.Requests;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>What stands in a subject, by its written forms; as openssl prints it from the encoding.</summary>
public sealed class SubjectNameTests
{
    [Theory]
    // RFC 4514 4
    [InlineData("UID=jsmith,DC=example,DC=net", "UID=jsmith,DC=example,DC=net")]
    [InlineData(@"CN=James \""Jim\"" Smith\, III,DC=example,DC=net", @"CN=James \""Jim\"" Smith\, III,DC=example,DC=net")]
    [InlineData("1.3.6.1.4.1.1466.0=#0C024869", "1.3.6.1.4.1.1466.0=#0C024869")]
    [InlineData("CN=#1E04006400FC", "CN=dü")]
    [InlineData(@"CN=Lu\C4\8Di\C4\87", "CN=Lučić")]
    // Blanks at the ends, number signs, plus signs
    [InlineData(@"CN=\ padded\ ,O=\#1", @"CN=\ padded\ ,O=\#1")]
    [InlineData(@"CN=a\+b,O=c\=d", @"CN=a\+b,O=c=d")]
    [InlineData("CN=#,O=#+L=x", "CN=#,O=#+L=x")]
    // A set, which DER sorts
    [InlineData("OU=Sales+CN=J. Smith,O=x", "CN=J. Smith+OU=Sales,O=x")]
    [InlineData(@"CN=Before\5cAfter", @"CN=Before\\After")]
    // What RFC 2253 has its readers take, and .NET writes
    [InlineData("CN=db1 ,  O=\"ACME, Inc.\" , C=US", @"CN=db1,O=ACME\, Inc.,C=US")]
    [InlineData("CN=\"say \"\"hi\"\"\", S=Texas, E=dba@x.test", @"CN=say \""hi\"",ST=Texas,emailAddress=dba@x.test")]
    [InlineData("OID.2.5.4.3=db1, 2.5.4.10=ACME", "CN=db1,O=ACME")]
    // openssl's -subj: in the order of the encoding
    [InlineData("/C=US/ST=Texas/O=ACME, Inc./CN=db1", @"CN=db1,O=ACME\, Inc.,ST=Texas,C=US")]
    [InlineData(@"/O=a\/b\\c\+d/CN=x", @"CN=x,O=a/b\\c\+d")]
    [InlineData("/O=x/OU=Sales+CN=J. Smith", "CN=J. Smith+OU=Sales,O=x")]
    [InlineData("/organizationName=x/commonName= y ", @"CN=\ y\ ,O=x")]
    public void A_subject_is_encoded_as_it_is_written(string text, string printedByOpenSsl)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "openssl 3 is needed.");
        Assert.Equal(printedByOpenSsl, OpenSslNames.Print([SubjectName.Parse(text)]).Single());
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("/", "it is empty")]
    [InlineData("db1.example.com", "no equals sign")]
    [InlineData("CN=db1,", "nothing follows")]
    [InlineData("CN=db1+", "nothing follows")]
    [InlineData("/CN=db1+", "nothing follows")]
    [InlineData("/CN=db1\\", "nothing follows")]
    [InlineData("CN=db1,XX=y", "no attribute \"XX\"")]
    [InlineData("3.1.2=y", "no attribute \"3.1.2\"")]
    [InlineData("CN=a;O=b", "; in a value is written \\;")]
    [InlineData("CN=a\"b", "\" in a value")]
    [InlineData("CN=\"a", "a quote is not closed")]
    [InlineData("CN=\"a\"b", "\"b\" follows a closing quote")]
    [InlineData(@"CN=a\zb", "a backslash")]
    [InlineData(@"CN=\C4", "are not UTF-8")]
    [InlineData("CN=#1", "is not hexadecimal")]
    [InlineData("CN=#0C03", "is not a UTF8String")]
    [InlineData("CN=#0C01610C0162", "is not a UTF8String")]
    [InlineData("CN=#0C01FF", "is not a UTF8String")]
    [InlineData("CN=#13024040", "is not a UTF8String")]
    [InlineData("1.3.6.1.4.1.1466.0=#04024869", "is not a UTF8String")]
    [InlineData("CN=", "The common name (CN) is empty")]
    [InlineData("/CN=/O=x", "The common name (CN) is empty")]
    [InlineData(@"CN=a\00b", "The common name (CN) \"a<U+0000>b\" contains a control character")]
    [InlineData("CN=#0C03610062", "The common name (CN) \"a<U+0000>b\" contains a control character")]
    [InlineData("C=USA", "\"USA\" is not a country code")]
    [InlineData("C=U1", "\"U1\" is not a country code")]
    [InlineData("emailAddress=dbä@x.test", "The e-mail address")]
    [InlineData("serialNumber=a@b", "The serial number")]
    public void What_no_certificate_can_have_is_refused(string text, string message)
    {
        var refusal = Assert.Throws<PgSslException>(() => SubjectName.Parse(text));

        Assert.Equal(PgSslError.InvalidSubject, refusal.Error);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Remedy);
    }

    [Theory]
    [InlineData("CN", 64)]
    [InlineData("O", 64)]
    [InlineData("OU", 64)]
    [InlineData("L", 128)]
    [InlineData("ST", 128)]
    [InlineData("emailAddress", 128)]
    public void A_field_has_room_for_as_many_characters_as_the_standard_says(string keyword, int length)
    {
        string fits = "x@" + new string('x', length - 2);

        Assert.Contains(fits, SubjectName.Parse($"{keyword}={fits}").ToString(), StringComparison.Ordinal);
        var refusal = Assert.Throws<PgSslException>(() => SubjectName.Parse($"{keyword}={fits}x"));
        Assert.Contains($"{length + 1} characters; certificates allow {length}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CN=")]
    [InlineData("/CN=")]
    public void Half_of_a_surrogate_pair_is_no_character(string text) =>
        Assert.Equal(PgSslError.InvalidSubject, Assert.Throws<PgSslException>(() => SubjectName.Parse(text + '\ud800')).Error);

    [Fact]
    public void Characters_are_counted_not_bytes_or_halves_of_surrogate_pairs() =>
        Assert.NotNull(SubjectName.Parse($"CN={string.Concat(Enumerable.Repeat("🐘", 64))}").CommonName);

    [Fact]
    public void The_subject_of_a_certificate_is_taken_over_byte_for_byte()
    {
        X509Certificate2 certificate = Mint.Certificate("CN=\"odd, name\", O=  ACME  , C=us, O=\"\"\"x\"\"\"", null, new MintOptions()).Certificate;

        Assert.Equal(certificate.SubjectName.RawData, SubjectName.Of(certificate).Encoded.ToArray());
    }
}
