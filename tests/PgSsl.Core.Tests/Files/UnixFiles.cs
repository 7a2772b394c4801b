using PgSsl.Files;

namespace PgSsl.Tests.Files;

/// <summary>Owners and locks on Unix.</summary>
internal static class UnixFiles
{
    public static UnixOwner OwnerOf(string path) => UnixStatus.Of(path).Owner;

    public static void GiveTo(string path, UnixOwner owner)
    {
        using FileStream file = File.OpenRead(path);
        owner.GiveTo(file.SafeFileHandle);
    }

    public static bool IsLocked(string directory)
    {
        if (OperatingSystem.IsWindows())
            return false;
        try
        {
            UnixLock.Take(directory, TimeSpan.Zero)?.Dispose();
            return false;
        }
        catch (PgSslException)
        {
            return true;
        }
    }
}
