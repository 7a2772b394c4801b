using System.Management.Automation;

namespace PgSsl.Binding;

/// <summary>Where the session is: a completer has no session state of its own.</summary>
internal static class SessionLocation
{
    /// <summary>The location in the file system; null where there is none.</summary>
    public static string? Find()
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Microsoft.PowerShell.Management\\Get-Location").AddParameter("PSProvider", "FileSystem");
        return shell.Invoke<PathInfo>().FirstOrDefault()?.ProviderPath;
    }
}
