using PgSsl.Server.Live;

namespace PgSsl.Deployment;

/// <summary>Who gets a certificate and its key: a running server, files alone, or a PgBouncer.</summary>
internal interface ICertificateRecipient
{
    /// <summary>Its two files, and what is known of it.</summary>
    DeploymentTarget Target { get; }

    /// <summary>What results call it; null for files alone.</summary>
    string? Endpoint { get; }

    /// <summary>What else is the matter with its TLS, or changes for its clients.</summary>
    IReadOnlyList<string> Remarks { get; }

    /// <summary>What it does besides taking the two files over, for -WhatIf, line by line.</summary>
    IEnumerable<string> Effects { get; }

    /// <summary>What it serves now, at each of its addresses; nothing where none is asked.</summary>
    /// <exception cref="PgSslException">It could not be told to take over what was written: nothing is to be changed then.</exception>
    Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken);

    /// <summary>Whether all is in place, and served.</summary>
    /// <param name="plan">What is to be so.</param>
    /// <param name="served">What <see cref="ObserveAsync"/> saw.</param>
    bool IsInPlace(ServerCertificatePlan plan, IReadOnlyList<ServedAt> served);

    /// <summary>Writes the files, has them taken over and sees them served; or puts all back.</summary>
    /// <param name="plan">What is to be so.</param>
    /// <param name="served">What <see cref="ObserveAsync"/> saw.</param>
    /// <param name="at">The time that the names of backups carry.</param>
    /// <param name="cancellationToken">Puts everything back.</param>
    /// <exception cref="PgSslException">See <see cref="Changes.ProvenChange.RunAsync"/>.</exception>
    Task<ServerCertificateChangeResult> ApplyAsync(
        ServerCertificatePlan plan, IReadOnlyList<ServedAt> served, DateTimeOffset at, CancellationToken cancellationToken);
}
