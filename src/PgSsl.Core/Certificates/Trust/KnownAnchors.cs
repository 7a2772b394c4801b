using System.Collections.Concurrent;
using System.Security.Cryptography;
using PgSsl.Asn1;

namespace PgSsl.Certificates.Trust;

/// <summary>
/// The certificates of a file and of what it is edited to, each read once: OpenSSL 3 takes a third of a millisecond for one, and a file of
/// roots may hold hundreds.
/// </summary>
internal sealed class KnownAnchors
{
    private readonly ConcurrentDictionary<(string Label, string Header, string Digest), TrustAnchor> _anchors = new();

    /// <summary>Reads a block as <see cref="PemFile.ReadAnchor"/> does, or finds it. What cannot be read is refused every time.</summary>
    public TrustAnchor Read(PemBlock block) => _anchors.GetOrAdd(
        (block.Label, block.Header, Convert.ToHexString(SHA256.HashData(block.Data.Span))), _ => PemFile.ReadAnchor(block));
}
