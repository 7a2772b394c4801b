using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>A backup as it lies on the disk, with what its record says, if the record can be trusted.</summary>
internal sealed record StoredBackup
{
    private StoredBackup(BackupName name) => Name = name;

    /// <summary>Its name.</summary>
    public BackupName Name { get; }

    /// <summary>Where it is.</summary>
    public string Path => Name.Path;

    /// <summary>Its record; null if there is none, or it is not trusted.</summary>
    public BackupRecord? Record { get; private init; }

    /// <summary>The file whose old content it has, without links.</summary>
    public string Target => Record?.Target ?? Name.Target;

    /// <summary>When it was replaced, in UTC.</summary>
    public DateTime Time => Name.Time;

    /// <summary>What it is.</summary>
    public FileKind Kind { get; private init; } = FileKind.Any;

    /// <summary>Its owner and mode; null on Windows.</summary>
    public UnixStatus? Status { get; private init; }

    /// <summary>How many bytes it has.</summary>
    public long Size { get; private init; }

    /// <summary>What is wrong with it or its record, a sentence each.</summary>
    public IReadOnlyList<string> Problems { get; private init; } = [];

    /// <summary>Whether it has the content that its record says, or has no record.</summary>
    public bool IsWhole { get; private init; } = true;

    /// <summary>Whether -Restore would take it: it can be read, and nothing is wrong with it, its record or its owner.</summary>
    public bool IsRestorable => Content is { Length: > 0 } && IsWhole && Problems.Count == 0;

    /// <summary>Its content; null if it cannot be read.</summary>
    public byte[]? Content { get; private init; }

    /// <summary>Looks at a backup. A link is not followed.</summary>
    /// <param name="path">Its path, absolute.</param>
    /// <returns>Null if there is no such file, or its name is not a backup's.</returns>
    public static StoredBackup? Load(string path)
    {
        if (BackupName.Parse(path) is not { } name)
            return null;
        var problems = new List<string>();
        try
        {
            UnixStatus? status = BackupOwner.StatusOf(path);
            if (status is { Identity.Type: not FileType.Regular and var type })
                return new StoredBackup(name)
                {
                    Status = status, IsWhole = false, Problems = [$"It is {FileType.Describe(type)}, and is not looked into."],
                };
            BackupRecord? record = ReadRecord(name, problems);
            byte[] content = Read(path, RegularFile.Limit);
            bool isWhole = record is null || record.Sha256 == BackupRecord.HashOf(content);
            if (!isWhole)
                problems.Add("Its content is not the one that its record was made for.");
            if (BackupOwner.FindDoubt(path, status, record?.Target ?? name.Target) is { } doubt)
                problems.Add($"It is not to be trusted: {doubt}.");
            return new StoredBackup(name)
            {
                Record = record,
                Kind = record is { Kind: not "Any" and var kind } ? FileKind.Find(kind)! : FileKind.Of(content),
                Status = status,
                Size = content.LongLength,
                Problems = problems,
                IsWhole = isWhole,
                Content = content,
            };
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new StoredBackup(name) { Problems = [.. problems, $"It cannot be read: {unreadable.Message}"], IsWhole = false };
        }
    }

    /// <summary>A record is trusted if it belongs to the right account, and is about this file.</summary>
    private static BackupRecord? ReadRecord(BackupName name, List<string> problems)
    {
        string path = BackupName.RecordOf(name.Path);
        try
        {
            UnixStatus? status = BackupOwner.StatusOf(path);
            if (status is { Identity.Type: not FileType.Regular and var type })
                throw new FormatException($"it is {FileType.Describe(type)}");
            var record = BackupRecord.Parse(Read(path, BackupRecord.Limit));
            if (record.Backup != System.IO.Path.GetFileName(name.Path)
                || System.IO.Path.GetFileName(record.Target) != System.IO.Path.GetFileName(name.Target))
                throw new FormatException("it was made for another file");
            if (BackupOwner.FindDoubt(path, status, record.Target) is { } doubt)
                throw new FormatException(doubt);
            return record;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException)
        {
            problems.Add($"Its record {path} is not trusted: {failure.Message}.");
            return null;
        }
    }

    private static byte[] Read(string path, int limit)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = RegularFile.Open(path, followsLink: false);
        return RegularFile.Read(file, path, limit);
    }
}
