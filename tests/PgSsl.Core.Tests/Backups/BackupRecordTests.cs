using System.Text;
using PgSsl.Backups;

namespace PgSsl.Tests.Backups;

/// <summary>A record is read strictly: whoever can write one can write anything.</summary>
[Fast]
public sealed class BackupRecordTests
{
    private static readonly BackupRecord Usual = new()
    {
        Backup = "pg_hba.conf.20261130T221500Z.bak",
        Target = OperatingSystem.IsWindows() ? @"C:\data\pg_hba.conf" : "/data/pg_hba.conf",
        Kind = "Configuration",
        Time = new DateTime(2026, 11, 30, 22, 15, 0, DateTimeKind.Utc),
        Command = "Set-PgHbaSsl",
        Sha256 = BackupRecord.HashOf([]),
        Machine = "db1",
        Server = new BackupServer { SystemIdentifier = "1", Endpoint = "db1:5432" },
    };

    [Fact]
    public void It_is_read_as_it_was_written() =>
        Assert.Equal(Usual with { Others = [] }, BackupRecord.Parse(Usual.ToJson()) with { Others = Usual.Others });

    [Fact]
    public void Names_of_files_in_it_can_be_read_by_people() =>
        Assert.Contains("schlüssel", Encoding.UTF8.GetString((Usual with { Machine = "schlüssel" }).ToJson()), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", "it has version 2")]
    [InlineData("\"version\": 1", "\"version\": \"1\"", "it has no version")]
    [InlineData("\"version\": 1", "\"version\": 1, \"version\": 1", "a field is there twice")]
    [InlineData("\"version\": 1", "\"version\": 1, \"run\": \"x\"", "not known")]
    [InlineData("\"kind\": \"Configuration\"", "\"kind\": \"Program\"", "its kind")]
    [InlineData("\"Set-PgHbaSsl\"", "\"rm -rf /\"", "its command")]
    [InlineData("\"db1\"", "\"\\u001b[2J\"", "control characters")]
    [InlineData("\"db1\"", "[[[[]]]]", "not JSON of this form")]
    [InlineData("\"2026-11-30T22:15:00Z\"", "\"yesterday\"", "its time is none")]
    [InlineData("\"others\": []", "\"others\": [\"pg_hba.conf\"]", "relative path")]
    [InlineData("\"others\": []", "\"others\": {}", "not a short list")]
    [InlineData("\"systemIdentifier\"", "\"password\"", "not known")]
    public void What_this_version_would_not_write_is_refused(string written, string instead, string why)
    {
        string json = Encoding.UTF8.GetString(Usual.ToJson());
        Assert.Contains(written, json, StringComparison.Ordinal);

        var refusal = Assert.Throws<FormatException>(
            () => BackupRecord.Parse(Encoding.UTF8.GetBytes(json.Replace(written, instead, StringComparison.Ordinal))));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\u0000")]
    public void What_is_no_record_is_refused(string text) =>
        Assert.Throws<FormatException>(() => BackupRecord.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void What_is_deep_or_large_is_refused_at_once()
    {
        Assert.Throws<FormatException>(() => BackupRecord.Parse(Encoding.UTF8.GetBytes(new string('[', BackupRecord.Limit))));
        Assert.Throws<FormatException>(() => BackupRecord.Parse(new byte[BackupRecord.Limit + 1]));
    }

    [Theory]
    [InlineData("/a/server.key.20261130T221500Z.bak", "/a/server.key", 1)]
    [InlineData("/a/server.key.20261130T221500Z-12.bak", "/a/server.key", 12)]
    [InlineData("a.20260101T000000Z.bak.20261130T221500Z.bak", "a.20260101T000000Z.bak", 1)]
    public void The_name_of_a_backup_says_its_file_and_its_time(string path, string target, int number)
    {
        BackupName name = BackupName.Parse(path)!;

        Assert.Equal((target, number, Usual.Time), (name.Target, name.Number, name.Time));
    }

    [Theory]
    [InlineData("/a/server.key")]
    [InlineData("/a/server.key.bak")]
    [InlineData("/a/.20261130T221500Z.bak")]
    [InlineData("/a/server.key.20261399T221500Z.bak")]
    [InlineData("/a/server.key.20261130T221500Z-0.bak")]
    [InlineData("/a/server.key.20261130T221500Z.bak.json")]
    [InlineData("/a/server.key.20261130T221500Z.bak\n")]
    public void Other_names_are_not_backups(string path) => Assert.Null(BackupName.Parse(path));
}
