using PgSsl.Common;
using PgSsl.Requirements;

namespace PgSsl;

/// <summary>Who insists on a requirement.</summary>
internal enum RequirementSource
{
    /// <summary>The server: otherwise it does not load the files; on a reload it keeps the old ones, and it does not start.</summary>
    Server,
    /// <summary>Clients: otherwise some of them refuse the server.</summary>
    Clients,
    /// <summary>Good practice: everything works, but somebody should look at it.</summary>
    Practice,
}

/// <summary>One thing that a server's certificate and key have to be, and whether they are.</summary>
public sealed record ServerCertificateRequirement
{
    /// <summary>A stable name for scripts: <c>KeyMatches</c>, <c>ChainComplete</c> …</summary>
    public required string Requirement { get; init; }

    /// <summary>Whether it is met; null where it could not be judged: <see cref="Detail"/> says why.</summary>
    public required bool? IsMet { get; init; }

    /// <summary>Who insists on it: Server, Clients or Practice.</summary>
    public string RequiredBy => Source.ToString();

    // ConvertTo-Json writes an enumeration as a number.
    internal RequirementSource Source { get; init; }

    /// <summary>What was seen.</summary>
    public required string Detail { get; init; }

    /// <summary>What to do; null where it is met.</summary>
    public required string? Remedy { get; init; }

    /// <summary>The certificate file.</summary>
    public required string CertificatePath { get; init; }

    /// <summary>The key file.</summary>
    public required string KeyPath { get; init; }

    /// <summary>Whether it is not met although the server or clients insist on it.</summary>
    public bool IsViolated => IsMet == false && Source != RequirementSource.Practice;

    /// <summary>Whether it is this requirement, and not met.</summary>
    internal bool IsUnmet(Requirement requirement) => IsMet == false && Requirement == requirement.Name;

    /// <summary>The requirement and what was seen.</summary>
    public override string ToString() => PrintableText.Of($"{Requirement}: {Detail}");
}
