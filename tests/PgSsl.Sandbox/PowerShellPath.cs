namespace PgSsl.Sandbox;

/// <summary>Where this machine has its pwsh.</summary>
public static class PowerShellPath
{
    private const string Override = "PGSSL_TEST_PWSH";

    /// <summary>
    /// The program that PGSSL_TEST_PWSH names, else the first on PATH, else the one that <c>dotnet tool install --global</c> leaves; or
    /// why there is none.
    /// </summary>
    public static Availability<string> Find()
    {
        if (Environment.GetEnvironmentVariable(Override) is { Length: > 0 } named)
            return File.Exists(named) ? Availability.Of(named) : Availability.Missing<string>($"{Override} names {named}, which does not exist.");

        string file = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        string tools = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools");
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(tools)
            .Select(directory => Path.Combine(directory, file))
            .FirstOrDefault(File.Exists);
        return found is null
            ? Availability.Missing<string>($"There is no pwsh on PATH, nor does {Override} name one (https://aka.ms/powershell).")
            : Availability.Of(found);
    }
}
