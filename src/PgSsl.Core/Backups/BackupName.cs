using System.Globalization;
using System.Text.RegularExpressions;
using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>The name of a backup: <c>server.key.20261130T221500Z.bak</c>, or with a number for further ones of the same second.</summary>
/// <param name="Path">The backup.</param>
/// <param name="Target">The file beside it whose old content it has, as its name says.</param>
/// <param name="Time">When that content was replaced, in UTC, as its name says.</param>
/// <param name="Number">1, or which one of the same second it is.</param>
internal sealed partial record BackupName(string Path, string Target, DateTime Time, int Number) : IComparable<BackupName>
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Reads a name; null if it is not the name of a backup.</summary>
    public static BackupName? Parse(string path)
    {
        if (Pattern().Match(path) is not { Success: true } match
            || !DateTime.TryParseExact(
                match.Groups["time"].Value, TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time))
            return null;
        int number = 1;
        if (match.Groups["number"] is { Success: true } given && !int.TryParse(given.ValueSpan, CultureInfo.InvariantCulture, out number))
            return null;
        return new BackupName(path, match.Groups["target"].Value, time, number);
    }

    /// <summary>The record that belongs to a backup, whether there is one or not.</summary>
    public static string RecordOf(string backup) => backup + StagedFile.RecordSuffix;

    /// <summary>A name for this backup in another directory, which nobody has there.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="isTaken">Whether a path is somebody's.</param>
    public string In(string directory, Func<string, bool> isTaken)
    {
        string stem = $"{System.IO.Path.GetFileName(Target)}.{Time.ToString(TimeFormat, CultureInfo.InvariantCulture)}";
        string path = System.IO.Path.Combine(directory, System.IO.Path.GetFileName(Path));
        for (int i = 2; isTaken(path) || isTaken(RecordOf(path)); i++)
            path = System.IO.Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}.bak"));
        return path;
    }

    /// <summary>Older ones first.</summary>
    public int CompareTo(BackupName? other) => other is null ? 1 : (Time, Number).CompareTo((other.Time, other.Number));

    [GeneratedRegex(@"^(?<target>.*[^/\\])\.(?<time>\d{8}T\d{6}Z)(-(?<number>[1-9]\d{0,8}))?\.bak\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
