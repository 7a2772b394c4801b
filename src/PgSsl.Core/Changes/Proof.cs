using PgSsl.Common;

namespace PgSsl.Changes;

/// <summary>Whether an effect of a change was seen.</summary>
public enum ProofState
{
    /// <summary>It was seen.</summary>
    Proven,
    /// <summary>Nobody looked, or it cannot be seen from here.</summary>
    NotMade,
}

/// <summary>An effect of a change that was seen, or why it could not be seen.</summary>
/// <param name="Name">What was to be proven, as a stable word: Rules, TlsOffered, Reload, Wire …</param>
/// <param name="State">Whether it was proven.</param>
/// <param name="Detail">What was seen, or why it was not.</param>
public sealed record Proof(string Name, ProofState State, string Detail)
{
    /// <summary>What was seen, or why it was not.</summary>
    public string Detail { get; init; } = PrintableText.Of(Detail);

    /// <summary>In words.</summary>
    public override string ToString() => $"{Name}: {(State == ProofState.Proven ? "" : "not proven: ")}{Detail}";
}
