using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.Hba;

namespace PgSsl.Binding;

/// <summary>Completes names from the rules of the file that -Path names.</summary>
public abstract class HbaNameCompleter(Func<HbaRule, IEnumerable<string?>> names) : IArgumentCompleter
{
    // It is read while somebody types.
    private const long LargestFile = 1 << 20;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string? path = fakeBoundParameters["Path"]?.ToString()
            ?? (fakeBoundParameters["Endpoint"] is string first && HbaPathArgument.IsPath(first) ? first : null);
        return Read(path).SelectMany(names).OfType<string>().Distinct()
            // What is masked is a secret, and nothing that somebody wants to type.
            .Where(name => !name.Contains(HbaSecrets.Mask, StringComparison.Ordinal))
            .Where(name => name.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(ForeignName.Complete);
    }

    private static IEnumerable<HbaRule> Read(string? path)
    {
        try
        {
            if (string.IsNullOrEmpty(path))
                return [];
            string file = ConnectionEnvironment.Capture(SessionLocation.Find()).ResolvePath(path);
            return new FileInfo(file).Length > LargestFile
                ? []
                : HbaRule.Of(HbaDocument.Read(file, new HbaDialect(), DiskServerFiles.Instance));
        }
        catch (Exception failure) when (failure is PgSslException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>Completes users of the rules.</summary>
public sealed class HbaUserCompleter() : HbaNameCompleter(rule => rule.User);

/// <summary>Completes databases of the rules.</summary>
public sealed class HbaDatabaseCompleter() : HbaNameCompleter(rule => rule.Database);

/// <summary>Completes addresses of the rules.</summary>
public sealed class HbaAddressCompleter() : HbaNameCompleter(rule => [rule.Address]);
