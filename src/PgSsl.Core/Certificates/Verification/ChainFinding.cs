using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates.Verification;

/// <summary>The kind of a finding about a chain, as a server sent it.</summary>
internal enum ChainFindingKind
{
    /// <summary>The leaf is self-signed.</summary>
    SelfSigned,
    /// <summary>The leaf came alone, and its issuer is not a known root: an intermediate is missing, or the root is not known here.</summary>
    MissingIntermediate,
    /// <summary>A certificate does not follow the one that it issued.</summary>
    OutOfOrder,
    /// <summary>A certificate does not belong to the leaf's chain.</summary>
    UnrelatedCertificate,
    /// <summary>A certificate was sent more than once.</summary>
    DuplicateCertificate,
    /// <summary>A certificate of the chain has expired.</summary>
    ExpiredMember,
    /// <summary>A certificate of the chain is not valid yet.</summary>
    NotYetValidMember,
    /// <summary>The root was sent, too, which is harmless, but useless for clients.</summary>
    IncludesRoot,
    /// <summary>The signature on a certificate of the chain uses a digest that OpenSSL refuses.</summary>
    WeakSignature,
    /// <summary>The key of a certificate of the chain is too weak for OpenSSL.</summary>
    WeakKey,
}

/// <summary>A finding about a chain, as a server sent it.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Certificate">The certificate that has it.</param>
/// <param name="Message">The finding as a sentence.</param>
internal sealed record ChainFinding(ChainFindingKind Kind, X509Certificate2 Certificate, string Message);
