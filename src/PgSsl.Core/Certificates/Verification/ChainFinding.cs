using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>What is remarkable about a chain as sent.</summary>
internal enum ChainFindingKind
{
    /// <summary>The leaf is self-signed.</summary>
    SelfSigned,
    /// <summary>The leaf came alone, and its issuer is no known root: an intermediate is missing, or the root is unknown here.</summary>
    MissingIntermediate,
    /// <summary>A certificate does not follow the one that it issued.</summary>
    OutOfOrder,
    /// <summary>A certificate that is no link of the leaf's chain.</summary>
    UnrelatedCertificate,
    /// <summary>A certificate that was sent more than once.</summary>
    DuplicateCertificate,
    /// <summary>A link that has expired.</summary>
    ExpiredMember,
    /// <summary>A link that is not valid yet.</summary>
    NotYetValidMember,
    /// <summary>The root was sent as well: harmless, and of no use to a client.</summary>
    IncludesRoot,
    /// <summary>A link whose signature uses a digest that OpenSSL refuses.</summary>
    WeakSignature,
    /// <summary>A link whose key is weaker than OpenSSL accepts.</summary>
    WeakKey,
}

/// <summary>One finding about a chain as sent.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Certificate">The certificate concerned.</param>
/// <param name="Message">The finding as a sentence.</param>
internal sealed record ChainFinding(ChainFindingKind Kind, X509Certificate2 Certificate, string Message);
