using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Binding;

/// <summary>A part of what a CA gave, as -Certificate takes it.</summary>
public abstract record CertificatePiece
{
    private CertificatePiece()
    {
    }

    /// <summary>The name of a file, or a line of a text that comes line by line: which of them, what comes before it tells.</summary>
    internal sealed record Text(string Value) : CertificatePiece;

    /// <summary>The name of a file.</summary>
    internal sealed record FilePath(string Path) : CertificatePiece;

    /// <summary>A certificate that somebody has in hand.</summary>
    internal sealed record Given(X509Certificate2 Certificate) : CertificatePiece;

    /// <summary>Nothing that could be used.</summary>
    internal sealed record Unusable(PgSslException Failure) : CertificatePiece;
}
