using System.Collections;
using System.Management.Automation.Language;
using System.Management.Automation;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.SslModes.Clients;

namespace PgSsl.Binding;

/// <summary>
/// A parameter that takes one word of a list, or several: in libpq's spelling or PowerShell's (<c>VerifyFull</c>), in any case. Any other
/// word is an error that lists them. A <see cref="WordCompleter"/> of the same list belongs to it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class WordTransformationAttribute(string[] words) : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    // An empty cell of a table is not given.
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        new PipelineObject(inputData).ToString().Length == 0 ? null! : PipelineObject.ConvertAll(inputData, item => ToWord(item.ToString()))!;

    private string ToWord(string text) =>
        Array.Find(words, word => string.Equals(Squeeze(word), Squeeze(text), StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentTransformationMetadataException($"\"{PrintableText.Of(text)}\" is not one of: {string.Join(", ", words)}.");

    private static string Squeeze(string text) => text.Replace("-", "", StringComparison.Ordinal);
}

/// <summary>Completes one word of a list, and tells what it means.</summary>
/// <param name="words">The words.</param>
/// <param name="meanings">What they mean; a word that says it itself has none.</param>
public abstract class WordCompleter(string[] words, IReadOnlyDictionary<string, string>? meanings = null) : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        words.Where(word => word.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Select(word => new CompletionResult(word, word, CompletionResultType.ParameterValue, meanings?.GetValueOrDefault(word) ?? word));
}

/// <summary>The words themselves.</summary>
internal static class LibpqWords
{
    public static readonly string[] SslModes = Array.ConvertAll(Enum.GetValues<SslMode>(), SslModeText.ToLibpq);
    public static readonly string[] SslNegotiations = Array.ConvertAll(Enum.GetValues<SslNegotiation>(), SslNegotiationText.ToLibpq);

    // Not a field: -SslNegotiation, which most cmdlets have, should not load the rules of all clients.
    public static string[] Clients => [.. SslClients.All.Select(client => client.Name)];
}

/// <summary>libpq's sslmode.</summary>
public sealed class SslModeTransformationAttribute() : WordTransformationAttribute(LibpqWords.SslModes);

/// <summary>Completes libpq's sslmode.</summary>
public sealed class SslModeCompleter() : WordCompleter(LibpqWords.SslModes, WordMeanings.SslModes);

/// <summary>libpq's sslnegotiation.</summary>
public sealed class SslNegotiationTransformationAttribute() : WordTransformationAttribute(LibpqWords.SslNegotiations);

/// <summary>Completes libpq's sslnegotiation.</summary>
public sealed class SslNegotiationCompleter() : WordCompleter(LibpqWords.SslNegotiations, WordMeanings.SslNegotiations);

/// <summary>The client libraries whose rules are known.</summary>
public sealed class ClientTransformationAttribute() : WordTransformationAttribute(LibpqWords.Clients);

/// <summary>Completes the client libraries.</summary>
public sealed class ClientCompleter() : WordCompleter(LibpqWords.Clients, WordMeanings.Clients);
