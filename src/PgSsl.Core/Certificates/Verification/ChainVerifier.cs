using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;

namespace PgSsl.Certificates.Verification;

/// <summary>
/// Verifies a server's chain as OpenSSL does for libpq (crypto/x509/x509_vfy.c with the parameters of a TLS client: purpose
/// sslserver, trusted first, no partial chains, depth 100, security level 2). It works in the same way on every platform, without network
/// and without the operating system's chain engine.
/// </summary>
internal static class ChainVerifier
{
    /// <summary>
    /// Verifies a chain. However many certificates are sent, the path has at most 101 links. The cost is one signature for each link, and one
    /// comparison of names for each link and certificate sent.
    /// </summary>
    /// <param name="served">The certificates as sent, leaf first; at least one.</param>
    /// <param name="trust">What the client trusts.</param>
    /// <param name="at">The time to verify for.</param>
    /// <param name="anchors">What may end a chain: OpenSSL's rule by default, or the rule of another library.</param>
    public static ChainVerdict Verify(
        IReadOnlyList<X509Certificate2> served, TrustStore trust, DateTimeOffset at, AnchorRule anchors = AnchorRule.SelfSigned)
    {
        ArgumentOutOfRangeException.ThrowIfZero(served.Count);
        if (ParsedCertificate.Of(served[0]) is not { } leaf)
            return new ChainVerdict(ChainError.Unspecified, [served[0]], 0, "the server's certificate cannot be read");

        IReadOnlyList<ChainLink> path = [new ChainLink(leaf, null)];
        ChainFault? fault = ChainChecks.IsStrongEnough(leaf.PublicKey) ? null : new ChainFault(ChainError.LeafKeyTooSmall, 0);
        if (fault is null)
        {
            (path, fault) = ChainBuilder.Build(leaf, served.Select(ParsedCertificate.Of).OfType<ParsedCertificate>(), trust, at, anchors);
            // Java does not check a certificate that is in the trust store itself (sun.security.validator.Validator.validate).
            if (fault is null && anchors == AnchorRule.AnyUndated && path.Count == 1)
                return new ChainVerdict(ChainError.None, [path[0].Certificate.Certificate], 0, "");
            // OpenSSL's order (x509_vfy.c, verify_chain) decides which of several faults is reported.
            fault ??= ChainChecks.Extensions(path)
                ?? ChainChecks.SecurityLevel(path)
                ?? RevocationCheck.Run(path, trust, at)
                ?? ChainChecks.SignaturesAndValidity(path, at, anchors)
                ?? ChainChecks.Names(path)
                ?? ResourceChecks.Systems(path)
                ?? ResourceChecks.Addresses(path);
        }
        X509Certificate2[] certificates = [.. path.Select(link => link.Certificate.Certificate)];
        return fault is null
            ? new ChainVerdict(ChainError.None, certificates, 0, "")
            : new ChainVerdict(fault.Error, certificates, fault.Depth, ChainReasons.Describe(path, fault, trust));
    }
}
