using PgSsl.Requirements;

namespace PgSsl.Tests.Requirements;

/// <summary>What the words of ssl_ciphers say about the kinds of keys, where the server's OpenSSL cannot be asked.</summary>
[Fast]
public class KeyCiphersTests
{
    [Theory]
    [InlineData("ECDHE-RSA-AES256-GCM-SHA384", "ECDSA", true)]
    [InlineData("ECDHE-RSA-AES256-GCM-SHA384", "RSA", false)]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE+aECDSA", "RSA", true)]
    [InlineData("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256", "ECDSA", false)]
    [InlineData("AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256,kRSA", "ECDSA", true)]
    [InlineData("HIGH:!aECDSA", "ECDSA", true)]
    [InlineData("HIGH:!ECDHE", "ECDSA", true)]
    [InlineData("HIGH:!ECDHE", "RSA", false)]
    [InlineData("HIGH:!aRSA", "RSA", true)]
    [InlineData("HIGH:!RSA", "RSA", false)]
    [InlineData("HIGH:-aECDSA", "ECDSA", false)]
    [InlineData("HIGH:MEDIUM:+3DES:!aNULL", "ECDSA", false)]
    [InlineData("ECDHE+AESGCM:ECDHE+CHACHA20", "RSA", false)]
    [InlineData("SOMETHING", "ECDSA", false)]
    [InlineData("", "ECDSA", false)]
    public void Only_what_is_certain_is_missing(string list, string kind, bool isMissing) =>
        Assert.Equal(isMissing, KeyCiphers.AreMissing(list, kind));
}
