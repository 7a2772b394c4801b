using PgSsl.Certificates;
using PgSsl.Connections;

namespace PgSsl.SslModes;

/// <summary>The client certificate that the settings name.</summary>
/// <param name="Certificate">The certificate; null if there is none, or it cannot be used.</param>
/// <param name="Failure">Why it cannot be used; null if it can, or there is none.</param>
internal sealed record ClientIdentity(ClientCertificate? Certificate, PgSslException? Failure)
{
    private static readonly ClientIdentity None = new(null, null);

    /// <summary>Loads it as libpq would (see <see cref="ClientCertificateFile"/>).</summary>
    public static ClientIdentity Load(ConnectionSettings settings)
    {
        try
        {
            return ClientCertificateFile.Load(settings) is { } certificate ? new(certificate, null) : None;
        }
        catch (PgSslException failure)
        {
            return new(null, failure);
        }
    }
}
