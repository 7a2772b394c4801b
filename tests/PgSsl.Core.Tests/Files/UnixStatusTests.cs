using System.Diagnostics;
using PgSsl.Files;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Files;

/// <summary>What the system says about files is read right, and a file is given away by its handle alone.</summary>
public sealed class UnixStatusTests : IDisposable
{
    private static readonly UnixOwner Stranger = new(65534, 65533);

    private readonly TemporaryDirectory _directory = new();

    public UnixStatusTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has neither owners nor modes of this kind.");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.StickyBit)]
    public void Owner_mode_and_inode_are_those_that_stat_shows(UnixFileMode mode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The stat command of macOS takes other arguments.");
        string path = _directory.Write("file", "");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
        if (Environment.IsPrivilegedProcess)
            UnixFiles.GiveTo(path, Stranger);

        UnixStatus status = UnixStatus.Of(path);

        Assert.Equal(
            Stat(path),
            $"{status.Owner.UserId} {status.Owner.GroupId} {Convert.ToString((int)status.Mode, 8)} {status.Identity.Inode}");
    }

    [Fact]
    public void A_handle_has_the_status_of_its_file_also_when_another_has_taken_its_name()
    {
        string path = _directory.Write("file", "");
        using FileStream file = File.OpenRead(path);
        UnixStatus before = UnixStatus.Of(path);
        File.Delete(path);
        _directory.Write("file", "");

        Assert.Equal(before with { Names = 0 }, UnixStatus.Of(file.SafeFileHandle));
        Assert.NotEqual(before.Identity, UnixStatus.Of(path).Identity);
    }

    [Fact]
    public void A_link_is_not_taken_for_the_file_it_leads_to_even_with_the_number_of_a_deleted_one()
    {
        string path = _directory.Write("file", ""), link = Path.Combine(_directory.Path, "link");
        Links.ToFile(link, path);

        FileIdentity file = UnixStatus.Of(path).Identity;
        Assert.NotEqual(file, UnixStatus.Of(link).Identity with { Device = file.Device, Inode = file.Inode });
    }

    [Fact]
    public void Giving_a_file_away_never_gives_away_what_its_name_has_come_to_lead_to()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give files away.");
        string staged = _directory.Write("staged", ""), victim = _directory.Write("victim", "root's");
        using (FileStream file = File.OpenRead(staged))
        {
            File.Delete(staged);
            Links.ToFile(staged, victim);
            Stranger.GiveTo(file.SafeFileHandle);

            Assert.Equal(Stranger, UnixStatus.Of(file.SafeFileHandle).Owner);
        }

        Assert.Equal(new UnixOwner(0, 0), UnixFiles.OwnerOf(victim));
    }

    private static string Stat(string path)
    {
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%u %g %a %i", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().TrimEnd();
    }
}
