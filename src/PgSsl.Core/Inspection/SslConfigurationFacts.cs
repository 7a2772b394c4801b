using System.Security.Cryptography.X509Certificates;
using PgSsl.Requirements;
using PgSsl.Server.Settings;

namespace PgSsl.Inspection;

/// <summary>A server's TLS from its three sides: what it says in SQL, what is in its files, and what it serves. Nothing here is judged.</summary>
internal sealed record SslConfigurationFacts
{
    /// <summary>What it says; null where there was no session.</summary>
    public ServerTlsFacts? Sql { get; init; }

    /// <summary>Why there was no session; null where there was one, or none was wanted.</summary>
    public PgSslException? SqlFailure { get; init; }

    /// <summary>Whether the session went through a pooler: then what is served is the pooler's.</summary>
    public bool IsPooled { get; init; }

    /// <summary>What is served; null where nothing is.</summary>
    public ServerCertificate? Served { get; init; }

    /// <summary>Why nothing is served; null where something is.</summary>
    public PgSslException? WireFailure { get; init; }

    /// <summary>Certificate and key file; null where they are out of reach.</summary>
    public ServerCertificateFacts? Files { get; init; }

    /// <summary>The server's own certificate in the file; null where it is out of reach, or none is in it.</summary>
    public X509Certificate2? InFile { get; init; }

    /// <summary>Why there are no <see cref="Files"/>, in words; null where there are, or there is no session.</summary>
    public string? FilesOutOfReach { get; init; }

    /// <summary>The moment to judge validity for.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Whether the file holds another certificate than is served; null where one of them is not known.</summary>
    public bool? IsDrifted => InFile is null || Served is null || IsPooled ? null : !InFile.RawDataMemory.Span.SequenceEqual(Served.Certificate.RawDataMemory.Span);
}
