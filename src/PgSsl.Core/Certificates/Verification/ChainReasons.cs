using PgSsl.Certificates.Trust;

namespace PgSsl.Certificates.Verification;

/// <summary>Describes the fault of a path in one sentence for a DBA.</summary>
internal sealed class ChainReasons
{
    private readonly IReadOnlyList<ChainLink> _path;
    private readonly ChainFault _fault;
    private readonly TrustStore _trust;

    private ChainReasons(IReadOnlyList<ChainLink> path, ChainFault fault, TrustStore trust)
    {
        _path = path;
        _fault = fault;
        _trust = trust;
    }

    public static string Describe(IReadOnlyList<ChainLink> path, ChainFault fault, TrustStore trust) =>
        new ChainReasons(path, fault, trust).Sentence();

    private ParsedCertificate Faulty => _path[_fault.Depth].Certificate;

    private string Name => $"'{Faulty.Name}'";

    private string IssuerName => $"'{CertificateNames.Display(Faulty.Issuer)}'";

    private string Store => _trust.Origin == "system" ? "the system's trust store" : _trust.Origin;

    private string CrlStore => _trust.CrlOrigin ?? Store;

    private string CrlName => $"the CRL of '{_fault.Crl?.Issuer}' in {CrlStore}";

    private string Sentence() => _fault.Error switch
    {
        ChainError.IssuerNotFound =>
            $"{Store} holds only the intermediate {Name}, but the chain must end at the self-signed root above it ({IssuerName})",
        ChainError.IssuerNotFoundLocally => DescribeMissingIssuer(),
        ChainError.SelfSignedLeaf => HasNamesake(Faulty.Subject)
            ? $"the self-signed certificate of {Name} is not the certificate of that name in {Store}"
            : $"certificate of {Name} is self-signed, and it is not in {Store}",
        ChainError.SelfSignedInChain => HasNamesake(Faulty.Subject)
            ? $"chain ends at {Name}, but {Store} holds another certificate of that name"
            : $"chain ends at {Name}, which is not in {Store}",
        ChainError.UnableToVerifyLeaf => $"nothing in {Store} can verify the certificate of {Name}",
        ChainError.ChainTooLong => $"chain is longer than the {ChainBuilder.MaximumDepth} links that OpenSSL follows",
        ChainError.BadSignature => $"certificate of {Name} was not signed by the key of '{_path[_fault.Depth + 1].Certificate.Name}'",
        ChainError.NotYetValid => $"certificate of {Name} is not valid before {CertificateTime.Day(Faulty.NotBefore)}",
        ChainError.Expired => $"certificate of {Name} expired on {CertificateTime.Day(Faulty.NotAfter)}",
        ChainError.MalformedNotBefore or ChainError.MalformedNotAfter =>
            $"validity of the certificate of {Name} is not written as RFC 5280 demands",
        ChainError.RejectedByTrustSettings => $"{Name} is in {Store}, but its trust settings there exclude TLS servers",
        ChainError.Unspecified => $"certificate of {Name} holds more names than OpenSSL compares with name constraints",
        _ => DescribeRevocation() ?? DescribeFitness(),
    };

    private string DescribeMissingIssuer()
    {
        if (Faulty.Extensions.AreInvalid)
            return $"certificate of {Name} has an extension that OpenSSL cannot read";
        return HasNamesake(Faulty.Issuer)
            ? $"{IssuerName} in {Store} has another key than the {IssuerName} that issued {Name}"
            : $"chain stops at {Name}: its issuer {IssuerName} was not sent by the server and is not in {Store}";
    }

    private string? DescribeRevocation() => _fault.Error switch
    {
        ChainError.CrlNotFound => $"libpq needs a CRL of {IssuerName} for {Name}, but there is none in {CrlStore}",
        ChainError.BadCrlSignature => $"{CrlName} is not signed by the key that issued {Name}",
        ChainError.CrlNotYetValid => $"{CrlName} is not valid before {CertificateTime.Day(_fault.Crl!.ThisUpdate)}",
        ChainError.CrlExpired => $"{CrlName} expired on {CertificateTime.Day(_fault.Crl!.NextUpdate)} (nextUpdate)",
        ChainError.MalformedCrlThisUpdate or ChainError.MalformedCrlNextUpdate =>
            $"{CrlName} has a date that is not written as RFC 5280 demands",
        ChainError.Revoked => $"certificate of {Name} was revoked{RevokedOn()} according to {CrlName}",
        ChainError.CrlIssuerMayNotSign => $"key usage of {IssuerName} does not allow it to sign CRLs",
        ChainError.UnhandledCriticalCrlExtension => $"{CrlName} has a critical extension that OpenSSL does not know",
        ChainError.DifferentCrlScope => $"{CrlName} does not cover certificates like {Name}",
        _ => null,
    };

    private string DescribeFitness() => _fault.Error switch
    {
        ChainError.PathLengthExceeded => $"{Name} allows {Faulty.Extensions.PathLength} CAs below it, but the chain has more",
        ChainError.InvalidPurpose => _fault.Depth == 0
            ? $"certificate of {Name} is not for TLS servers (key usage or extended key usage)"
            : $"CA {Name} may not issue for TLS servers (extended key usage)",
        ChainError.IssuerMayNotSign => $"key usage of {Name} does not allow it to sign certificates",
        ChainError.UnhandledCriticalExtension =>
            $"certificate of {Name} has the critical extension {Faulty.Extensions.UnhandledCritical}, which OpenSSL does not know",
        ChainError.ProxyCertificate => $"certificate of {Name} is a proxy certificate, which libpq does not accept",
        ChainError.LeafKeyTooSmall or ChainError.CaKeyTooSmall => Faulty.PublicKey.IsReadable
            ? $"key of {Name} is too weak for OpenSSL's security level 2 (RSA from 2048 bits, elliptic curves from 224)"
            : $"OpenSSL cannot read the key of {Name}",
        ChainError.DigestTooWeak => $"signature on the certificate of {Name} is too weak for OpenSSL's security level 2 "
            + $"({Faulty.OuterSignatureAlgorithm.Digest ?? "an unknown digest"}; SHA-256 is enough)",
        ChainError.InvalidCa => $"{Name} is used as a CA, but is not a CA",
        ChainError.ExplicitCurveParameters => $"key of {Name} spells out the parameters of its curve instead of naming the curve",
        ChainError.NameNotPermitted => $"a CA above {Name} does not permit one of its names (name constraints)",
        ChainError.InvalidExtension => $"addresses or autonomous systems of {Name} are not written as RFC 3779 demands",
        ChainError.UnnestedResource => $"{Name} does not have the addresses or autonomous systems of the certificate below it (RFC 3779)",
        ChainError.NameExcluded => $"a CA above {Name} excludes one of its names (name constraints)",
        _ => $"name constraints above {Name} cannot be compared with its names",
    };

    private bool HasNamesake(DistinguishedName name) => _trust.Named(name).Any();

    private string RevokedOn() =>
        _fault.Crl!.Find(Faulty)?.RevocationDate is { } date ? " on " + CertificateTime.Day(date) : "";
}
