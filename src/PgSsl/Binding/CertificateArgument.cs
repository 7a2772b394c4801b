using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Binding;

/// <summary>What -Certificate was given. What is none is kept with its failure, as an error of this one item.</summary>
public sealed class CertificateArgument
{
    internal CertificateArgument(X509Certificate2 certificate, object target) => (Certificate, Target) = (certificate, target);

    internal CertificateArgument(PgSslException failure, object target) => (Failure, Target) = (failure, target);

    /// <summary>The certificate; null where it could not be read.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>The host that serves it; null where that is not known.</summary>
    public string? HostName { get; internal init; }

    /// <summary>What files made for it are called: the host, with the port if that is not the usual one; null where it is not known.</summary>
    public string? FileName { get; internal init; }

    /// <summary>Why it could not be read; null where it could.</summary>
    public PgSslException? Failure { get; }

    /// <summary>What errors are reported against.</summary>
    public object Target { get; }

    /// <inheritdoc/>
    public override string ToString() => Target.ToString() ?? "";
}
