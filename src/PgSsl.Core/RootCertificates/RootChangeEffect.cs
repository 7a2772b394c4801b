using PgSsl.SslModes;

namespace PgSsl.RootCertificates;

/// <summary>What a change of root files means for the servers of one endpoint.</summary>
/// <param name="Changes">What would be different for clients.</param>
/// <param name="Unknown">The servers that could not be asked, and why.</param>
internal sealed record RootChangeEffect(
    IReadOnlyList<SslModeChange> Changes, IReadOnlyList<(string Endpoint, PgSslException Failure)> Unknown);
