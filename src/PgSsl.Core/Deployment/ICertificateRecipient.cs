using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Hba.Live;
using PgSsl.Requirements;
using PgSsl.Server.Live;

namespace PgSsl.Deployment;

/// <summary>The recipient of a certificate and its key: a running server, files alone, or a PgBouncer.</summary>
internal interface ICertificateRecipient
{
    /// <summary>Its two files, and what is known about it.</summary>
    DeploymentTarget Target { get; }

    /// <summary>Its name in results; null for files alone.</summary>
    string? Endpoint { get; }

    /// <summary>Other problems of its TLS, and what else changes for its clients.</summary>
    IReadOnlyList<string> Remarks { get; }

    /// <summary>What happens besides the two files, for -WhatIf, line by line.</summary>
    IEnumerable<string> Effects { get; }

    /// <summary>What else a reload puts into force; known after <see cref="ObserveAsync"/>.</summary>
    PendingEdits PendingEdits => PendingEdits.None;

    /// <summary>What was seen of the recipient apart from the two files; known after <see cref="ObserveAsync"/>.</summary>
    IEnumerable<Proof> Proofs => PendingEdits.Proofs;

    /// <summary>What clients would miss because another setting names one of the two files as well; null if none does.</summary>
    /// <param name="plan">What is to be written.</param>
    ClientLoss? FindLoss(ServerCertificatePlan plan) => null;

    /// <summary>Throws if the recipient cannot use what is to be written, whatever it costs.</summary>
    /// <param name="plan">What is to be written.</param>
    /// <exception cref="PgSslException">It cannot.</exception>
    void CheckPlan(ServerCertificatePlan plan)
    {
        // Others are told by the files alone.
    }

    /// <summary>Throws if somebody who is connected could not connect again, for another reason than the certificate.</summary>
    /// <param name="subject">What is left as it is.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.LockOut"/>.</exception>
    void CheckLosses(string subject) => PendingEdits.Check(subject);

    /// <summary>The files that change besides the two.</summary>
    IReadOnlyList<FileEdit> Edits => [];

    /// <summary>What it serves now, at each of its addresses; empty where nobody is asked.</summary>
    /// <exception cref="PgSslException">It could not be told to load new files; then nothing must be changed.</exception>
    Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken);

    /// <summary>Whether everything is in place, and served.</summary>
    /// <param name="plan">What is to be so.</param>
    /// <param name="served">What <see cref="ObserveAsync"/> saw.</param>
    bool IsInPlace(ServerCertificatePlan plan, IReadOnlyList<ServedAt> served);

    /// <summary>Writes the files, has them loaded, and checks that they are served; or undoes everything.</summary>
    /// <param name="plan">What is to be so.</param>
    /// <param name="served">What <see cref="ObserveAsync"/> saw.</param>
    /// <param name="at">The time in the names of backups.</param>
    /// <param name="cancellationToken">Undoes everything.</param>
    /// <exception cref="PgSslException">See <see cref="ProvenChange.RunAsync"/>.</exception>
    Task<ServerCertificateChangeResult> ApplyAsync(
        ServerCertificatePlan plan, IReadOnlyList<ServedAt> served, DateTimeOffset at, CancellationToken cancellationToken);
}
