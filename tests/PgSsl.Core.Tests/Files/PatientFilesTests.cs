using System.Diagnostics;
using System.Text;
using PgSsl.Files;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Files;

/// <summary>Windows: a file that another program has open for a moment, and one that this account may not change.</summary>
[Fast]
public sealed class PatientFilesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    private string Key => Path.Combine(_directory.Path, "server.key");

    private string Certificate => Path.Combine(_directory.Path, "server.crt");

    public void Dispose() => _directory.Dispose();

    /// <summary>Whatever Windows calls it: of a rename onto an open file it says that access is denied.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_is_open_in_another_program_is_waited_for(bool isCalledSharing)
    {
        WriteOld();
        int count = 0;

        Apply(
            path =>
            {
                if (path == Certificate && ++count <= 3)
                    throw isCalledSharing ? HeldFiles.InUse : HeldFiles.Denied;
            },
            isHeld: true, TimeSpan.FromSeconds(10));

        Assert.Equal(("new key", "new certificate"), (File.ReadAllText(Key), File.ReadAllText(Certificate)));
    }

    /// <summary>Both files are looked at before the first rename: so the server never meets a pair that does not match.</summary>
    [Fact]
    public void A_certificate_that_stays_open_costs_nothing_not_even_a_moment_of_a_wrong_pair()
    {
        WriteOld();
        var pairs = new List<string>();

        var failure = Assert.Throws<PgSslException>(() => Apply(
            path =>
            {
                pairs.Add($"{File.ReadAllText(Key)}, {File.ReadAllText(Certificate)}");
                if (path == Certificate)
                    throw HeldFiles.InUse;
            },
            isHeld: true, TimeSpan.FromMilliseconds(100)));

        Assert.Equal(PgSslError.FileNotWritten, failure.Error);
        Assert.Contains("used by another process", failure.Message);
        Assert.Contains("Nothing was changed.", failure.Message);
        Assert.Equal("old key, old certificate", Assert.Single(pairs.Distinct()));
        AssertNoCopy();
    }

    [Fact]
    public void Without_the_right_nobody_waits()
    {
        WriteOld();
        long start = Stopwatch.GetTimestamp();

        var failure = Assert.Throws<PgSslException>(() => Apply(
            path =>
            {
                if (path == Key)
                    throw HeldFiles.Denied;
            },
            isHeld: false, TimeSpan.FromMinutes(1)));

        Assert.Equal(PgSslError.FileNotWritten, failure.Error);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "It waited.");
        AssertNoCopy();
    }

    /// <summary>A new key beside an old certificate is plaintext for clients.</summary>
    [Fact]
    public void An_undo_waits_longer_than_a_change()
    {
        WriteOld();
        int certificate = 0;
        long? held = null;

        var failure = Assert.Throws<PgSslException>(() => Apply(
            path =>
            {
                // Two checks find it free, the rename does not; then the key is held, too, for longer than a change waits.
                if (path == Certificate && ++certificate > 2)
                    throw HeldFiles.InUse;
                if (path == Key && certificate > 2 && Stopwatch.GetElapsedTime(held ??= Stopwatch.GetTimestamp()) < TimeSpan.FromMilliseconds(400))
                    throw HeldFiles.InUse;
            },
            isHeld: true, TimeSpan.FromMilliseconds(100)));

        Assert.True(PgSslError.FileNotWritten == failure.Error, failure.Message);
        Assert.NotNull(held);
        Assert.Equal(("old key", "old certificate"), (File.ReadAllText(Key), File.ReadAllText(Certificate)));
        AssertNoCopy();
    }

    private void WriteOld()
    {
        File.WriteAllText(Key, "old key");
        File.WriteAllText(Certificate, "old certificate");
    }

    private void Apply(Action<string> fault, bool isHeld, TimeSpan patience)
    {
        FileEdit Edit(string path, string content) => new(path, Encoding.ASCII.GetBytes(content)) { MayReplace = true };
        var files = new PatientFiles(new HeldFiles(fault), _ => isHeld)
        {
            Patience = patience,
            PatienceOfUndo = TimeSpan.FromMinutes(1),
            Doubt = TimeSpan.FromMilliseconds(50),
            Pause = TimeSpan.FromMilliseconds(5),
        };
        FileTransaction.Apply([Edit(Key, "new key"), Edit(Certificate, "new certificate")], Now, files);
    }

    private void AssertNoCopy() => Assert.Equal(
        ["server.crt", "server.key"],
        Directory.GetFiles(_directory.Path).Select(path => Path.GetFileName(path)).Where(name => name != ".pgssl-lock")
            .Order(StringComparer.Ordinal));
}
