using FsCheck;
using FsCheck.Fluent;
using PgSsl.Common;
using PgSsl.Hba;

namespace PgSsl.Tests.Hba;

/// <summary>What holds for any files: nothing is lost, everything has its place, and nothing is thrown.</summary>
public class HbaDocumentPropertyTests
{
    private const int FuzzSeed = 2024;

    // By hand: PGSSL_TEST_HBA_FUZZ=1000000, in Release.
    private static readonly int FuzzCount = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_HBA_FUZZ"), out int count) ? count : 3000;

    /// <summary>Arbitrary bytes, arbitrary pieces of files, and generated files.</summary>
    private static readonly Gen<HbaFileSet> AnyFiles = Gen.OneOf(
        ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => new HbaFileSet(System.Text.Encoding.Latin1.GetString(bytes))),
        Gen.Elements((string[])[.. HbaWords.Noise, .. HbaWords.Types, .. HbaWords.Blanks, .. HbaWords.Comments, "all", "@side/x"]).ListOf()
            .Select(pieces => new HbaFileSet(string.Concat(pieces))),
        Gen.Choose(0, int.MaxValue).Select(seed => new HbaFileGenerator(seed).Next()));

    private static readonly Gen<HbaDialect> AnyDialect = Gen.Choose(10, 19).Select(major => new HbaDialect { Major = major });

    [Fact]
    public void The_files_hold_the_bytes_that_were_read() => Check((files, document) =>
    {
        Assert.Equal(MemoryHbaFiles.MainPath, document.Files[0].Path);
        Assert.Equal(document.Files.Count, document.Files.Select(file => file.Path).Distinct().Count());
        var disk = new MemoryHbaFiles(files);
        Assert.All(document.Files, file => Assert.Equal(disk.Read(file.Path).Bytes, file.Content));
    });

    [Fact]
    public void Lines_and_their_tokens_lie_in_order_without_overlap() => Check((_, document) =>
    {
        IEnumerable<HbaLine> lines = document.Entries.Select(entry => entry.Line).Concat(document.SwallowingComments).Distinct();
        foreach (IGrouping<string, HbaLine> file in lines.GroupBy(line => line.File.Path))
        {
            int end = -1, number = 0;
            // A file that is included twice has the same lines twice.
            foreach (HbaLine line in file.DistinctBy(line => line.Start).OrderBy(line => line.Start))
            {
                Assert.InRange(line.Start, end + 1, line.File.Content.Length);
                Assert.InRange(line.End, line.Start, line.File.Content.Length);
                Assert.True(line.Number > number);
                (end, number) = (line.End, line.Number);
                AssertTokensIn(line);
            }
        }
    });

    [Fact]
    public void A_file_without_its_secrets_has_as_many_lines() => Check((_, document) => Assert.All(document.Files, file =>
        Assert.Equal(file.Content.Count(letter => letter == '\n'), HbaSecrets.ShowFile(document, file).Count(letter => letter == '\n'))));

    [Fact]
    public void A_token_says_what_is_at_its_place() => Check((_, document) =>
    {
        foreach (HbaLine line in document.Entries.Select(entry => entry.Line))
        {
            foreach (HbaToken token in line.Tokens)
            {
                byte[] written = line.File.Content[token.Start..token.End];
                if (!token.IsFromFile && written.AsSpan().IndexOfAny("\"\\\0"u8) < 0)
                    Assert.Equal(token.Text, ServerText.Decode(written));
                if (token.IsFromFile)
                    Assert.StartsWith(
                        "@",
                        System.Text.Encoding.Latin1.GetString(written)
                            .Replace("\\\n", "", StringComparison.Ordinal).Replace("\\\r\n", "", StringComparison.Ordinal),
                        StringComparison.Ordinal);
            }
        }
    });

    [Fact]
    public void Nothing_but_a_missing_main_file_is_an_exception()
    {
        var random = new Random(FuzzSeed);
        var generator = new HbaFileGenerator(FuzzSeed);
        HbaFileSet files = generator.Next();
        for (int i = 0; i < FuzzCount; i++)
        {
            if (i % 20 == 0)
                files = generator.Next();
            HbaFileSet mutated = files with { Main = Mutate(files.Main, random) };
            try
            {
                _ = mutated.Read(new HbaDialect { Major = 10 + (i % 10), SslIsOn = i % 3 == 0 ? null : i % 3 == 1, HasGss = i % 2 == 0 });
            }
            catch (Exception failure)
            {
                Assert.Fail($"{failure}\n{mutated}");
            }
        }
        Assert.Equal(
            PgSslError.FileNotFound,
            Assert.Throws<PgSslException>(() => HbaDocument.Read("/nowhere/pg_hba.conf", new HbaDialect(), new MemoryHbaFiles(files))).Error);
    }

    [Fact]
    public void Files_that_name_themselves_cost_little()
    {
        foreach (string text in (string[])["include pg_hba.conf\n", "x @pg_hba.conf\n", "@pg_hba.conf @pg_hba.conf, @pg_hba.conf\n",
            "include_if_exists pg_hba.conf\n"])
            foreach (int major in (int[])[15, 18])
                Assert.True(new HbaFileSet(string.Concat(Enumerable.Repeat(text, 50))).Read(new HbaDialect { Major = major }).Files.Count == 1);
    }

    private static void AssertTokensIn(HbaLine line)
    {
        int end = line.Start;
        HbaToken last = default;
        foreach (HbaToken token in line.Tokens)
        {
            // Tokens of a file share the place where it is named.
            if (!(token.IsFromFile && last.IsFromFile && token.Start == last.Start))
                Assert.InRange(token.Start, end, line.End);
            Assert.InRange(token.End, token.Start + 1, line.End);
            (end, last) = (token.End, token);
        }
    }

    private static string Mutate(string text, Random random)
    {
        for (int i = 1 + random.Next(4); i > 0 && text.Length > 0; i--)
        {
            int at = random.Next(text.Length), length = Math.Min(random.Next(8), text.Length - at);
            text = random.Next(5) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, text.Substring(random.Next(text.Length - length + 1), length)),
                2 => text.Insert(at, HbaWords.Noise[random.Next(HbaWords.Noise.Length)]),
                3 => text.Remove(at, 1).Insert(at, ((char)random.Next(256)).ToString()),
                _ => text[..at] + text[at..].ToUpperInvariant(),
            };
        }
        return text;
    }

    private static void Check(Action<HbaFileSet, HbaDocument> property) =>
        Prop.ForAll(AnyFiles.ToArbitrary(), AnyDialect.ToArbitrary(), (files, dialect) => property(files, files.Read(dialect)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
