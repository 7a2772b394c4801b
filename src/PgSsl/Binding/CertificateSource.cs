using System.Security.Cryptography.X509Certificates;
using PgSsl.Connections;
using PgSsl.RootFiles;

namespace PgSsl.Binding;

/// <summary>What -Certificate was given. The cmdlet reads it.</summary>
public abstract record CertificateSource
{
    private const string PemBegin = "-----BEGIN ";
    private const string DefaultPort = "5432";

    private CertificateSource(string target) => Target = target;

    /// <summary>What errors are reported against. It shows no password.</summary>
    public string Target { get; }

    /// <inheritdoc/>
    public sealed override string ToString() => Target;

    /// <summary>A text: the path of a file, PEM, or one line of PEM that comes line by line.</summary>
    internal sealed record Text(string Value) : CertificateSource(IsPemIn(Value) ? "the text given" : SecretMask.Apply(Value))
    {
        /// <summary>Whether a PEM block starts in it.</summary>
        public bool IsPem => IsPemIn(Value);

        private static bool IsPemIn(string text) => text.Contains(PemBegin, StringComparison.Ordinal);
    }

    /// <summary>A file.</summary>
    internal sealed record InFile(string Path) : CertificateSource(Path);

    /// <summary>A backup of Get-PgBackup: it is restored.</summary>
    internal sealed record InBackup(string Path) : CertificateSource(Path);

    /// <summary>A certificate that the user has, and vouches for.</summary>
    internal sealed record InHand(X509Certificate2 Certificate) : CertificateSource(Certificate.Subject)
    {
        /// <summary>The same as PEM, possibly with intermediates; null if the object has no such text.</summary>
        public string? Pem { get; init; }

        /// <summary>Whether New-PgSelfSignedCertificate made it.</summary>
        public bool IsSelfSignedServer { get; init; }
    }

    /// <summary>What a server serves, or an object that has a certificate and a host name. Nobody vouches for what a server sends.</summary>
    internal sealed record Served(string Name) : CertificateSource(Name)
    {
        private readonly IReadOnlyList<X509Certificate2>? _chain;

        /// <summary>The server's own certificate; null if only <see cref="Pem"/> has it.</summary>
        public X509Certificate2? Certificate { get; init; }

        /// <summary>The certificate and its chain, as PEM; null if there is only <see cref="Certificate"/>.</summary>
        public string? Pem { get; init; }

        /// <summary>The host; null if it is not known.</summary>
        public string? HostName { get; init; }

        /// <summary>The port; null if it is not known.</summary>
        public string? Port { get; init; }

        /// <summary>The address that answered; null if it is not known.</summary>
        public string? Address { get; init; }

        /// <summary>The chain as the server sent it, its own certificate first.</summary>
        /// <exception cref="PgSslException">It cannot be read.</exception>
        public IReadOnlyList<X509Certificate2> Chain
        {
            get => _chain ?? (Pem is null ? [Certificate!] : CertificateInput.ReadText(Pem, Target, CertificateWanted.Leaf));
            init => _chain = value;
        }

        /// <summary>A name for files that are made for the server: the host, with the port if it is not the usual one.</summary>
        public string? FileName => HostName is null || Port is null or DefaultPort ? HostName : $"{HostName}-{Port}";
    }

    /// <summary>Nothing that could be used. The cmdlet reports it as an error of this item.</summary>
    internal sealed record Unusable(PgSslException Failure, string Name) : CertificateSource(Name);
}
