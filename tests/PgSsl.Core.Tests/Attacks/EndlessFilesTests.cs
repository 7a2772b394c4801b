using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Poolers;
using PgSsl.Requirements;
using PgSsl.RootFiles;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Attacks;

/// <summary>Somebody wants a command to hang, or to take all memory, with a file that does not end.</summary>
public sealed class EndlessFilesTests : IDisposable
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    private static readonly Dictionary<string, Action<string>> Readers = new()
    {
        ["sslrootcert"] = path => PemFile.Read(path),
        ["the cache of root files"] = path => PemFileCache.Shared.Read(path),
        ["root.crt"] = path => RootFile.Read(path),
        ["-Certificate"] = path => CertificateInput.ReadFile(path, CertificateWanted.Leaf),
        ["-SslCertFile"] = path => throw ServerFile.Read(path).Failure!,
        ["-ExistingKey"] = path => PgSsl.Requests.CertificateKey.ReadFile(path, null),
        ["pgbouncer.ini"] = path => PgBouncerIni.Read(path),
        ["PGSERVICEFILE"] = path => ServiceFile.Open(path),
        ["a file to be changed"] = path => FileTransaction.Look([new FileEdit(path, []) { MayReplace = true }]),
        ["pg_hba.conf and its includes"] = path =>
        {
            if (DiskServerFiles.Instance.Read(path).Error is { } error)
                throw new PgSslException(PgSslError.FileUnreadable, error);
        },
    };

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Names => [.. Readers.Keys];

    public void Dispose() => _directory.Dispose();

    [Theory, MemberData(nameof(Names))]
    public async Task A_named_pipe(string reader)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Named pipes in directories are those of Unix.");
        string pipe = Path.Combine(_directory.Path, "pipe");
        await ProcessRunner.RunAsync("mkfifo", [pipe]);

        Assert.Contains("named pipe", (await ReadAsync(reader, pipe)).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task An_endless_device(string reader)
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no such device.");
        long before = GC.GetTotalAllocatedBytes();

        Assert.Contains("a device", (await ReadAsync(reader, "/dev/zero")).Message, StringComparison.Ordinal);

        Assert.True(GC.GetTotalAllocatedBytes() - before < 100 << 20);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_file_of_a_terabyte_without_content(string reader)
    {
        string path = Path.Combine(_directory.Path, "sparse");
        await using (FileStream file = File.Create(path))
            file.SetLength(1L << 40);

        Assert.Matches("has more than (64|512) MB", (await ReadAsync(reader, path)).Message);
    }

    [Fact]
    public void A_file_that_says_it_is_empty()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux's.");

        Assert.NotEmpty(RegularFile.Read("/proc/self/status"));
        Assert.Throws<UnusableFileException>(() => RegularFile.Read("/proc/self/maps", limit: 100));
    }

    [Fact]
    public void The_null_device_is_an_empty_file() => Assert.Empty(RegularFile.Read("/dev/null"));

    [Fact]
    public void A_million_rules_are_not_too_much()
    {
        string line = "hostssl  some_database,another_database  some_role  10.123.234.0/24  scram-sha-256\n";
        string path = _directory.Write("pg_hba.conf", string.Concat(Enumerable.Repeat(line, 1_000_000)));

        Assert.Equal(1_000_000 * line.Length, DiskServerFiles.Instance.Read(path).Bytes!.Length);
    }

    [Fact]
    public async Task A_client_certificate_or_key_that_is_a_pipe()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Named pipes in directories are those of Unix.");
        string pipe = Path.Combine(_directory.Path, "pipe");
        string certificate = _directory.Write("some.crt", TestAuthority.CreateRoot("Any").CertificatePem);
        await ProcessRunner.RunAsync("mkfifo", ["-m", "0600", pipe]);

        foreach ((string cert, string key) in new[] { (pipe, certificate), (certificate, pipe) })
        {
            ConnectionSettings settings = PgEndpoint.Parse($"host=h sslcert={cert} sslkey={key}").Resolve(ConnectionEnvironment.Capture());
            Task<PgSslException> refusal = Task.Run(
                () => Assert.Throws<PgSslException>(() => PgSsl.SslModes.ClientCertificateFile.Load(settings)));
            Assert.Contains("pipe", (await refusal.WaitAsync(AtOnce)).Message, StringComparison.Ordinal);
        }
    }

    private static Task<PgSslException> ReadAsync(string reader, string path) =>
        Task.Run(() => Assert.Throws<PgSslException>(() => Readers[reader](path))).WaitAsync(AtOnce);
}
