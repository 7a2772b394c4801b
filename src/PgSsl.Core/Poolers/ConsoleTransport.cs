using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Wire;

namespace PgSsl.Poolers;

/// <summary>
/// The way to the admin console over TCP on this machine: TLS where PgBouncer offers it, which a client_tls_sslmode of require demands. Windows
/// has no signals, and often no sockets in a directory, so there it is the only way. Whoever shows the certificate of client_tls_cert_file has its
/// key, and only PgBouncer has that.
/// </summary>
/// <param name="ini">The configuration that PgBouncer runs with.</param>
internal sealed class ConsoleTransport(PgBouncerIni ini)
{
    // It is not known which certificate PgBouncer has loaded: the one in place before the change, the new one or, after an undo of the files, still
    // the new one. So each that was seen in its file is one of PgBouncer's.
    private readonly HashSet<string> _own = [.. LeafOf(ini)];

    /// <summary>Whether the console lets plaintext in, as the configuration says.</summary>
    public bool AllowsPlaintext { get; } = ini["client_tls_sslmode"] is null or "disable" or "allow" or "prefer";

    /// <summary>Whether the console cannot be reached without a certificate of the client, which this module does not have.</summary>
    public bool DemandsCertificate { get; } = ini["client_tls_sslmode"] is "verify-ca" or "verify-full";

    /// <summary>Opens the way.</summary>
    /// <param name="plain">The connection.</param>
    /// <param name="checkPeer">Throws if another account than PgBouncer's answers; false where that is not known.</param>
    /// <param name="deadline">Ends it.</param>
    /// <returns>The stream, and whether it is known that PgBouncer is at its other end.</returns>
    /// <exception cref="PgSslException">UntrustedPeer, NotPostgreSql, UnencryptedDataAfterSslResponse.</exception>
    /// <exception cref="IOException">The connection broke, or the handshake failed.</exception>
    public async Task<(Stream Stream, bool IsPgBouncer)> OpenAsync(NetworkStream plain, Func<bool> checkPeer, CancellationToken deadline)
    {
        try
        {
            _own.UnionWith(LeafOf(PgBouncerIni.Read(ini.Path)));
        }
        catch (PgSslException)
        {
            // What it was when it could be read.
        }
        if (AllowsPlaintext && _own.Count == 0)
            return (plain, false);
        await plain.WriteAsync(SslRequest.Message, deadline).ConfigureAwait(false);
        byte[] answer = new byte[16];
        int count = await plain.ReadAsync(answer, deadline).ConfigureAwait(false);
        if (count == 0)
            throw new IOException("The connection was closed.");
        if (SslRequest.ReadAnswer(answer.AsSpan(0, count)) != SslResponse.Accepted)
            return AllowsPlaintext ? (plain, false) : throw new IOException("It does not offer TLS, which client_tls_sslmode demands.");
        if (SslRequest.Injected(answer.AsSpan(0, count)) is { } injected)
            throw injected;
        return await EncryptAsync(plain, checkPeer, deadline).ConfigureAwait(false);
    }

    private async Task<(Stream Stream, bool IsPgBouncer)> EncryptAsync(NetworkStream plain, Func<bool> checkPeer, CancellationToken deadline)
    {
        string? shown = null;
        var encrypted = new SslStream(plain);
        try
        {
            await encrypted.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "",
                    AllowTlsResume = false,
                    CertificateChainPolicy = new X509ChainPolicy
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        RevocationMode = X509RevocationMode.NoCheck,
                        DisableCertificateDownloads = true,
                    },
                    // No CA has to vouch for a certificate that is known itself.
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        shown = certificate is X509Certificate2 leaf ? Fingerprint.Of(leaf) : null;
                        return shown is not null;
                    },
                },
                deadline).ConfigureAwait(false);
        }
        catch (AuthenticationException failure)
        {
            throw new IOException(failure.InnerException?.Message ?? failure.Message, failure);
        }
        if (_own.Contains(shown!))
            return (encrypted, true);
        return checkPeer() ? (encrypted, true) : throw new PgSslException(
            PgSslError.UntrustedPeer,
            $"What listens at {plain.Socket.RemoteEndPoint} shows another certificate ({shown}) than client_tls_cert_file of {ini.Path} has. " +
            "No password was sent to it.",
            "Check what listens there. If PgBouncer has not loaded its present certificate yet, restart it once by hand.");
    }

    private static IEnumerable<string> LeafOf(PgBouncerIni ini)
    {
        if (ini["client_tls_cert_file"] is not { } path || !Path.IsPathFullyQualified(path))
            yield break;
        PemContents? contents = null;
        try
        {
            contents = PemFile.Read(path);
        }
        catch (PgSslException)
        {
            // The file is to be made, or only PgBouncer's account may read it.
        }
        if (contents?.Certificates is [var leaf, ..])
            yield return Fingerprint.Of(leaf);
    }
}
