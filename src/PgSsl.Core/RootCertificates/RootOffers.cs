using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.RootFiles;

namespace PgSsl.RootCertificates;

/// <summary>What is to be installed in one go. Offers are judged together: one may hold the root of another's intermediate.</summary>
/// <param name="fingerprints">The fingerprints that the user expects: SHA-256, upper-case hex; empty where he expects nothing.</param>
/// <param name="replaceExpired">Whether expired roots of the same name go.</param>
internal sealed class RootOffers(IReadOnlyCollection<string> fingerprints, bool replaceExpired)
{
    private readonly List<RootOffer> _offers = [];

    /// <summary>Whether there is nothing to install.</summary>
    public bool IsEmpty => _offers.Count == 0;

    /// <summary>All certificates offered.</summary>
    public IReadOnlyList<X509Certificate2> Certificates => [.. _offers.SelectMany(offer => offer.Certificates)];

    /// <summary>Whoever names a certificate by its fingerprint means that one, be it a CA's or a server's own.</summary>
    private RootInstallOptions Options => new()
    {
        ReplaceExpired = replaceExpired,
        ServerCertificates =
        [
            .. fingerprints,
            .. _offers.Where(offer => offer.IsServerCertificate).SelectMany(offer => offer.Certificates).Select(Fingerprint.Of),
        ],
    };

    /// <summary>Adds what is expected of an offer.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FingerprintMismatch"/>: nothing of it is.</exception>
    public void Add(RootOffer offer)
    {
        _offers.Add(offer.Expect(fingerprints));
    }

    /// <summary>Takes out the offers that nothing can be installed of, so that the others can.</summary>
    /// <param name="present">The certificates that are in the file already.</param>
    /// <param name="at">The moment to judge validity for.</param>
    /// <returns>Those offers, and why.</returns>
    public IReadOnlyList<(RootOffer Offer, PgSslException Failure)> RemoveUnusable(IEnumerable<X509Certificate2> present, DateTimeOffset at)
    {
        var unusable = new List<(RootOffer, PgSslException)>();
        X509Certificate2[] known = [.. present, .. Certificates];
        foreach (RootOffer offer in _offers)
        {
            try
            {
                RootCandidates.Select(offer.Certificates, known, Options, at);
            }
            catch (PgSslException failure)
            {
                unusable.Add((offer, failure));
            }
        }
        _offers.RemoveAll(offer => unusable.Exists(one => ReferenceEquals(one.Item1, offer)));
        return unusable;
    }

    /// <summary>Plans the installation: see <see cref="RootFilePlan.Install"/>.</summary>
    public RootFilePlan Plan(string path, byte[]? before, DateTimeOffset at) => RootFilePlan.Install(path, before, Certificates, Options, at);
}
