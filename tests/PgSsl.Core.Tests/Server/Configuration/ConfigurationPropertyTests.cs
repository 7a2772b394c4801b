using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Server.Configuration;
using PgSsl.Server.Settings;

namespace PgSsl.Tests.Server.Configuration;

/// <summary>What holds for any files: nothing is lost, a plan does what it says and nothing else, and nothing else is thrown.</summary>
public class ConfigurationPropertyTests
{
    private static readonly Gen<ConfigurationFileSet> AnyFiles = Gen.OneOf(
        ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => Only(Encoding.Latin1.GetString(bytes))),
        Gen.Elements(
            (string[])[.. ConfigurationGenerator.Noise, .. ConfigurationGenerator.Names, .. ConfigurationGenerator.Values, "include", "'side/x'"])
            .ListOf()
            .Select(pieces => Only(string.Concat(pieces))),
        Gen.Choose(0, int.MaxValue).Select(seed => new ConfigurationGenerator(seed).Next()));

    private static readonly Gen<Dictionary<string, string?>> AnyWish = Gen.OneOf(
        Gen.Elements("on", "off").Select(value => new Dictionary<string, string?> { ["ssl"] = value }),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => new Dictionary<string, string?>
        {
            ["ssl_cert_file"] = string.Concat(text.Get.Where(c => c != '\0' && !char.IsSurrogate(c))),
            ["ssl_min_protocol_version"] = "TLSv1.3",
            ["ssl"] = "on",
        }));

    [Fact]
    public void The_files_hold_the_bytes_that_were_read() => Check((files, document, _) =>
        Assert.All(document.Files, file => Assert.Equal(new MemoryFiles(files).Read(file.Path).Bytes, file.Content)));

    [Fact]
    public void A_value_lies_behind_its_name_in_its_line() => Check((_, document, _) =>
    {
        foreach (ConfigurationEntry entry in document.Entries.Where(entry => entry.Name is not null))
        {
            byte[] content = document.File(entry.Path!)!.Content;
            Assert.Equal(entry.Line, content.AsSpan(0, entry.NameStart).Count((byte)'\n') + 1);
            Assert.InRange(entry.ValueStart, entry.NameStart + 1, entry.ValueEnd - 1);
            Assert.DoesNotContain((byte)'\n', content[entry.NameStart..entry.ValueEnd]);
        }
    });

    /// <summary>Whatever is planned, the new text is read again: here by a reading of its own.</summary>
    [Fact]
    public void A_plan_has_what_was_wanted_leaves_all_else_and_is_not_made_twice() => Check((files, document, wanted) =>
    {
        var disk = new MemoryFiles(files);
        ConfigurationPlan plan;
        try
        {
            plan = ConfigurationPlanner.Plan(document, MemoryFiles.Main, wanted, disk);
        }
        catch (PgSslException failure)
        {
            Assert.True(failure.Error is PgSslError.InvalidConfigurationFile or PgSslError.ContradictoryParameters, failure.ToString());
            return;
        }
        var after = new MemoryFiles(files.Files.ToDictionary(
            file => $"/data/{file.Key}",
            file => file.Key == ConfigurationFileSet.Main ? plan.NewContent : file.Value is { } text ? Encoding.Latin1.GetBytes(text) : null));
        ConfigurationDocument read = ConfigurationDocument.Read(MemoryFiles.Main, "/data", after);
        foreach ((string name, string? value) in wanted)
            Assert.True(
                SslParameters.Find(name)!.IsSame(read.Effective(name)?.Value ?? "off", value!, read.ResolvePath),
                $"{name}: {read.Effective(name)?.Value}, not {value}");
        Assert.Equal(Others(document, wanted), Others(read, wanted));
        Assert.True(ConfigurationPlanner.Plan(read, MemoryFiles.Main, wanted, after).IsNoChange);
    });

    [Fact]
    public void Files_that_name_each_other_cost_little()
    {
        string twice = string.Concat(Enumerable.Repeat("include 'a'\ninclude 'b'\n", 50));
        var files = new ConfigurationFileSet(new Dictionary<string, string?>
        {
            [ConfigurationFileSet.Main] = twice,
            ["a"] = twice.Replace("'a'", "'c'"),
            ["b"] = twice.Replace("'b'", "'c'"),
            ["c"] = twice,
        });
        ConfigurationDocument document = ConfigurationDocument.Read(MemoryFiles.Main, "/data", new MemoryFiles(files));
        Assert.Contains(document.Problems, problem => problem.Error == "nesting depth exceeded");
    }

    [Theory]
    [InlineData("/nowhere/postgresql.conf", PgSslError.FileNotFound)]
    [InlineData("/data", PgSslError.FileUnreadable)]
    public void A_main_file_that_cannot_be_read_is_an_error(string path, PgSslError error) =>
        Assert.Equal(error, Assert.Throws<PgSslException>(() => ConfigurationDocument.Read(path, null, new MemoryFiles(Only("")))).Error);

    private static IEnumerable<string> Others(ConfigurationDocument document, Dictionary<string, string?> wanted) =>
        document.Entries.Where(entry => !wanted.Keys.Any(name => SslParameters.Find(name)!.IsCalled(entry.Name!)))
            .Select(entry => $"{entry.Path} {entry.Name} {entry.Value}");

    private static ConfigurationFileSet Only(string text) => new(new Dictionary<string, string?> { [ConfigurationFileSet.Main] = text });

    private static void Check(Action<ConfigurationFileSet, ConfigurationDocument, Dictionary<string, string?>> property) =>
        Prop.ForAll(
            AnyFiles.ToArbitrary(), AnyWish.ToArbitrary(),
            (files, wanted) => property(files, ConfigurationDocument.Read(MemoryFiles.Main, "/data", new MemoryFiles(files)), wanted))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
