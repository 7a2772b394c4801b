using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Common;

namespace PgSsl.Binding;

/// <summary>Completes the accounts of this machine. Those that PostgreSQL's packages create come first.</summary>
public sealed class ServerAccountCompleter : IArgumentCompleter
{
    private const string Accounts = "/etc/passwd";

    private static readonly string[] Usual = ["postgres", "pgsql", "_postgres", "pgbouncer"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        (File.Exists(Accounts) ? File.ReadLines(Accounts) : [])
            .Select(line => line.Split(':')[0])
            .Where(name => name.Length > 0 && name[0] != '#' && name.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.Ordinal))
            .OrderByDescending(name => Usual.Contains(name))
            .Select(ForeignName.Complete);
}
