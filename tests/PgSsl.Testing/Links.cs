namespace PgSsl.Testing;

/// <summary>Symbolic links, or a skipped test: Windows lets only some accounts make them, and Wine 8 says that it made them.</summary>
internal static class Links
{
    public static void ToFile(string path, string target) => Make(path, target, () => File.CreateSymbolicLink(path, target));

    public static void ToDirectory(string path, string target) => Make(path, target, () => Directory.CreateSymbolicLink(path, target));

    private static void Make(string path, string target, Action create)
    {
        try
        {
            create();
        }
        catch (Exception failure) when (OperatingSystem.IsWindows() && failure is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"This account makes no symbolic links: {failure.Message}");
        }
        Assert.SkipWhen(new FileInfo(path).LinkTarget != target, "This system makes no symbolic links.");
    }
}
