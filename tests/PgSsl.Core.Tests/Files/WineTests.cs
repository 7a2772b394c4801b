using PgSsl.Sandbox;

namespace PgSsl.Tests.Files;

/// <summary>
/// The tests of files under Wine, whose files behave as Windows' do: sharing, renames, deletion, paths. It has few kinds of access lists, and neither
/// links nor Windows' cryptography. A class a process, because Wine 8 and .NET do not always bear each other for long.
/// </summary>
public sealed class WineTests(WineTests.Runner runner) : IClassFixture<WineTests.Runner>
{
    private const string Switch = "PGSSL_TEST_WINE";

    [Theory]
    [InlineData("Common.WindowsPathTests")]
    [InlineData("Files.AccessListTests")]
    [InlineData("Files.DirectoryLockTests")]
    [InlineData("Files.FileTransactionPathTests")]
    [InlineData("Files.FileTransactionRaceTests")]
    [InlineData("Files.FileTransactionRivalTests")]
    [InlineData("Files.FileTransactionTests")]
    [InlineData("Files.PatientFilesTests")]
    [InlineData("Files.WindowsFilesTests")]
    [InlineData("Files.WindowsServiceTests")]
    public async Task Tests_of_files_pass_under_Wine(string name)
    {
        ProcessResult result = await runner.RunAsync(name);

        Assert.True(result.ExitCode == 0, result.StandardOutput + result.StandardError);
        TestContext.Current.TestOutputHelper!.WriteLine(result.StandardOutput);
    }

    /// <summary>The runner for Windows, in a Wine of its own that ends with these tests.</summary>
    public sealed class Runner : IAsyncLifetime
    {
        // Longer than any class takes by itself; much of it goes to the first start of Wine.
        private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

        private static readonly string Source = Path.Combine(Repository.Root, "tests", "RuntimeWindows");

        private readonly string _prefix = Path.Combine(Path.GetTempPath(), $"pgssl-wine-{Environment.ProcessId}");

        private bool _isStarted;

        public Task<ProcessResult> RunAsync(string name)
        {
            string program = Path.Combine(Source, "bin", Repository.Configuration, "net10.0", "win-x64", "RuntimeWindows.exe");
            return WineAsync(program, typeof(WineTests).Assembly.Location, $"{nameof(PgSsl)}.{nameof(Tests)}.{name}");
        }

        public async ValueTask InitializeAsync()
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable(Switch) == "1", $"{Switch} is not 1: Wine is slow to start, and not everywhere.");
            Assert.SkipUnless(ProcessRunner.IsOnPath("wine") && ProcessRunner.IsOnPath("wineserver"), "This machine has no wine.");
            string[] build = ["build", Source, "-c", Repository.Configuration, "-v", "q"];
            (await ProcessRunner.RunAsync("dotnet", build, timeout: Limit)).OrThrow("dotnet build tests/RuntimeWindows");

            Directory.CreateDirectory(_prefix);
            _isStarted = true;
            // .NET asks for Windows 10; Wine 8 says that it is Windows 7.
            string[] version = ["reg", "add", @"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"];
            (await WineAsync(version)).OrThrow("wine reg add");
        }

        public async ValueTask DisposeAsync()
        {
            if (!_isStarted)
                return;
            await ProcessRunner.RunAsync("wineserver", ["--kill"], environment: Variables(), timeout: Limit);
            await ProcessRunner.RunAsync("wineserver", ["--wait"], environment: Variables(), timeout: Limit);
            Directory.Delete(_prefix, recursive: true);
        }

        private Task<ProcessResult> WineAsync(params string[] arguments) =>
            ProcessRunner.RunAsync("wine", arguments, environment: Variables(), timeout: Limit);

        private Dictionary<string, string?> Variables() => new()
        {
            ["WINEPREFIX"] = _prefix,
            ["WINEDEBUG"] = "-all",
            // Wine 8 does not bear .NET's garbage collector: the tests end before there is a collection.
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_GCgen0size"] = "0x40000000",
        };
    }
}
