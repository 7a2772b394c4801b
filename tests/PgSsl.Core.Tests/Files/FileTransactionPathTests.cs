using PgSsl.Files;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Files;

/// <summary>One file under two names, two files with similar names, and names that look like patterns.</summary>
[Fast]
public sealed class FileTransactionPathTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("server.key", "server")]
    [InlineData("server", "server.key")]
    [InlineData("server.key.pem", "server.*")]
    [InlineData("a.key", "?.key")]
    public void Files_whose_names_begin_alike_or_look_like_patterns_change_together(string one, string other)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && other.AsSpan().ContainsAny('*', '?'), "Windows has no such names.");

        FileTransaction.Apply([Edit(one), Edit(other)], Now);

        Assert.Equal(["new", "new"], [Read(one), Read(other)]);
    }

    [Fact]
    public void Remains_of_killed_changes_are_cleared_away_whatever_they_were_about_to_change()
    {
        string[] ofOthers = [".server.notes.pgssl-new", ".server.0123ABCG.pgssl-new", ".0123abcd.pgssl-new", "server.0123abcd.pgssl-new"];
        foreach (string name in (string[])[.. ofOthers, ".server.0123abcd.pgssl-new", ".server.key.0123abcd.pgssl-new"])
            _directory.Write(name, "");

        FileTransaction.Apply([Edit("server")], Now);

        Assert.Equal(
            ofOthers.Append("server").Order(StringComparer.Ordinal),
            Directory.GetFiles(_directory.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("link")]
    [InlineData("parent/real")]
    public void Two_spellings_of_one_directory_do_not_wait_for_each_other(string spelling)
    {
        MakeLinks();

        FileTransaction.Apply([Edit("real/a.key"), Edit($"{spelling}/a.csr")], Now);

        Assert.Equal(["new", "new"], [Read("real/a.key"), Read("real/a.csr")]);
    }

    [Theory]
    [InlineData("real/a.key")]
    [InlineData("link/a.key")]
    [InlineData("parent/real/a.key")]
    [InlineData("real/link.key")]
    public void One_file_is_not_changed_twice_under_two_names(string other)
    {
        MakeLinks();

        var refusal = Assert.Throws<PgSslException>(() => FileTransaction.Apply([Edit("real/a.key"), Edit(other)], Now));

        Assert.Equal(PgSslError.ContradictoryParameters, refusal.Error);
        Assert.Empty(Directory.GetFiles(At("real"), "*a.key*"));
    }

    [Fact]
    public void A_backup_is_beside_the_file_that_links_lead_to()
    {
        MakeLinks();
        _directory.Write("real/a.key", "old");

        string backup = Assert.Single(FileTransaction.Apply([Edit("link/a.key") with { MayReplace = true }], Now).Backups);

        Assert.StartsWith(At("real/a.key."), backup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_links_is_an_error_that_names_the_file()
    {
        Links.ToFile(At("one"), At("two"));
        Links.ToFile(At("two"), At("one/inside"));

        var failure = Assert.Throws<PgSslException>(() => FileTransaction.Apply([Edit("one/a.key")], Now));

        Assert.Contains(At("one/a.key"), failure.Message, StringComparison.Ordinal);
    }

    private void MakeLinks()
    {
        Directory.CreateDirectory(At("real"));
        Links.ToDirectory(At("link"), "real");
        Links.ToDirectory(At("parent"), _directory.Path);
        Links.ToFile(At("real/link.key"), "a.key");
    }

    private FileEdit Edit(string name) => new(At(name), "new"u8.ToArray());

    private string At(string name) => Path.Combine(_directory.Path, name);

    private string Read(string name) => File.ReadAllText(At(name));
}
