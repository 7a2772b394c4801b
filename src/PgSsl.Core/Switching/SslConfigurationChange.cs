using PgSsl.Changes;
using PgSsl.Hba.Live;
using PgSsl.Requirements;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Switching;

namespace PgSsl;

/// <summary>What Enable-PgSsl or Disable-PgSsl did, and what was seen of the effect.</summary>
/// <remarks>ALTER SYSTEM leaves no backup: <see cref="Diff"/> has the old values.</remarks>
public sealed record SslConfigurationChange : ChangeOutput
{
    /// <summary>The server; null where only a file was changed.</summary>
    public required string? Endpoint { get; init; }

    /// <summary>The file with the settings; postgresql.auto.conf if ALTER SYSTEM wrote them.</summary>
    public required string Path { get; init; }

    /// <summary>The parameters that got another value.</summary>
    public required OutputList<ParameterChange> Changes { get; init; }

    /// <summary>The change: statements of ALTER SYSTEM with the old values, or the file's difference, as diff -u shows it.</summary>
    public required OutputList<string> Diff { get; init; }

    /// <summary>What was proven, and what could not be.</summary>
    public required OutputList<Proof> Proofs { get; init; }

    /// <summary>
    /// What others saved in the server's configuration files and had not loaded, so that the reload loaded it as well; and where it cannot be told
    /// whether there is such an edit.
    /// </summary>
    public OutputList<string> PendingEdits { get; init; } = [];

    /// <summary>How many sessions use plaintext over the network, and keep doing so until they end; null where it is not known.</summary>
    public required int? PlaintextSessions { get; init; }

    /// <summary>Describes a change that is not made yet.</summary>
    /// <param name="change">The change.</param>
    /// <param name="endpoint">The server.</param>
    /// <param name="plaintextSessions">Sessions in plaintext.</param>
    internal static SslConfigurationChange Planned(SslChange change, string? endpoint, int? plaintextSessions) =>
        Of(change, endpoint, [], plaintextSessions) with { Backup = [], IsProven = null };

    /// <summary>Describes a change that was made.</summary>
    /// <param name="change">The change.</param>
    /// <param name="endpoint">The server.</param>
    /// <param name="proofs">What was seen.</param>
    /// <param name="plaintextSessions">Sessions in plaintext.</param>
    internal static SslConfigurationChange Of(SslChange change, string? endpoint, IEnumerable<Proof> proofs, int? plaintextSessions)
    {
        Proof[] all = [.. proofs];
        return new SslConfigurationChange
        {
            Endpoint = endpoint,
            Path = change.Path,
            IsChanged = !change.IsNoChange,
            Changes = [.. change.Changes],
            Diff = [.. change.Diff],
            Backup = [.. change.Backups],
            Proofs = all,
            IsProven = IsProvenBy(all),
            PlaintextSessions = plaintextSessions,
        };
    }

    /// <summary>
    /// Whether the server was seen on the wire to be as it should be, uses the settings, has loaded them, and takes them at its next start as
    /// well, and that nobody is known to have lost a login. False where one of these could not be shown: <see cref="Proofs"/> says which.
    /// </summary>
    /// <remarks>
    /// The other proofs say more, but may be impossible: a version that this machine does not speak, a view that the role may not see. A server that
    /// has the files and takes the values has nothing to refuse, so it need not be seen that it loaded them again.
    /// </remarks>
    private static bool IsProvenBy(Proof[] proofs)
    {
        bool IsProven(string name) => Array.Exists(proofs, proof => proof.Name == name && proof.Outcome == ProofState.Proven);
        bool IsOpen(string name) => Array.Exists(proofs, proof => proof.Name == name && proof.Outcome != ProofState.Proven);
        return IsProven("Wire") && IsProven("Settings") && !IsOpen("Values") && !IsOpen(ClientLoss.ProofName) && !IsOpen(HbaImpact.LoginProof)
            && !IsOpen(HbaImpact.OwnLoginProof) && !IsOpen(HbaImpact.DemandProof) && !IsOpen(SeveralServers.ProofName)
            && !NextStart.IsOpenIn(proofs)
            && (!IsOpen("TlsReload") || (IsProven("Files") && IsProven("Values")));
    }
}
