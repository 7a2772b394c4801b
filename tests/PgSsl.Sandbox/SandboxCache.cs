namespace PgSsl.Sandbox;

/// <summary>
/// Where downloads and data directory templates stay between runs: <c>$XDG_CACHE_HOME</c>, <c>~/.cache</c> or
/// LocalApplicationData, below
/// <c>pgssl-sandbox</c>. Root uses <c>/var/cache/pgssl-sandbox</c> instead, because the account that runs the servers may not
/// enter root's home.
/// </summary>
internal static class SandboxCache
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The directory of that name, built first where it is not there yet. Safe against other processes that want it at the same
    /// moment: one builds, the others wait, and the name appears only once the content is whole.
    /// </summary>
    /// <param name="name">A file name that says what it holds, version included.</param>
    /// <param name="build">Fills the directory that it is given.</param>
    public static async Task<string> GetOrBuildAsync(string name, Func<string, Task> build)
    {
        string root = OpenRoot();
        string target = Path.Combine(root, name);
        if (Directory.Exists(target))
            return target;

        await using FileStream held = await LockAsync(target + ".lock");
        if (Directory.Exists(target))
            return target;
        string unfinished = target + ".unfinished";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        await build(unfinished);
        Directory.Move(unfinished, target);
        return target;
    }

    private static string OpenRoot()
    {
        string root = Path.Combine(BaseDirectory(), "pgssl-sandbox");
        Directory.CreateDirectory(root);
        return root;
    }

    private static string BaseDirectory()
    {
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        if (ServerAccount.Current is not null)
            return "/var/cache";
        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        for (DateTime deadline = DateTime.UtcNow + LockTimeout; ; await Task.Delay(LockRetry))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                // Another process holds it.
            }
        }
    }
}
