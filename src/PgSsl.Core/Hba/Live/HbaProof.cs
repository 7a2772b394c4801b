namespace PgSsl.Hba.Live;

/// <summary>Whether something about a change was seen to be so.</summary>
public enum HbaProofState
{
    /// <summary>It was.</summary>
    Proven,
    /// <summary>Nobody looked, or nothing was to be seen from here.</summary>
    NotMade,
}

/// <summary>One thing about a change that was seen to be so, or why it could not be.</summary>
/// <param name="Name">Rules, TlsOffered, ServerRules, Reload, Wire: what was to be proven.</param>
/// <param name="State">Whether it was.</param>
/// <param name="Detail">What was seen, or why it was not.</param>
public sealed record HbaProof(string Name, HbaProofState State, string Detail)
{
    /// <summary>In words.</summary>
    public override string ToString() => $"{Name}: {(State == HbaProofState.Proven ? "" : "not proven: ")}{Detail}";
}
