namespace PgSsl.Providers;

/// <summary>A root of a provider's servers.</summary>
/// <param name="Subject">Its common name.</param>
/// <param name="Sha256">The SHA-256 of the certificate, upper-case hex without separators.</param>
internal sealed record ProviderRoot(string Subject, string Sha256);
