using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>Completes the services of pg_service.conf.</summary>
public sealed class ServiceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        KnownEndpoints.FindServices(ConnectionEnvironment.Capture())
            .Where(service => service.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Select(ForeignName.Complete);
}
