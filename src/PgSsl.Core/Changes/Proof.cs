namespace PgSsl.Changes;

/// <summary>Whether something about a change was seen to be so.</summary>
public enum ProofState
{
    /// <summary>It was.</summary>
    Proven,
    /// <summary>Nobody looked, or nothing was to be seen from here.</summary>
    NotMade,
}

/// <summary>One thing about a change that was seen to be so, or why it could not be.</summary>
/// <param name="Name">Rules, TlsOffered, Reload, Wire …: what was to be proven; a stable word.</param>
/// <param name="State">Whether it was.</param>
/// <param name="Detail">What was seen, or why it was not.</param>
public sealed record Proof(string Name, ProofState State, string Detail)
{
    /// <summary>In words.</summary>
    public override string ToString() => $"{Name}: {(State == ProofState.Proven ? "" : "not proven: ")}{Detail}";
}
