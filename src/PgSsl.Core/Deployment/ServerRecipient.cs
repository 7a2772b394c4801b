using PgSsl.Hba.Live;
using PgSsl.Requirements;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Deployment;

/// <summary>A PostgreSQL server that is asked, reloaded and checked; or the files of a server that is not asked.</summary>
internal sealed class ServerRecipient : ICertificateRecipient
{
    private readonly LiveServer? _live;
    private readonly bool _servesTls;

    private ServerRecipient(DeploymentTarget target, LiveServer? live, bool servesTls) => (Target, _live, _servesTls) = (target, live, servesTls);

    /// <inheritdoc/>
    public DeploymentTarget Target { get; }

    /// <inheritdoc/>
    public string? Endpoint => _live?.Session.Host.ToString();

    /// <inheritdoc/>
    public PendingEdits PendingEdits { get; private set; } = PendingEdits.None;

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks =>
        _live is null || _servesTls ? [] : [$"TLS of {Endpoint} is off. With Enable-PgSsl it will serve the certificate."];

    /// <inheritdoc/>
    public IEnumerable<string> Effects =>
    [
        Endpoint is null
            ? "No server is asked: it will load the new certificate on its next reload."
            : _servesTls ? $"Then {Endpoint} is reloaded. Unless it serves the new certificate, everything is undone."
            : $"Then {Endpoint} is reloaded; its TLS is off, so nothing is served yet.",
    ];

    /// <summary>A running server.</summary>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it said in SQL.</param>
    /// <param name="certificatePath">Its certificate file by its name here, absolute; null for the server's name for it.</param>
    /// <param name="keyPath">Its key file, likewise.</param>
    /// <exception cref="PgSslException">As <see cref="DeploymentTarget.CheckMayReload"/> and <see cref="DeploymentTarget.Of"/>.</exception>
    public static ServerRecipient Of(LiveServer live, ServerTlsFacts facts, string? certificatePath, string? keyPath)
    {
        DeploymentTarget.CheckMayReload(facts);
        if (certificatePath is null || keyPath is null)
            ServerDisk.Demand(live, "Run this on the server's machine, or give -SslCertFile and -SslKeyFile if the files have other names here.");
        return new ServerRecipient(DeploymentTarget.Of(facts, live.FilesAreHere, certificatePath, keyPath), live, facts.SslIsOn);
    }

    /// <summary>Files alone.</summary>
    /// <param name="certificatePath">The certificate file, absolute.</param>
    /// <param name="keyPath">The key file, absolute.</param>
    public static ServerRecipient Offline(string certificatePath, string keyPath) =>
        new(
            new DeploymentTarget(certificatePath, keyPath, ServerConditions.Unknown) { IsCertificateNamed = true, IsKeyNamed = true }, null, false);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken)
    {
        if (_live is null)
            return [];
        PendingEdits = await PendingEdits.FindAsync(_live, [], null, cancellationToken).ConfigureAwait(false);
        return await new ServedCertificates(_live).ObserveAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public bool IsInPlace(ServerCertificatePlan plan, IReadOnlyList<ServedAt> served) => Change(plan, served, default).IsNothingToDo;

    /// <inheritdoc/>
    public Task<ServerCertificateChangeResult> ApplyAsync(
        ServerCertificatePlan plan, IReadOnlyList<ServedAt> served, DateTimeOffset at, CancellationToken cancellationToken) =>
        Change(plan, served, at).ApplyAsync(cancellationToken);

    private ServerCertificateChange Change(ServerCertificatePlan plan, IReadOnlyList<ServedAt> served, DateTimeOffset at) =>
        new(plan, _live, _servesTls, served, at);
}
