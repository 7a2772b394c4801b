using System.Collections.Specialized;

namespace PgSsl.Dsc;

/// <summary>What was found out about a resource, or done to it.</summary>
/// <param name="State">The properties as they are, or would be. Text, numbers, truth values, and lists of text.</param>
public sealed record ResourceResult(OrderedDictionary State)
{
    /// <summary>The properties that are not as desired; after a change, those that were changed. Empty where all is as desired.</summary>
    public IReadOnlyList<string> Differing { get; init; } = [];

    /// <summary>What would be done, as the text of -WhatIf; empty if nothing would.</summary>
    public IReadOnlyList<string> Plan { get; init; } = [];

    /// <summary>What the cmdlets said.</summary>
    public IReadOnlyList<ResourceMessage> Messages { get; init; } = [];

    /// <summary>Whether everything is as desired.</summary>
    public bool IsInDesiredState => Differing.Count == 0;
}
