using PgSsl.Common;

namespace PgSsl.Changes;

/// <summary>Whether an effect of a change was seen.</summary>
internal enum ProofState
{
    /// <summary>It was seen.</summary>
    Proven,
    /// <summary>Nobody looked, or it cannot be seen from here.</summary>
    NotMade,
}

/// <summary>An effect of a change that was seen, or why it could not be seen.</summary>
public sealed record Proof
{
    internal Proof(string name, ProofState outcome, string detail) => (Name, Outcome, Detail) = (name, outcome, PrintableText.Of(detail));

    /// <summary>What was to be proven, as a stable word: Rules, TlsOffered, Reload, Wire …</summary>
    public string Name { get; }

    /// <summary>Whether it was proven: Proven or NotMade.</summary>
    public string State => Outcome.ToString();

    /// <summary>What was seen, or why it was not.</summary>
    public string Detail { get; }

    // ConvertTo-Json writes an enumeration as a number.
    internal ProofState Outcome { get; }

    /// <summary>In words.</summary>
    public override string ToString() => $"{Name}: {(Outcome == ProofState.Proven ? "" : "not proven: ")}{Detail}";
}
