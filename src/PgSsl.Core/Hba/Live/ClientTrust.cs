using System.Globalization;
using System.Numerics;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Certificates.Verification;

namespace PgSsl.Hba.Live;

/// <summary>
/// What a server verifies client certificates with: ssl_ca_file, ssl_crl_file and ssl_crl_dir (be-secure-openssl.c, be_tls_init). With CRLs, each
/// certificate of a chain needs one (X509_V_FLAG_CRL_CHECK and CRL_CHECK_ALL).
/// </summary>
/// <param name="caFile">ssl_ca_file.</param>
/// <param name="store">Its content with the CRLs; null if that cannot be read.</param>
/// <param name="key">The same for the same content.</param>
internal sealed class ClientTrust(string caFile, TrustStore? store, string key)
{
    private readonly TrustStore? _store = store;
    private readonly string _key = key;
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>What a server has loaded from a file that has another content by now: only the names of the CAs can be seen.</summary>
    /// <param name="caFile">ssl_ca_file.</param>
    /// <param name="names">The names that it sends to clients; none if they are not known.</param>
    public static ClientTrust Loaded(string caFile, IReadOnlyList<DistinguishedName> names) => new(caFile, null, "loaded") { LoadedNames = names };

    private IReadOnlyList<DistinguishedName> LoadedNames { get; init; } = [];

    /// <summary>Whether it is made of the same contents.</summary>
    public bool IsSameAs(ClientTrust? other) => other?._key == _key;

    /// <summary>Whether it verifies any certificate at all; null if that is not known.</summary>
    public bool? VerifiesAny => _store is null ? null : _store.Certificates.Any(certificate =>
        ParsedCertificate.Of(certificate) is { IsSelfSigned: true } root && FaultAbove(root) is null);

    /// <summary>Why it verifies none, as the end of a sentence.</summary>
    public string WhyNone => _store?.CheckCrls == true
        ? $"no CA in {caFile} has a CRL in {_store.CrlOrigin} that is valid now" : $"no CA in {caFile} is a root that is valid now";

    /// <summary>Whether it verifies the certificate of a session.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="before">What it was verified with before; null if that is not known.</param>
    /// <returns>The answer, null if it cannot be told; and why, as a clause.</returns>
    public (bool? Verifies, string Why) Judge(SessionCertificate certificate, ClientTrust? before)
    {
        bool isAsBefore = before?._key == _key;
        if (_store is null)
            return isAsBefore ? (true, "") : (null, $"{caFile} or its CRLs cannot be read from here");
        if (VerifiesAny == false)
            return (false, WhyNone);
        if (certificate.Issuer is not { } line)
            return isAsBefore ? (true, "") : (null, "the issuer of its certificate is not known");
        var issuer = new OneLineName(line);
        ParsedCertificate[] here = FindIssuers(issuer), there = before?.FindIssuers(issuer) ?? [];
        // Whoever it was that issued the certificate, the server had the key, and another CA of the same name has another one.
        ParsedCertificate[] known = there.Length == 0 ? here : [.. here.Where(one => there.Any(other => HaveOneKey(one, other)))];
        if (known.Length > 0)
        {
            string?[] faults = [.. known.Select(one => FaultAbove(one) ?? FaultOfCrl(one, certificate))];
            return Array.Exists(faults, fault => fault is null) ? (true, "") : (false, faults[0]!);
        }
        // The server had this very CA, so the client need not have sent it.
        if (before?.LoadedNames.Any(name => issuer.IsOf(name) == true) == true)
            return (false, $"{caFile} does not have the CA of its certificate, {line}, any more");
        if (there.Length > 0 && !there.Any(one => before!.PathOf(one).Any(link => Has(link.Certificate))))
            return (false, $"{caFile} does not have the CA of its certificate, {line}");
        // Its client may have sent intermediates, and may send one that was in the file.
        bool keepsAll = !_store.CheckCrls && before?._store is { } old && old.Certificates.All(one => Has(ParsedCertificate.Of(one)));
        return !isAsBefore && !keepsAll
            ? (null, $"it is not known to which CA in {caFile} the issuer of its certificate, {line}, leads")
            : (true, "");
    }

