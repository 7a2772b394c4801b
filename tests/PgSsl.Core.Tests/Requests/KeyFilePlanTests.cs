using PgSsl.Files;
using PgSsl.Requests;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Requests;

/// <summary>Where key and request go, and that they go there safely.</summary>
[Fast]
public sealed class KeyFilePlanTests : IDisposable
{
    private const string OldKey = "-----BEGIN PRIVATE KEY-----\nold\n-----END PRIVATE KEY-----\n";
    private const string OldRequest = "-----BEGIN CERTIFICATE REQUEST-----\nold\n-----END CERTIFICATE REQUEST-----\n";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly CertificateKey _key = CertificateKey.Generate(KeyAlgorithms.Default);

    private string Key => Path.Combine(_directory.Path, "server.key");

    private string Request => Path.Combine(_directory.Path, "server.csr");

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(CertificateRole.Server, null, null, null, null, "server.key", "server.csr")]
    [InlineData(CertificateRole.Client, null, null, null, null, "postgresql.key", "postgresql.csr")]
    [InlineData(CertificateRole.Replication, null, null, null, null, "postgresql.key", "postgresql.csr")]
    [InlineData(CertificateRole.Server, "/etc/db1.key", null, null, null, "/etc/db1.key", "/etc/db1.csr")]
    [InlineData(CertificateRole.Server, null, "/tmp/db1.csr", null, null, "/tmp/db1.key", "/tmp/db1.csr")]
    [InlineData(CertificateRole.Server, "/etc/a.pem", "/tmp/b.pem", null, null, "/etc/a.pem", "/tmp/b.pem")]
    [InlineData(CertificateRole.Server, null, null, "/etc/old.key", null, "/etc/old.key", "old.csr")]
    [InlineData(CertificateRole.Server, null, "/tmp/new.csr", "/etc/old.key", null, "/etc/old.key", "/tmp/new.csr")]
    [InlineData(CertificateRole.Server, null, null, null, "db1.example.com", "db1.example.com.key", "db1.example.com.csr")]
    [InlineData(CertificateRole.Server, null, null, null, "2001:db8::1", "2001_db8__1.key", "2001_db8__1.csr")]
    [InlineData(CertificateRole.Server, null, null, null, "../../etc/x", "_._.._etc_x.key", "_._.._etc_x.csr")]
    [InlineData(CertificateRole.Server, null, null, null, "*.example.com", "_.example.com.key", "_.example.com.csr")]
    public void Files_that_are_not_named_are_named_after_each_other_or_as_PostgreSQL_does(
        CertificateRole role, string? keyPath, string? requestPath, string? existing, string? name, string expectedKey, string expectedRequest)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The paths of this table are those of Unix.");
        KeyFilePlan plan = KeyFilePlan.Create("/here", keyPath, requestPath, existing, name, role, ".csr");

        Assert.Equal(Path.Combine("/here", expectedKey), plan.KeyPath);
        Assert.Equal(Path.Combine("/here", expectedRequest), plan.DocumentPath);
        Assert.Equal(existing is not null, plan.KeyExists);
    }

    [Theory]
    [InlineData("/etc/a.pem", "/etc/a.pem", null)]
    [InlineData("/etc/a.csr", null, null)]
    [InlineData(null, "/etc/old.key", "/etc/old.key")]
    [InlineData("/etc/new.key", null, "/etc/old.key")]
    public void One_file_cannot_be_both(string? keyPath, string? requestPath, string? existing) => Assert.Equal(
        PgSslError.ContradictoryParameters,
        Assert.Throws<PgSslException>(() => KeyFilePlan.Create("/here", keyPath, requestPath, existing, null, CertificateRole.Server, ".csr")).Error);

    [Fact]
    public void One_file_cannot_be_both_under_two_names_either()
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "real"));
        Links.ToDirectory(Path.Combine(_directory.Path, "link"), "real");
        string real = Path.Combine(_directory.Path, "real", "a.pem"), linked = Path.Combine(_directory.Path, "link", "a.pem");

        var refusal = Assert.Throws<PgSslException>(
            () => KeyFilePlan.Create(_directory.Path, real, linked, null, null, CertificateRole.Server, ".csr"));

        Assert.Equal(PgSslError.ContradictoryParameters, refusal.Error);
        Assert.Contains(linked, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_exists_is_told_before_a_key_is_made()
    {
        File.WriteAllText(Key, OldKey);

        var refusal = Assert.Throws<PgSslException>(() => Plan().CheckTargets(mayReplace: false));

        Assert.Equal(PgSslError.FileExists, refusal.Error);
        Assert.Contains("-ExistingKey", refusal.Remedy, StringComparison.Ordinal);
        Plan().CheckTargets(mayReplace: true);
    }

    [Fact]
    public void A_missing_directory_and_a_directory_as_target_are_told()
    {
        Directory.CreateDirectory(Request);

        Assert.Equal(PgSslError.FileNotWritten, Assert.Throws<PgSslException>(() => Plan().CheckTargets(mayReplace: true)).Error);
        Assert.Equal(
            PgSslError.FileNotFound,
            Assert.Throws<PgSslException>(() => Plan("nowhere/server.key").CheckTargets(mayReplace: true)).Error);
    }

    [Fact]
    public void The_key_is_for_its_owner_only_and_the_request_for_everybody()
    {
        Assert.Empty(Write(Plan(), _key, "request\n"));

        Assert.Equal("request\n", File.ReadAllText(Request));
        using var read = CertificateKey.ReadFile(Key, null);
        Assert.Equal(_key.SpkiSha256, read.SpkiSha256);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
            Assert.True(File.GetUnixFileMode(Request).HasFlag(UnixFileMode.OtherRead));
        }
    }

    [Fact]
    public void What_is_replaced_is_kept()
    {
        Write(Plan(), _key, OldRequest);
        using var renewed = CertificateKey.Generate(KeyAlgorithms.Default);

        IReadOnlyList<string> backups = Write(Plan(), renewed, "new request\n");

        Assert.Equal(2, backups.Count);
        using var old = CertificateKey.ReadFile(backups[0], null);
        Assert.Equal(_key.SpkiSha256, old.SpkiSha256);
        Assert.Equal(OldRequest, File.ReadAllText(backups[1]));
    }

    [Fact]
    public void With_an_existing_key_only_the_request_is_written()
    {
        var plan = KeyFilePlan.Create(_directory.Path, null, null, Path.Combine(_directory.Path, "old.key"), null, CertificateRole.Server, ".csr");

        Write(plan, _key, "request\n");

        Assert.Equal(["old.csr"], Directory.GetFiles(_directory.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Whoever_dies_at_whatever_step_leaves_whole_files_and_no_key_that_others_can_read(bool replaces, bool halfWay)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are those of Unix.");
        var counted = new FaultyFiles();
        Reset(replaces);
        Write(Plan(), _key, "new request\n", counted);
        Assert.True(counted.Steps > 8);
        string newKey = File.ReadAllText(Key);

        for (int step = 0; step < counted.Steps; step++)
        {
            Reset(replaces);
            FaultyFiles files = halfWay
                ? FaultyFiles.KilledWithin(step, AssertNoKeyCanBeRead)
                : FaultyFiles.KilledBefore(step, AssertNoKeyCanBeRead);
            Assert.ThrowsAny<Exception>(() => Write(Plan(), _key, "new request\n", files));

            AssertNoKeyCanBeRead();
            string?[] allowedKeys = [replaces ? OldKey : null, newKey];
            string?[] allowedRequests = [replaces ? OldRequest : null, "new request\n"];
            string? key = Read(Key);
            string? request = Read(Request);
            Assert.Contains(key, allowedKeys);
            Assert.Contains(request, allowedRequests);
            // A request whose key is missing is of no use to anybody.
            Assert.False(request == "new request\n" && key != newKey, $"step {step}");
        }
    }

    private void Reset(bool replaces)
    {
        foreach (string file in Directory.GetFiles(_directory.Path))
            File.Delete(file);
        if (!replaces)
            return;
        _directory.Write("server.key", OldKey);
        _directory.Write("server.csr", OldRequest);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void AssertNoKeyCanBeRead()
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (string file in Directory.GetFiles(_directory.Path, "*server.key*"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static string? Read(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private KeyFilePlan Plan(string key = "server.key") =>
        KeyFilePlan.Create(_directory.Path, Path.Combine(_directory.Path, key), null, null, null, CertificateRole.Server, ".csr");

    private static IReadOnlyList<string> Write(KeyFilePlan plan, CertificateKey key, string request, IFileLayer? files = null) =>
        plan.Write(key, default, request, mayReplace: true, serviceAccount: null, Now, files);
}
