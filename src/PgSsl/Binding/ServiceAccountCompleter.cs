using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Files;

namespace PgSsl.Binding;

/// <summary>Completes the accounts of Windows' services: those of PostgreSQL and PgBouncer on this machine, then the usual ones.</summary>
public sealed class ServiceAccountCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        WindowsService.Accounts(OperatingSystem.IsWindows() ? WindowsService.All() : [])
            .Where(account => account.Contains(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Select(ForeignName.Complete);
}
