using PgSsl.Sandbox;

namespace PgSsl.Tests.Monitoring;

/// <summary>Prometheus's own judge of rules. Debian has it in the package prometheus.</summary>
internal static class Promtool
{
    /// <summary>Runs promtool on files; skips the test where it is not installed.</summary>
    /// <param name="arguments">What it is asked, before the last file's name.</param>
    /// <param name="files">The files, by their names. The last one is judged.</param>
    public static async Task AcceptAsync(string[] arguments, params (string Name, string Text)[] files)
    {
        if (!ProcessRunner.IsOnPath("promtool"))
            Assert.Skip("promtool is not installed (Debian: apt-get install prometheus).");
        string directory = Directory.CreateTempSubdirectory("pgssl-promtool-").FullName;
        try
        {
            foreach ((string name, string text) in files)
                await File.WriteAllTextAsync(Path.Combine(directory, name), text);
            ProcessResult told = await ProcessRunner.RunAsync("promtool", [.. arguments, Path.Combine(directory, files[^1].Name)]);
            Assert.True(told.ExitCode == 0, told.StandardOutput + told.StandardError);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
