using System.Management.Automation;

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

    /// <summary>Where the session is in the file system, whatever provider it is in now.</summary>
    protected string WorkingDirectory => SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>Resolves a path of the user's (<c>~</c>, a PSDrive, relative to the session's location) to one that .NET understands.</summary>
    /// <param name="path">A literal path; it need not exist.</param>
    protected string ResolveFilePath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);
}
