using System.Security.Cryptography.X509Certificates;

namespace PgSsl.Providers;

/// <summary>The roots of a provider, ready to be installed.</summary>
/// <param name="Certificates">The roots; at least one, each self-signed.</param>
/// <param name="Origin">Where they are from: a URL, or <c>system</c>.</param>
/// <param name="Remarks">What its user should know, one sentence each.</param>
internal sealed record ProviderRootSet(IReadOnlyList<X509Certificate2> Certificates, string Origin, IReadOnlyList<string> Remarks);
