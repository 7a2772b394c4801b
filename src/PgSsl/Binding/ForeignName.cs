using System.Management.Automation;
using PgSsl.Common;

namespace PgSsl.Binding;

/// <summary>Completions of names that others chose.</summary>
internal static class ForeignName
{
    /// <summary>What is put into the command is exact and quoted; the menu and the tip are printable.</summary>
    public static CompletionResult Complete(string name) => Complete(CommandText.Quote(name), name, name);

    /// <inheritdoc cref="Complete(string)"/>
    /// <param name="completion">What is put into the command.</param>
    /// <param name="name">What the menu shows.</param>
    /// <param name="tip">What the tip shows.</param>
    public static CompletionResult Complete(string completion, string name, string tip) =>
        new(completion, PrintableText.Of(name), CompletionResultType.ParameterValue, PrintableText.Of(tip));
}
