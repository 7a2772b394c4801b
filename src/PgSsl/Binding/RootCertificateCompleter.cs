using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>Completes <c>system</c> and file names.</summary>
public sealed class RootCertificateCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        if (ConnectionSettings.SystemRoots.StartsWith(typed, StringComparison.Ordinal))
            yield return new CompletionResult(
                ConnectionSettings.SystemRoots, ConnectionSettings.SystemRoots, CompletionResultType.ParameterValue,
                "The operating system's roots (libpq 16 and newer)");
        foreach (CompletionResult file in CompletionCompleters.CompleteFilename(typed))
            yield return ForeignName.Complete(file.CompletionText, file.ListItemText, file.ToolTip);
    }
}
