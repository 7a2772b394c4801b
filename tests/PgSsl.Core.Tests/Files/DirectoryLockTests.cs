using PgSsl.Files;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Files;

/// <summary>Who waits in vain is told that somebody else is at work, not to look at permissions and disk space.</summary>
[Fast]
public sealed class DirectoryLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_directory_that_stays_locked_is_an_error_of_its_own()
    {
        using IDisposable held = Lock()!;

        var failure = Assert.Throws<PgSslException>(Lock);

        Assert.Equal(PgSslError.FileNotWritten, failure.Error);
        Assert.StartsWith($"Another process is changing files in {_directory.Path}", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("Run the command again", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_was_given_back_can_be_had_again()
    {
        Lock()!.Dispose();

        Lock()!.Dispose();
    }

    private IDisposable? Lock() => OperatingSystem.IsWindows()
        ? WindowsAccess.Lock(_directory.Path, TimeSpan.Zero)
        : UnixLock.Take(_directory.Path, TimeSpan.Zero);
}
