using System.ComponentModel;
using System.Reflection;
using Npgsql;
using PgSsl.Connections;
using PgSsl.Connections.Dialects;

namespace PgSsl.Tests.Connections.Dialects;

/// <summary>Npgsql's keywords and words, beside those of its builder.</summary>
[Fast]
public class NpgsqlDialectTests
{
    /// <summary>The attribute with the synonyms is not public.</summary>
    public static TheoryData<string> Spellings =>
    [
        .. from property in typeof(NpgsqlConnectionStringBuilder).GetProperties()
           from attribute in property.GetCustomAttributes()
           where attribute.GetType().Name == "NpgsqlConnectionStringPropertyAttribute"
           let synonyms = (string[])attribute.GetType().GetProperty("Synonyms")!.GetValue(attribute)!
           let shown = property.GetCustomAttribute<DisplayNameAttribute>()?.DisplayName ?? property.Name
           from spelling in synonyms.Append(shown).Append(property.Name).Distinct()
           select spelling,
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Each_keyword_of_the_builder_is_known(string spelling) => Assert.Contains(spelling, NpgsqlDialect.Keywords);

    [Fact]
    public void The_builder_knows_each_keyword() =>
        Assert.All(NpgsqlDialect.Keywords.Keys, keyword => Assert.True(new NpgsqlConnectionStringBuilder().ContainsKey(keyword), keyword));

    [Theory]
    [InlineData("SSL Mode")]
    [InlineData("SslNegotiation")]
    [InlineData("Channel Binding")]
    [InlineData("GSS Encryption Mode")]
    public void The_words_of_the_builder_are_libpqs(string keyword)
    {
        Type words = new NpgsqlConnectionStringBuilder()[keyword].GetType();

        foreach (string word in Enum.GetNames(words).Concat(Enum.GetNames(words).Select(name => name.ToUpperInvariant())))
        {
            PgEndpoint endpoint = ApplicationEndpoint.Parse($"Host=db1;{keyword}={word}");
            Assert.Null(endpoint.Application!.Refusal);
            string value = endpoint.Parameters[NpgsqlDialect.Keywords[keyword].Name!];
            Assert.Equal(word, value.Replace("-", ""), ignoreCase: true);
        }
    }

    [Theory]
    [InlineData("Host=a;Port=1;Data Source=b")]
    [InlineData("Host=a;Port=1;sslrootcert=b")]
    public void What_the_builder_does_not_know_is_refused_by_Npgsql(string text)
    {
        Assert.Throws<ArgumentException>(() => new NpgsqlConnectionStringBuilder(text));
        Assert.StartsWith("Npgsql has no keyword", ApplicationEndpoint.Parse(text).Application!.Refusal!.Message);
    }
}
