using System.Security.Cryptography.X509Certificates;
using PgSsl.RootFiles;

namespace PgSsl.Binding;

/// <summary>What -Certificate was given.</summary>
public abstract record RootInput
{
    private RootInput()
    {
    }

    /// <summary>A file of certificates, as it was written; the cmdlet resolves the path.</summary>
    internal sealed record FilePath(string Path) : RootInput
    {
        public override string ToString() => Path;
    }

    /// <summary>Certificates that the user has in hand, and so vouches for.</summary>
    internal sealed record Given(RootOffer Offer) : RootInput
    {
        public override string ToString() => Offer.Origin;
    }

    /// <summary>A chain as a server sent it: its root is to be found, and nobody vouches for what the server says.</summary>
    internal sealed record Served(IReadOnlyList<X509Certificate2> Chain, string HostName, string? Address) : RootInput
    {
        public override string ToString() => HostName;
    }

    /// <summary>Nothing that could be used; kept, so that it is an error of this one item.</summary>
    internal sealed record Unusable(PgSslException Failure, string Target) : RootInput
    {
        /// <summary>True for the first line of a text that comes line by line: what follows is no file's name.</summary>
        public bool IsFirstLine { get; init; }

        public override string ToString() => Target;
    }
}
