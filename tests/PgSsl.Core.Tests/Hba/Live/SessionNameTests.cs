using PgSsl.Certificates;
using PgSsl.Hba.Live;

namespace PgSsl.Tests.Hba.Live;

/// <summary>What the server shows of a certificate, and what pg_ident.conf makes of it.</summary>
[Fast]
public class SessionNameTests
{
    // X509_NAME_to_cstring, and X509_NAME_print_ex with XN_FLAG_RFC2253.
    [Theory]
    [InlineData("/CN=app", "app", "CN=app")]
    [InlineData("/C=DE/O=Example, Inc/CN=app/CN=other", "app", "CN=other,CN=app,O=Example, Inc,C=DE")]
    [InlineData("/CN=a\\,b \\\"c\\\"\\\\", "a,b \"c\"\\", "CN=a\\,b \\\"c\\\"\\\\")]
    [InlineData("/CN=Kl\u00e4r/OU=x", "Kl\u00e4r", "OU=x,CN=Kl\\C3\\A4r")]
    [InlineData("/O=Example", "", "O=Example")]
    // 63 bytes: what stands last may go on.
    [InlineData("/CN=app/O=3456789012345678901234567890123456789012345678901234", "app", null)]
    [InlineData("/O=3456789012345678901234567890123456789012345678901234/CN=app", null, null)]
    public void Names_are_read_as_rules_compare_them(string line, string? commonName, string? whole)
    {
        var name = new OneLineName(line);
        Assert.Equal((commonName, whole), (name.CommonName, name.Rfc2253));
    }

    [Theory]
    [InlineData("shop", "app", "shop", true)]
    [InlineData("shop", "app", "other", false)]
    [InlineData("shop", "other", "shop", false)]
    [InlineData("shop", "all", "shop", true)]
    [InlineData("shop", "+staff", "shop", true)]
    [InlineData("shop", "app", null, true)]
    [InlineData("/^sh", "app", "shop", true)]
    [InlineData("/^x", "app", "shop", false)]
    [InlineData("/^(.*)@example$", "\\1", "app@example", true)]
    [InlineData("/^(.*)@example$", "\\1", "bob@example", false)]
    [InlineData("/^(.*)@example$", "r_\\1", "app@example", false)]
    public void A_map_compares_who_it_is(string systemName, string mapped, string? name, bool mayMap)
    {
        var map = new IdentMap([new IdentMapLine("people", systemName, mapped), new IdentMapLine("others", "x", "app")]);
        Assert.Equal(mayMap, map.MayMap("people", name, "app"));
    }
}
