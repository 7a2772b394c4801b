using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>Completes the services of pg_service.conf.</summary>
public sealed class ServiceCompleter : IArgumentCompleter
{
    private const string Prefix = "service=";

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        new EndpointCompleter()
            .CompleteArgument(commandName, parameterName, Prefix + wordToComplete.Trim('\'', '"'), commandAst, fakeBoundParameters)
            .Select(service => service.ListItemText[Prefix.Length..])
            .Select(name => new CompletionResult(CompletionText(name), name, CompletionResultType.ParameterValue, name));

    private static string CompletionText(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
}
