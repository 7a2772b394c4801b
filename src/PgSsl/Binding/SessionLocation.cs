using System.Management.Automation;

namespace PgSsl.Binding;

/// <summary>Finds the session's location for completers, which have no session state.</summary>
internal static class SessionLocation
{
    /// <summary>The location in the file system; null if there is none.</summary>
    public static string? Find()
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Microsoft.PowerShell.Management\\Get-Location").AddParameter("PSProvider", "FileSystem");
        return shell.Invoke<PathInfo>().FirstOrDefault()?.ProviderPath;
    }
}
