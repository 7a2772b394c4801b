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
    [InlineData("shop", "app", null, null)]
    [InlineData("shop", "other", null, false)]
    [InlineData("/^sh", "app", "shop", true)]
    [InlineData("/^x", "app", "shop", false)]
    [InlineData("/^(.*)@example$", "\\1", "app@example", null)]
    [InlineData("/^(.*)@example$", "\\1", "bob@example", false)]
    [InlineData("/^(.*)@example$", "r_\\1", "app@example", false)]
    [InlineData("app", "\\1", "app", false)]
    public void A_map_compares_who_it_is(string systemName, string mapped, string? name, bool? maps)
    {
        Assert.Equal(maps, Map(IdentMapLine.Of("people", systemName, mapped, false, 15)).Maps("people", name, "app", IsMember));
    }

    /// <summary>Release notes of 16: all, +role and patterns in the last field; the view does not show whether they are in quotes.</summary>
    [Theory]
    [InlineData("all", false, 15, false)]
    [InlineData("all", false, 16, true)]
    [InlineData("all", true, 16, false)]
    [InlineData("all", null, 16, null)]
    [InlineData("+staff", false, 15, false)]
    [InlineData("+staff", false, 16, true)]
    [InlineData("+staff", true, 16, false)]
    [InlineData("+others", false, 16, false)]
    [InlineData("/^a", false, 15, false)]
    [InlineData("/^a", null, 16, true)]
    [InlineData("/^b", true, 16, false)]
    public void A_version_reads_the_role_of_a_line_in_its_own_way(string mapped, bool? isQuoted, int major, bool? maps)
    {
        Assert.Equal(maps, Map(IdentMapLine.Of("people", "shop", mapped, isQuoted, major)).Maps("people", "shop", "app", IsMember));
    }

    private static IdentMap Map(IdentMapLine line) => new([line, IdentMapLine.Of("others", "x", "app", false, 15)]);

    private static bool? IsMember(string user, string role) => (user, role) == ("app", "staff");
}
