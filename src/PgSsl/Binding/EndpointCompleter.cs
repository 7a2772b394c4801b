using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>Completes the servers that the password file and the service files name. It never uses the network.</summary>
public sealed class EndpointCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        return KnownEndpoints.Find(ConnectionEnvironment.Capture())
            .Where(endpoint => endpoint.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(ForeignName.Complete);
    }
}
