using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>What is written beside a backup: whose it is. It holds nothing secret. See docs/decisions/0083.</summary>
internal sealed record BackupRecord
{
    /// <summary>The most bytes that a record may have.</summary>
    public const int Limit = 64 << 10;

    private const int Version = 1;
    private const int LongestText = 4096;
    private const int MostOthers = 64;
    private const int Depth = 3;
    private const string RestoreReason = "restore";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The name of the backup, without its directory: a record that was copied beside another file does not fit.</summary>
    public required string Backup { get; init; }

    /// <summary>The file whose old content it is, without links.</summary>
    public required string Target { get; init; }

    /// <summary>What the file is (<see cref="FileKind.Name"/>).</summary>
    public required string Kind { get; init; }

    /// <summary>When it was replaced, in UTC.</summary>
    public required DateTime Time { get; init; }

    /// <summary>The cmdlet that replaced it.</summary>
    public required string Command { get; init; }

    /// <summary>SHA-256 of the backup's content, upper-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>SHA-256 of the content that the file got instead, upper-case hex; null if that is not known.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>Whether the change put an older backup back: it is no change that -Restore of the file undoes.</summary>
    public bool IsOfRestore { get; init; }

    /// <summary>The name of the machine.</summary>
    public string? Machine { get; init; }

    /// <summary>The server whose file it is; null if there is none, or it is not known.</summary>
    public BackupServer? Server { get; init; }

    /// <summary>The other backups of the same change.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>The hash as a record has it.</summary>
    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexString(SHA256.HashData(content));

    /// <summary>
    /// The other backups of the same change, as far as they are there. Whoever may write a record could name a key in it that he may not read, so
    /// the other one has a record as well that names the first. They may have been moved together: then they are beside each other.
    /// </summary>
    /// <param name="path">The first backup.</param>
    /// <param name="record">Its record.</param>
    public static IEnumerable<StoredBackup> FindOthers(string path, BackupRecord record)
    {
        foreach (string named in record.Others.Where(other => BackupName.Parse(other) is not null))
        {
            string beside = Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileName(named));
            if (StoredBackup.Load(named) is { Record: { } there } other && there.Others.Any(back => RealPath.AreSame(back, path)))
                yield return other;
            else if (StoredBackup.Load(beside) is { Record: { } moved } found && record.IsOfSameChange(moved)
                && moved.Others.Any(back => RealPath.Comparer.Equals(Path.GetFileName(back), Path.GetFileName(path))))
                yield return found;
        }
    }

    private bool IsOfSameChange(BackupRecord other) =>
        (Time, Command, Machine, Server) == (other.Time, other.Command, other.Machine, other.Server);

    /// <summary>The record as JSON.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        // The default encoder writes é as \u00E9: names of files are to be read by people. It is never shown as HTML.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("backup", Backup);
            json.WriteString("target", Target);
            json.WriteString("kind", Kind);
            json.WriteString("time", Time.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("command", Command);
            json.WriteString("sha256", Sha256);
            WriteText("replacedBy", ReplacedBy);
            WriteText("reason", IsOfRestore ? RestoreReason : null);
            WriteText("machine", Machine);
            if (Server is { } server)
            {
                json.WriteStartObject("server");
                WriteText("systemIdentifier", server.SystemIdentifier);
                WriteText("dataDirectory", server.DataDirectory);
                WriteText("endpoint", server.Endpoint);
                json.WriteEndObject();
            }
            json.WriteStartArray("others");
            foreach (string other in Others)
                json.WriteStringValue(other);
            json.WriteEndArray();
            json.WriteEndObject();

            void WriteText(string name, string? value)
            {
                if (value is not null)
                    json.WriteString(name, value);
            }
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>Reads a record strictly: what this version would not write is refused.</summary>
    /// <exception cref="FormatException">It is not a record; the message says why, as the end of a sentence.</exception>
    public static BackupRecord Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > Limit)
            throw new FormatException("it is too large");
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Depth });
            return Read(new BackupFields(document.RootElement, LongestText));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw new FormatException("it is not JSON of this form", failure);
        }
    }

    private static BackupRecord Read(BackupFields fields)
    {
        fields.Allow("version", "backup", "target", "kind", "time", "command", "sha256", "replacedBy", "reason", "machine", "server", "others");
        if (fields.Number("version") is var version and not Version)
            throw new FormatException($"it has version {version}, and this version of PgSsl knows {Version}");
        var record = new BackupRecord
        {
            Backup = fields.Required("backup"),
            Target = fields.Required("target"),
            Kind = fields.Required("kind"),
            Time = DateTime.TryParseExact(
                fields.Required("time"), TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time)
                ? time : throw new FormatException("its time is none"),
            Command = fields.Required("command"),
            Sha256 = fields.Required("sha256"),
            ReplacedBy = fields.Text("replacedBy"),
            IsOfRestore = fields.Text("reason") == RestoreReason,
            Machine = fields.Text("machine"),
            Server = fields.Object("server") is { } server ? ReadServer(server) : null,
            Others = fields.Texts("others", MostOthers),
        };
        if (!Path.IsPathFullyQualified(record.Target) || record.Others.Any(other => !Path.IsPathFullyQualified(other)))
            throw new FormatException("it names a file by a relative path");
        // To look there would be to log in there, with this account. //host/share and \??\UNC\host\share are such names as well as \\host\share.
        if (OperatingSystem.IsWindows() && !record.Others.Append(record.Target).All(path => char.IsAsciiLetter(path[0]) && path[1] == ':'))
            throw new FormatException("it names a file on another machine");
        if (FileKind.Find(record.Kind) is null || !IsWord(record.Command) || record.Sha256 is not { Length: 64 }
            || !record.Sha256.All(char.IsAsciiHexDigitUpper))
            throw new FormatException("its kind, its command or its hash is none");
        return record;
    }

    private static BackupServer ReadServer(BackupFields fields)
    {
        fields.Allow("systemIdentifier", "dataDirectory", "endpoint");
        return new BackupServer
        {
            SystemIdentifier = fields.Text("systemIdentifier"),
            DataDirectory = fields.Text("dataDirectory"),
            Endpoint = fields.Text("endpoint"),
        };
    }

    private static bool IsWord(string text) => text.Length <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
