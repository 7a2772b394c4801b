using System.Diagnostics;

namespace PgSsl.Sandbox.Playground;

/// <summary>The working copy that this program was built from.</summary>
internal sealed class Repository
{
    private Repository(string root) => Root = root;

    public string Root { get; }

    public string ManifestPath => Path.Combine(Root, "PgSsl.psd1");

    /// <exception cref="SandboxException">This program was taken out of its working copy.</exception>
    public static Repository Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "PgSsl.slnx")))
                return new Repository(directory.FullName);
        }
        throw new SandboxException(
            $"There is no PgSsl.slnx above {AppContext.BaseDirectory}: run this from a working copy of PgSsl.");
    }

    /// <summary>Builds the module, so that the manifest can be imported.</summary>
    /// <exception cref="SandboxException">It does not build; the message holds what the compiler said.</exception>
    public async Task BuildModuleAsync(CancellationToken cancellationToken)
    {
        // A build server would outlive this program.
        string[] arguments = ["build", Path.Combine(Root, "src", "PgSsl"), "-v:quiet", "-nologo", "-nodeReuse:false"];
        using Process build = ProcessRunner.Start(
            ProcessRunner.StartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments, null, Root));
        build.StandardInput.Close();
        Task<string> output = build.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = build.StandardError.ReadToEndAsync(CancellationToken.None);
        await build.WaitOrKillAsync(cancellationToken);
        if (build.ExitCode != 0)
            throw new SandboxException($"The module does not build (status {build.ExitCode}):\n{await output}{await errors}");
    }
}
