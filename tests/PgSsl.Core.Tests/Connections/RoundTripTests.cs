using FsCheck;
using FsCheck.Fluent;
using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class RoundTripTests
{
    private static readonly Gen<string> Values = ArbMap.Default.GeneratorFor<string?>().Select(value => (value ?? "").Replace("\0", ""));

    private static readonly Gen<KeyValuePair<string, string>> Parameter =
        from parameter in Gen.Elements(ConnectionParameters.All.ToArray())
        from value in Values
        select KeyValuePair.Create(parameter.Name, value);

    private static readonly Arbitrary<Dictionary<string, string>> Parameters = Parameter.ListOf()
        .Select(chosen => chosen.DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Value)).ToArbitrary();

    [Fact]
    public void What_is_written_as_a_connection_string_reads_the_same() =>
        Prop.ForAll(Parameters, parameters =>
        {
            if (parameters.Count > 0) Assert.Equal(parameters, PgEndpoint.Parse(ConninfoText.Write(parameters)).Parameters);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_percent_encoded_reads_the_same() =>
        Prop.ForAll(Parameters, parameters =>
        {
            // Uri.EscapeDataString replaces lone surrogates, which no UTF-8 text has.
            var encodable = parameters.ToDictionary(
                pair => pair.Key, pair => Uri.UnescapeDataString(Uri.EscapeDataString(pair.Value)));
            string query = string.Join('&', encodable.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
            Assert.Equal(encodable, PgEndpoint.Parse($"postgresql://?{query}").Parameters);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_secret_is_never_in_the_text() =>
        Prop.ForAll(Parameters, parameters =>
        {
            parameters["password"] = "Tr0ub4dor\\' &3";
            Assert.DoesNotContain("Tr0ub4dor", PgEndpoint.Parse(ConninfoText.Write(parameters)).Text);
            Assert.DoesNotContain("Tr0ub4dor", PgEndpoint.FromParameters(parameters).Text);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_service_file_does_anything_but_supply_values_or_be_refused()
    {
        using var world = new World();
        Gen<string> pieces = Gen.Elements(
            "[s]", "\n", "host=", "sslmode=require", "#", "=", "[", " ", "ldap", "port=,", "sslrootcert=", "\u0001ä");
        Prop.ForAll(pieces.ListOf().Select(chosen => string.Concat(chosen)).ToArbitrary(), content =>
        {
            world.Write("home/.pg_service.conf", "[s]\n" + content);
            AssertAnswered(() => world.Resolve("service=s").Describe());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void No_text_does_anything_but_parse_or_be_refused()
    {
        var nothing = new ConnectionEnvironment(new Dictionary<string, string>(), null, "alice", Path.GetTempPath());
        Gen<string> texts =
            from start in Gen.Elements("", "=", "postgres://", "host=", "[", "x:")
            from end in Values
            select start + end;
        Prop.ForAll(texts.ToArbitrary(), text => AssertAnswered(() => PgEndpoint.Parse(text).Resolve(nothing).Describe()))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    /// <summary>A refusal is an answer, too; any other exception fails the test.</summary>
    private static void AssertAnswered(Action ask)
    {
        if (Record.Exception(ask) is { } exception) Assert.IsType<PgSslException>(exception);
    }
}