    private ParsedCertificate[] FindIssuers(OneLineName issuer) => _store is null ? [] :
        [.. _store.Certificates.Select(ParsedCertificate.Of).OfType<ParsedCertificate>().Where(one => issuer.IsOf(one.Subject) == true)];

    private bool Has(ParsedCertificate? certificate) =>
        certificate is not null && _store!.Named(certificate.Subject).Any(anchor => HaveOneKey(anchor.Certificate, certificate));

    private static bool HaveOneKey(ParsedCertificate one, ParsedCertificate other) =>
        one.PublicKey.Encoded.Span.SequenceEqual(other.PublicKey.Encoded.Span);

    private IReadOnlyList<ChainLink> PathOf(ParsedCertificate issuer) => ChainBuilder.Build(issuer, [], _store!, _now, AnchorRule.SelfSigned).Path;

    /// <summary>Why the chain from a CA upwards is not accepted; null if it is.</summary>
    private string? FaultAbove(ParsedCertificate ca)
    {
        (IReadOnlyList<ChainLink> path, ChainFault? fault) = ChainBuilder.Build(ca, [], _store!, _now, AnchorRule.SelfSigned);
        fault ??= RevocationCheck.Run(path, _store!, _now) ?? ChainChecks.SignaturesAndValidity(path, _now, AnchorRule.SelfSigned);
        return fault?.Error switch
        {
            null => null,
            ChainError.CrlNotFound => $"{_store!.CrlOrigin} has no CRL of {CertificateNames.Display(path[fault.Depth].Certificate.Issuer)}",
            ChainError.CrlExpired =>
                $"the CRL of {fault.Crl!.Issuer} in {_store!.CrlOrigin} expired on {CertificateTime.Day(fault.Crl.NextUpdate)} (nextUpdate)",
            _ when fault.Crl is { } crl => $"the CRL of {crl.Issuer} in {_store!.CrlOrigin} cannot be used ({fault.Error})",
            var error => $"{caFile} has no valid chain for the CA of its certificate, {CertificateNames.Display(ca.Subject)} ({error})",
        };
    }

    /// <summary>Why the CRLs of its issuer do not let a certificate pass; null if they do.</summary>
    private string? FaultOfCrl(ParsedCertificate issuer, SessionCertificate certificate)
    {
        if (!_store!.CheckCrls)
            return null;
        string name = CertificateNames.Display(issuer.Subject);
        CertificateRevocationList[] crls =
        [
            .. _store.CrlsOf(issuer.Subject).Where(crl => !crl.IsDelta
                && crl.Scope is null or { IsInvalid: false, IsIndirect: false, OnlyCas: false }
                && (crl.AuthorityKeyIdentifier?.Matches(issuer) ?? true) && SignatureVerifier.Verify(crl, issuer)),
        ];
        if (crls.Length == 0)
            return $"{_store.CrlOrigin} has no CRL of the CA of its certificate, {name}";
        CertificateRevocationList[] valid = [.. crls.Where(crl => Validity.Check(crl, _now) == ChainError.None)];
        if (valid.Length == 0)
            return $"the CRL of the CA of its certificate, {name}, in {_store.CrlOrigin} is not valid now";
        return SerialOf(certificate) is { } serial
            && valid.MaxBy(crl => crl.ThisUpdate)!.Revoked
                .Any(entry => entry is { IsRemoved: false, Issuers: null } && entry.SerialNumber == serial)
            ? $"its certificate is in the CRL in {_store.CrlOrigin}: it is revoked" : null;
    }

    // As CrlEntry keeps it: the bytes of a DER INTEGER in hex.
    private static string? SerialOf(SessionCertificate certificate) =>
        BigInteger.TryParse(certificate.Serial, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number)
            ? Convert.ToHexString(number.ToByteArray(isBigEndian: true)) : null;
}
