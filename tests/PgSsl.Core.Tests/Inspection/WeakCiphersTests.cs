using PgSsl.Inspection;

namespace PgSsl.Tests.Inspection;

/// <summary>Which lists of ciphers ask for something that nobody should use.</summary>
[Fast]
public class WeakCiphersTests
{
    [Theory]
    [InlineData("HIGH:MEDIUM:+3DES:!aNULL")]
    [InlineData("ECDHE+AESGCM:ECDHE+CHACHA20")]
    [InlineData("ALL:!aNULL:!eNULL")]
    [InlineData("DEFAULT@SECLEVEL=2")]
    [InlineData("HIGH:-RC4")]
    [InlineData("")]
    public void Nothing_is_weak_in(string list) => Assert.Empty(WeakCiphers.Find(list));

    [Theory]
    [InlineData("ALL", "ALL")]
    [InlineData("HIGH:eNULL", "eNULL")]
    [InlineData("HIGH:AECDH+HIGH", "AECDH+HIGH")]
    [InlineData("RC4, HIGH", "RC4")]
    [InlineData("HIGH:null", "null")]
    [InlineData("DEFAULT:@SECLEVEL=0", "@SECLEVEL=0")]
    public void A_weak_word_is_named(string list, string word) =>
        Assert.StartsWith(word + " (", Assert.Single(WeakCiphers.Find(list)), StringComparison.Ordinal);
}
