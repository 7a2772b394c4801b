using System.Text;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Sandbox;
using PgSsl.Testing;

namespace PgSsl.Tests.Certificates.Trust;

/// <summary>A file that has not changed is parsed once; one that has changed in any way is read again.</summary>
[Fast]
public sealed class PemFileCacheTests : IDisposable
{
    // Names of one length: files that differ in nothing but their content.
    private static readonly MintedCertificate First = Mint.Root("Root 1");
    private static readonly MintedCertificate Second = Mint.Root("Root 2");

    private readonly TemporaryDirectory _directory = new();
    private readonly Later _clock = new();
    private readonly PemFileCache _cache;

    public PemFileCacheTests() => _cache = new PemFileCache(_clock);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void An_unchanged_file_is_parsed_once()
    {
        string path = _directory.Write("root.crt", First.Pem);

        Assert.Same(_cache.Read(path), _cache.Read(path));
    }

    [Fact]
    public void A_file_that_has_just_been_written_is_not_kept()
    {
        _clock.Age = TimeSpan.FromSeconds(1);
        string path = _directory.Write("root.crt", First.Pem);

        Assert.NotSame(_cache.Read(path), _cache.Read(path));
    }

    [Fact]
    public void A_file_written_over_is_read_again_even_if_length_and_time_stay()
    {
        string path = _directory.Write("root.crt", Padded(First));
        DateTime written = File.GetLastWriteTimeUtc(path);
        Assert.Equal("Root 1", NameIn(path));

        Pause();
        _directory.Write("root.crt", Padded(Second));
        Assert.Equal(Padded(First).Length, new FileInfo(path).Length);
        if (!OperatingSystem.IsWindows())
            File.SetLastWriteTimeUtc(path, written);

        Assert.Equal("Root 2", NameIn(path));
    }

    [Fact]
    public void A_file_renamed_into_place_is_read_again()
    {
        string path = _directory.Write("root.crt", Padded(First));
        string next = _directory.Write("root.new", Padded(Second));
        File.SetLastWriteTimeUtc(next, File.GetLastWriteTimeUtc(path));
        Assert.Equal("Root 1", NameIn(path));

        File.Move(next, path, overwrite: true);

        Assert.Equal("Root 2", NameIn(path));
    }

    [Fact]
    public void A_link_that_leads_elsewhere_is_followed_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        string first = _directory.Write("1.crt", First.Pem), second = _directory.Write("2.crt", Second.Pem);
        string link = Path.Combine(_directory.Path, "root.crt");
        Links.ToFile(link, first);
        Assert.Equal("Root 1", NameIn(link));

        File.Delete(link);
        Links.ToFile(link, second);

        Assert.Equal("Root 2", NameIn(link));
    }

    [Fact]
    public void A_file_that_is_gone_or_broken_is_an_error_each_time_and_fine_once_it_is_mended()
    {
        string path = _directory.Write("root.crt", "nonsense");
        Assert.Throws<PgSslException>(() => _cache.Read(path));
        Assert.Throws<PgSslException>(() => _cache.Read(path));

        Pause();
        _directory.Write("root.crt", First.Pem);
        Assert.Equal("Root 1", NameIn(path));

        File.Delete(path);
        Assert.Equal(PgSslError.FileNotFound, Assert.Throws<PgSslException>(() => _cache.Read(path)).Error);
    }

    [Fact]
    public void Only_the_files_used_last_are_kept()
    {
        string first = _directory.Write("first.crt", First.Pem), used = _directory.Write("used.crt", First.Pem);
        PemContents firstContents = _cache.Read(first), usedContents = _cache.Read(used);

        for (int i = 0; i < PemFileCache.Capacity - 1; i++)
        {
            _cache.Read(_directory.Write($"{i}.crt", First.Pem));
            Assert.Same(usedContents, _cache.Read(used));
        }

        Assert.NotSame(firstContents, _cache.Read(first));
    }

    [Fact]
    public void Many_threads_get_what_one_of_them_has_parsed()
    {
        string path = _directory.Write("root.crt", First.Pem);
        var contents = new PemContents[8];

        Parallel.For(0, contents.Length, i => contents[i] = _cache.Read(path));

        Assert.All(contents, other => Assert.Same(contents[0], other));
    }

    private string NameIn(string path) => CertificateNames.Display(Assert.Single(_cache.Read(path).Certificates));

    private static byte[] Padded(MintedCertificate certificate) => Encoding.ASCII.GetBytes(certificate.Pem.PadRight(2000));

    /// <summary>Longer than the clock ticks by which file systems stamp changes.</summary>
    private static void Pause() => Thread.Sleep(50);

    /// <summary>Files are older than they are.</summary>
    private sealed class Later : TimeProvider
    {
        public TimeSpan Age { get; set; } = TimeSpan.FromHours(1);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Age;
    }
}
