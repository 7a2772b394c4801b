using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Changes;
using PgSsl.Deployment;
using PgSsl.Hba.Live;
using PgSsl.Requirements;
using PgSsl.Server.Configuration;

namespace PgSsl;

/// <summary>What Install-PgServerCertificate did, and what was seen of the effect. Times are UTC.</summary>
/// <remarks>
/// It is proven if the server was seen to serve the new certificate, no client is known to refuse it that took the old one, and the server is known
/// to start again. The backups are the old pair itself if the new one got new names.
/// </remarks>
public sealed record ServerCertificateInstallation : ChangeOutput
{
    /// <summary>
    /// The server; null where only files were written. For a PgBouncer its address, or its pgbouncer.ini if it does not run.
    /// </summary>
    public required string? Endpoint { get; init; }

    /// <summary>The new certificate's subject.</summary>
    public required string Subject { get; init; }

    /// <summary>The names in it: <c>DNS:db1</c>, <c>IP:10.0.0.1</c> …</summary>
    public required OutputList<string> SubjectAlternativeName { get; init; }

    /// <summary>Who issued it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Valid until.</summary>
    public required DateTime NotAfter { get; init; }

    /// <summary>Whole days until it expires, counted down.</summary>
    public required int DaysRemaining { get; init; }

    /// <summary>SHA-256 of the certificate, upper-case hex.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>SHA-256 of the certificate that was in the file before, upper-case hex; null where there was none.</summary>
    public required string? PreviousFingerprint { get; init; }

    /// <summary>Until when that was valid.</summary>
    public required DateTime? PreviousNotAfter { get; init; }

    /// <summary>The file of the certificate and its intermediates.</summary>
    public required string CertificatePath { get; init; }

    /// <summary>The file of the key.</summary>
    public required string KeyPath { get; init; }

    /// <summary>The settings that got another value: both files, if the new pair got new names.</summary>
    public OutputList<ParameterChange> Changes { get; init; } = [];

    /// <summary>What was proven, and what could not be.</summary>
    public required OutputList<Proof> Proofs { get; init; }

    /// <summary>
    /// What others saved in the server's configuration files and had not loaded, so that the reload loaded it as well; and where it cannot be told
    /// whether there is such an edit.
    /// </summary>
    public OutputList<string> PendingEdits { get; init; } = [];

    /// <summary>Reports an installation, or that none was necessary.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="endpoint">The server.</param>
    /// <param name="result">What was done; null if nothing was done.</param>
    /// <param name="remarks">What else the user should know.</param>
    /// <param name="at">The moment that days are counted from.</param>
    internal static ServerCertificateInstallation Of(
        ServerCertificatePlan plan, string? endpoint, ServerCertificateChangeResult? result, IEnumerable<string> remarks, DateTimeOffset at)
    {
        X509Certificate2 leaf = plan.Bundle.Leaf;
        DateTime notAfter = leaf.NotAfter.ToUniversalTime();
        Proof[] proofs = [.. result?.Proofs ?? []];
        return new ServerCertificateInstallation
        {
            Endpoint = endpoint,
            Subject = leaf.Subject,
            SubjectAlternativeName = [.. CertificateNames.SubjectAlternativeNames(leaf)],
            Issuer = leaf.Issuer,
            NotAfter = notAfter,
            DaysRemaining = (int)Math.Floor((notAfter - at.UtcDateTime).TotalDays),
            Fingerprint = plan.Fingerprint,
            PreviousFingerprint = plan.Before is { } before ? Certificates.Fingerprint.Of(before) : null,
            PreviousNotAfter = plan.Before?.NotAfter.ToUniversalTime(),
            CertificatePath = plan.Target.CertificatePath,
            KeyPath = plan.Target.KeyPath,
            Backup = [.. result?.Backups ?? []],
            Changes = [.. plan.Switch?.Settings.Changes ?? []],
            IsChanged = result is not null,
            IsProven = result is null ? null
                : Array.Exists(proofs, proof => proof is { Name: "Wire", Outcome: ProofState.Proven })
                    && !Array.Exists(proofs, proof => proof.Name is ClientLoss.ProofName or HbaImpact.LoginProof) && !NextStart.IsOpenIn(proofs),
            Proofs = proofs,
            Remarks = [.. remarks],
        };
    }
}
