using System.Runtime.Versioning;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PgSsl.Common;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// The author of a name wants a command of his own to run when somebody pastes a remedy into a shell, or another file to be changed than
/// the one that is meant. What PowerShell makes of these texts is in Pester's CommandText.Tests.ps1.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class PastedCommandTests
{
    /// <summary>Texts that try to leave their quotes.</summary>
    private static readonly string[] Attacks =
    [
        "", " ", "a b", "'", "''", "'; touch owned #", "\"; touch owned #", "$(touch owned)", "`touch owned`", "'\"; touch owned #",
        "\\'; touch owned #",
        "\u2018; touch owned #", "\u2019; touch owned #", "\u201A; touch owned #", "\u201B; touch owned #", "\u201C; touch owned #",
        "'\u201D$(touch owned)",
        "a\ntouch owned\n#", "a\r\ntouch owned", "\u001B[201~touch owned\r", "\u0003touch owned", "a\u0085touch owned", "\u2028touch owned",
        "\u202Edenwo hcuot",
        "!!", "'!touch", "%s%n", "'%s\\n", "'-n", "-rf", "--help", "~", "*", "a'b", "O'Brien", "\uFEFF", "\u200B", "\u00E4'\u00F6",
        "\U0001F512'", "\U000E0041",
        "\\", "\\\\'", "\\n'", "{a,b}", "\t", "\u007F", "é\n", "x'\u0001 y",
    ];

    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Elements(Attacks),
        Gen.Elements(Attacks).ListOf(3).Select(string.Concat),
        Gen.Elements((
                "'\"$`\\!;&|<>()#*?~% \t\n\r\u0001\u001B\u007F\u0085\u00AD\u2018\u2019\u201A\u201B\u201C\u201D\u201E\u2028\u202E\uFEFF"
                + "az09-/.=:\u00E4").ToCharArray())
            .ListOf().Select(letters => string.Concat(letters)));

    [Fact]
    public async Task For_sh_it_is_one_argument_with_this_value_and_nothing_runs()
    {
        string[] texts = [.. Attacks, .. AnyText.Sample(2000, 20)];
        foreach (string shell in (string[])["sh", "bash"])
        {
            if (!ProcessRunner.IsOnPath(shell))
                continue;
            string directory = Directory.CreateTempSubdirectory("pgssl-paste-").FullName;
            try
            {
                string script = string.Concat(texts.Select(text => $"printf '%s\\0' {CommandText.Shell(text)} {CommandText.ShellWord(text)}\n"));
                ProcessResult result = await ProcessRunner.RunAsync(shell, [], script, workingDirectory: directory);
                Assert.Empty(result.StandardError);
                Assert.Empty(Directory.GetFileSystemEntries(directory));
                string[] read = result.StandardOutput.Split('\0');
                Assert.Equal(2 * texts.Length + 1, read.Length);
                for (int i = 0; i < texts.Length; i++)
                {
                    // A line break at the end cannot be written; the command fails then.
                    string expected = texts[i].EndsWith('\n') ? "<a name that cannot be written here>" : texts[i];
                    Assert.Equal((expected, expected), (read[2 * i], read[2 * i + 1]));
                }
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    [Fact]
    public async Task A_command_for_PowerShell_runs_nothing_in_sh_either()
    {
        string directory = Directory.CreateTempSubdirectory("pgssl-paste-").FullName;
        try
        {
            foreach (string text in Attacks.Concat(AnyText.Sample(60, 20)))
            {
                await ProcessRunner.RunAsync("sh", ["-c", $"true {CommandText.Quote(text)}"], workingDirectory: directory);
                Assert.Empty(Directory.GetFileSystemEntries(directory));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void No_command_has_a_character_that_a_terminal_acts_on() => Assert.All(Attacks.Concat(AnyText.Sample(2000, 20)), text =>
    {
        foreach (string written in (string[])[
            CommandText.Quote(text), CommandText.Shell(text), CommandText.ShellWord(text), SqlQuoting.Identifier(text), SqlQuoting.Literal(text)])
            Assert.DoesNotContain(written, letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' or '\u202E' or '\uFEFF' or '\u200B');
    });

    [Fact]
    public async Task For_SQL_it_is_one_name_or_one_value()
    {
        PostgresCluster cluster = (await ClusterPool.GetAsync(18, "plain")).OrSkip(Assert.Skip);
        await using SqlConversation sql = await cluster.ConnectAsync(Encoding.UTF8);
        // NAMEDATALEN.
        string[] texts =
            [.. Attacks.Concat(AnyText.Sample(300, 12)).Where(text => text.Length > 0 && Encoding.UTF8.GetByteCount(text) < 64).Distinct()];
        string values = string.Join(", ", texts.Select(text => $"({SqlQuoting.Literal(text)})"));
        foreach (string conforming in (string[])["on", "off"])
        {
            await sql.QueryAsync($"SET standard_conforming_strings = {conforming}");
            IReadOnlyList<IReadOnlyList<string?>> rows = await sql.QueryAsync(
                $"SELECT encode(convert_to(v, 'UTF8'), 'hex') FROM (VALUES {values}) x(v)");
            Assert.Equal(texts.Select(Hex), rows.Select(row => row[0]));
        }
        await sql.QueryAsync("SET standard_conforming_strings = on");
        foreach (string text in texts)
        {
            IReadOnlyList<IReadOnlyList<string?>> rows = await sql.QueryAsync(
                $"SELECT encode(convert_to(k, 'UTF8'), 'hex') FROM (SELECT 1 AS {SqlQuoting.Identifier(text)}) x, json_object_keys(to_json(x)) k");
            Assert.Equal(Hex(text), Assert.Single(rows)[0]);
        }
    }

    [Fact]
    public void A_path_is_never_an_option() => Assert.Equal("'./-rf'", CommandText.ShellPath("-rf"));

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text)).ToLowerInvariant();
}
