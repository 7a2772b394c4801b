using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Certificates;

/// <summary>
/// Remembers which certificates came over the wire, so that a certificate that is taken out of its object (<c>$served.Certificate</c>) is not
/// trusted more. Text made from a certificate has no such memory.
/// </summary>
internal static class UnverifiedCertificates
{
    private static readonly ConditionalWeakTable<X509Certificate2, object> Known = new();

    /// <summary>Whether nobody vouches for the certificate, as far as this process knows.</summary>
    public static bool Contains(X509Certificate2 certificate) => Known.TryGetValue(certificate, out _);

    internal static void Add(IEnumerable<X509Certificate2> certificates)
    {
        foreach (X509Certificate2 certificate in certificates)
            Known.AddOrUpdate(certificate, Known);
    }
}
