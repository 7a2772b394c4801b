using System.Security.Cryptography.X509Certificates;
using PgSsl.Requirements;
using PgSsl.Server.Settings;

namespace PgSsl.Inspection;

/// <summary>The three sides of a server's TLS: what it says in SQL, what is in its files, and what it serves. Nothing here is judged.</summary>
internal sealed record SslConfigurationFacts
{
    /// <summary>What it says; null without a session.</summary>
    public ServerTlsFacts? Sql { get; init; }

    /// <summary>Its settings, and the files that they name; null without a session.</summary>
    public ServerSettingFacts? Settings { get; init; }

    /// <summary>What it shows of connections without TLS; null without a session, and where a pooler or several servers are in between.</summary>
    public PlaintextFacts? Plaintext { get; init; }

    /// <summary>Why there was no session; null where there was one, or none was asked for.</summary>
    public PgSslException? SqlFailure { get; init; }

    /// <summary>Whether the session went through a pooler: then the certificate that is served is the pooler's.</summary>
    public bool IsPooled { get; init; }

    /// <summary>That the name leads to several servers, as a sentence: another one may answer on the wire. Null if that was not seen.</summary>
    public string? SeveralServers { get; init; }

    /// <summary>That the server says another address or port than was dialled, as a sentence; null if it does not.</summary>
    public string? Elsewhere { get; init; }

    /// <summary>What is served; null where nothing is served.</summary>
    public ServerCertificate? Served { get; init; }

    /// <summary>Why nothing is served; null where a certificate is served.</summary>
    public PgSslException? WireFailure { get; init; }

    /// <summary>Certificate and key file; null where they are out of reach.</summary>
    public ServerCertificateFacts? Files { get; init; }

    /// <summary>The files that a reload would load instead; null where it would load the same, or they are out of reach.</summary>
    public ServerCertificateFacts? NextFiles { get; init; }

    /// <summary>The server's own certificate in the file; null where the file is out of reach, or holds none.</summary>
    public X509Certificate2? InFile { get; init; }

    /// <summary>Why there are no <see cref="Files"/>, in words; null where there are, or without a session.</summary>
    public string? FilesOutOfReach { get; init; }

    /// <summary>The moment to judge validity for.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Whether the file holds another certificate than the one that is served; null where one of them is not known.</summary>
    public bool? IsDrifted => InFile is null || Served is null || IsPooled || SeveralServers is not null
        ? null
        : InFile.RawDataMemory.Span.SequenceEqual(Served.Chain[0].RawDataMemory.Span) ? false
        // Another server may have answered on the wire.
        : Elsewhere is null ? true : null;
}
