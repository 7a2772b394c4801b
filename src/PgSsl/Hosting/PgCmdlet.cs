using System.Management.Automation;
using PgSsl.Connections;

namespace PgSsl.Hosting;

/// <summary>What every cmdlet here shares: how failures are written, and where relative paths start.</summary>
public abstract class PgCmdlet : PSCmdlet
{
    /// <summary>Writes a failure of one item as a non-terminating error: the others go on.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="target">The endpoint or path concerned.</param>
    protected void WriteFailure(PgSslException exception, object? target) => WriteError(ErrorMap.ToErrorRecord(exception, target));

    /// <summary>Ends the cmdlet: nothing of what was asked can be done.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="target">The endpoint or path concerned.</param>
    protected void ThrowFailure(PgSslException exception, object? target) => ThrowTerminatingError(ErrorMap.ToErrorRecord(exception, target));

    /// <summary>Whether the user only asks what would happen. ShouldProcess says no to that, and to whoever does not confirm.</summary>
    protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? asked)
        ? asked is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    /// <summary>Where the session is in the file system, whatever provider it is in now.</summary>
    protected string WorkingDirectory => SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>Resolves a path of the user's (<c>~</c>, a PSDrive, relative to the session's location) to one that .NET understands.</summary>
    /// <param name="path">A literal path; it need not exist.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>: it is no path of the file system.</exception>
    protected string ResolveFilePath(string path) => FilePath.Resolve(SessionState.Path, path);

    /// <summary>
    /// Resolves what -RootCertificate was given: a file that must exist, or <c>system</c>. libpq does without a missing file in the weaker
    /// modes; a path typed here is meant.
    /// </summary>
    protected string ResolveRootCertificate(string root)
    {
        if (root == ConnectionSettings.SystemRoots)
            return root;
        string path = ResolveFilePath(root);
        return File.Exists(path) ? path : throw new PgSslException(
            PgSslError.FileNotFound,
            $"The root certificate file \"{path}\" does not exist.",
            "Check the path, or use -RootCertificate system for the operating system's roots.");
    }
}
