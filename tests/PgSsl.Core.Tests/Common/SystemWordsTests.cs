using System.Text.RegularExpressions;
using PgSsl.Common;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Common;

/// <summary>Remedies name commands that the system at hand has.</summary>
[Fast]
public partial class SystemWordsTests
{
    private static readonly SystemWords Windows = new(IsWindows: true), Linux = new(IsWindows: false), MacOS = new(IsWindows: false, IsMacOS: true);

    [Fact]
    public void Each_system_has_its_own_words()
    {
        Assert.Equal(
            ["Resolve-DnsName db1", "getent hosts db1", "dscacheutil -q host -a name db1"],
            new[] { Windows, Linux, MacOS }.Select(words => words.Resolve("db1")));
        Assert.Equal(
            (@"icacls C:\pg\server.key", "ls -l '/pg/server.key'"), (Windows.ShowAccess(@"C:\pg\server.key"), Linux.ShowAccess("/pg/server.key")));
        Assert.Equal(
            (@"icacls C:\pg\server.key /grant 'NT SERVICE\postgresql:R'", "chown postgres '/pg/server.key'"),
            (Windows.GiveTo(@"NT SERVICE\postgresql", @"C:\pg\server.key"), Linux.GiveTo("postgres", "/pg/server.key")));
        Assert.Equal(
            ("certutil -dump db1.csr", "openssl req -in 'db1.csr' -noout -text -verify"),
            (Windows.ShowRequest("db1.csr"), Linux.ShowRequest("db1.csr")));
    }

    [Fact]
    public void Windows_is_told_nothing_of_Unix()
    {
        string[] said =
        [
            Windows.Resolve("db1"), Windows.ShowAccess("a"), Windows.MakePrivate("a"), Windows.GiveTo("a", "b"), Windows.LetAllRead("a"),
            Windows.ShowAccountOf("postgres"), Windows.WithRights, Windows.ShowRequest("a"), Windows.SourceOfRoots,
        ];

        Assert.All(said, text => Assert.DoesNotMatch(@"\b(chmod|chown|setfacl|getent|ps|ls|openssl|root|ca-certificates)\b", text));
    }

    /// <summary>Who writes such a command elsewhere forgets the other systems.</summary>
    [Fact]
    public void No_other_file_of_the_product_writes_such_a_command()
    {
        IEnumerable<string> found =
            from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            where Path.GetFileName(path) != "SystemWords.cs" && !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}")
            from line in File.ReadLines(path)
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Command().IsMatch(line)
            select $"{Path.GetRelativePath(Repository.Root, path)}: {line.Trim()}";

        Assert.Empty(found);
    }

    [GeneratedRegex("\"[^\"]*\\b(chmod |chown |setfacl |getent |systemctl |icacls |certutil |Get-CimInstance |ps -o)[^\"]*\"")]
    private static partial Regex Command();
}
