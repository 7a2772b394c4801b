using System.Buffers.Binary;
using System.Text;
using PgSsl.Backups;
using PgSsl.Files;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Backups;

/// <summary>A data directory with a key, a certificate and rules; and an account's directory for backups.</summary>
internal sealed class BackupScene : IDisposable
{
    public const string OldKey = "-----BEGIN PRIVATE KEY-----\nold\n-----END PRIVATE KEY-----\n";
    public const string OldCertificate = "-----BEGIN CERTIFICATE-----\nold\n-----END CERTIFICATE-----\n";
    public const string OldRules = "host all all all md5\n";

    public static readonly DateTimeOffset Now = new(2026, 11, 30, 22, 15, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    public BackupScene()
    {
        Directory.CreateDirectory(At("data/global"));
        Write("data/PG_VERSION", "15\n");
        SetIdentifier(7312345678901234567);
    }

    public string Data => At("data");

    public string State => At("state/pgssl/backups");

    public string Key => At("data/server.key");

    public string Rules => At("data/pg_hba.conf");

    public string At(string name) => Path.Combine(RealPath.Of(_directory.Path), name);

    public string Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        return _directory.Write(name, content);
    }

    public void SetIdentifier(ulong number)
    {
        byte[] control = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(control, number);
        _directory.Write("data/global/pg_control", control);
    }

    /// <summary>Changes files as a cmdlet does, and keeps their backups.</summary>
    public KeptBackups Change(params FileEdit[] edits) => Change(origin => origin, edits);

    public KeptBackups Change(Func<BackupOrigin, BackupOrigin> with, params FileEdit[] edits) => Change(with, Now, edits);

    public KeptBackups Change(Func<BackupOrigin, BackupOrigin> with, DateTimeOffset at, params FileEdit[] edits) =>
        new BackupKeeper().Keep(
            FileTransaction.Apply(edits, at).Backups, with(new BackupOrigin("Set-PgHbaSsl", edits) { UsualDirectory = State }));

    public FileEdit NewKey(string content = "-----BEGIN PRIVATE KEY-----\nnew\n-----END PRIVATE KEY-----\n") => new(Key, Bytes(content))
    {
        MayReplace = true, Kind = FileKind.PrivateKey, Protection = FileProtection.PrivateKey(),
    };

    public FileEdit NewCertificate(string content = "-----BEGIN CERTIFICATE-----\nnew\n-----END CERTIFICATE-----\n") =>
        new(At("data/server.crt"), Bytes(content)) { MayReplace = true, Kind = FileKind.Certificate };

    public FileEdit NewRules(string content = "hostssl all all all md5\n") =>
        new(Rules, Bytes(content)) { MayReplace = true, Kind = FileKind.Configuration };

    public void WriteOldPair()
    {
        Write("data/server.key", OldKey);
        Write("data/server.crt", OldCertificate);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Key, UnixModes.Private);
    }

    public static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    public void Dispose() => _directory.Dispose();
}
