using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba.Live;
using PgSsl.Requirements;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Deployment;

/// <summary>A PostgreSQL server that is asked, reloaded and checked; or the files of a server that is not asked.</summary>
internal sealed class ServerRecipient : ICertificateRecipient
{
    private readonly LiveServer? _live;
    private readonly ServerTlsFacts? _facts;
    private PendingPair? _waiting;
    private ServerSettingFacts? _settings;

    private ServerRecipient(DeploymentTarget target, LiveServer? live, ServerTlsFacts? facts) => (Target, _live, _facts) = (target, live, facts);

    private bool ServesTls => _facts is { SslIsOn: true };

    /// <inheritdoc/>
    public DeploymentTarget Target { get; }

    /// <inheritdoc/>
    public string? Endpoint => _live?.Session.Host.ToString();

    /// <inheritdoc/>
    public PendingEdits PendingEdits { get; private set; } = PendingEdits.None;

    private NextStart Start { get; set; } = NextStart.NotAsked;

    /// <inheritdoc/>
    public IEnumerable<Proof> Proofs => [.. PendingEdits.Proofs, .. Start.Proofs];

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks =>
    [
        .. _live is null || ServesTls ? Array.Empty<string>() : [$"TLS of {Endpoint} is off. With Enable-PgSsl it will serve the certificate."],
        .. Start.Warnings,
    ];

    /// <inheritdoc/>
    public ClientLoss? FindLoss(ServerCertificatePlan plan) => ClientLosses.FindSharedCa(
        "ssl_ca_file", _facts?.NextPathOf("ssl_ca_file"), Target.CertificatePath, plan.ChainBefore, plan.Bundle.Chain);

    /// <inheritdoc/>
    public IEnumerable<string> Effects =>
    [
        Endpoint is null
            ? "No server is asked: it will load the new certificate on its next reload."
            : ServesTls ? $"Then {Endpoint} is reloaded. Unless it serves the new certificate, everything is undone."
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
        DeploymentTarget target = DeploymentTarget.Of(facts, live.FilesAreHere, certificatePath, keyPath);
        return new ServerRecipient(target with { Names = PairNames.Of(live, facts, target) }, live, facts);
    }

    /// <summary>Files alone.</summary>
    /// <param name="certificatePath">The certificate file, absolute.</param>
    /// <param name="keyPath">The key file, absolute.</param>
    public static ServerRecipient Offline(string certificatePath, string keyPath) =>
        new(
            new DeploymentTarget(certificatePath, keyPath, ConditionsIn(Path.GetDirectoryName(keyPath)!))
            {
                IsCertificateNamed = true, IsKeyNamed = true,
            },
            null, null);

    /// <summary>By default the files are in the data directory, and there Windows tells whose the server is.</summary>
    private static ServerConditions ConditionsIn(string directory) =>
        WindowsAccount.OfServer(directory) is { } account ? ServerConditions.Unknown with { WindowsAccount = account } : ServerConditions.Unknown;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken)
    {
        if (_live is null)
            return [];
        await CheckSettingsAsync(_live, _facts!, cancellationToken).ConfigureAwait(false);
        var own = new OwnChange
        {
            ReplacesPair = true,
            Values = (_waiting?.Files ?? []).ToDictionary(file => file.Setting, file => file.Value),
        };
        PendingEdits = await PendingEdits.FindAsync(_live, own, cancellationToken).ConfigureAwait(false);
        Start = await NextStart.FindAsync(_live, own, cancellationToken).ConfigureAwait(false);
        return await new ServedCertificates(_live).ObserveAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Throws if the reload would not load the new certificate, because of settings that it loads as well: the server loads all of its TLS or
    /// nothing.
    /// </summary>
    private async Task CheckSettingsAsync(LiveServer live, ServerTlsFacts facts, CancellationToken cancellationToken)
    {
        if (!facts.SslIsOn)
            return;
        _waiting = PendingPair.Find(facts);
        if (_waiting is { } waiting && !IsOurs(waiting))
            throw Refuse(waiting);
        _settings = await ServerSettingFacts.ReadAsync(live, facts, new Dictionary<string, string>(), cancellationToken).ConfigureAwait(false);
        if (SettingRequirements.Judge(_settings).FirstOrDefault(verdict => verdict.IsMet == false) is { } unmet)
            throw new PgSslException(
                PgSslError.RequirementNotMet,
                $"Nothing is changed, because the server would not load the new certificate: {unmet.Detail}", unmet.Remedy);
    }

    /// <summary>Whether both settings wait with names that an installation made. Which pair they are of, the plan tells.</summary>
    private static bool IsOurs(PendingPair waiting) =>
        waiting.Files.Count == 2 && waiting.Files.All(file => PairNames.IsMadeFrom(file.Written, file.Used));

    private PgSslException Refuse(PendingPair waiting)
    {
        PendingPairFile first = waiting.Files[0];
        return new PgSslException(
            PgSslError.ContradictoryParameters,
            $"{first.Setting} of {Endpoint} is {first.Used}, and {first.Written} after the next reload: somebody changed it and did not reload. "
                + "Nothing is changed.",
            waiting.Files.Count == 1 && PairNames.IsMadeFrom(first.Written, first.Used)
                ? "Do not reload: an installation was killed before it changed the other setting as well. Take it back: "
                    + $"{waiting.WayBack}; then run the same command again."
                : "Find out whether that is meant, and reload first (SELECT pg_reload_conf()), or take it back.");
    }

    /// <inheritdoc/>
    public void CheckPlan(ServerCertificatePlan plan)
    {
        // An installation of this very pair was killed before its reload: then only that is missing.
        if (_waiting is { } waiting && plan.Switch is not { IsWritten: true })
            throw Refuse(waiting);
        if (_settings is not null && KeyCiphers.FindLoss(_settings, plan.Bundle.Leaf, plan.Before) is { } loss)
            throw new PgSslException(
                PgSslError.RequirementNotMet, $"Nothing is changed, because clients would lose TLS. {loss.Detail}", loss.Remedy);
    }

    /// <inheritdoc/>
    public bool IsInPlace(ServerCertificatePlan plan, IReadOnlyList<ServedAt> served) => Change(plan, served, default).IsNothingToDo;

    /// <inheritdoc/>
    public Task<ServerCertificateChangeResult> ApplyAsync(
        ServerCertificatePlan plan, IReadOnlyList<ServedAt> served, DateTimeOffset at, CancellationToken cancellationToken) =>
        Change(plan, served, at).ApplyAsync(cancellationToken);

    private ServerCertificateChange Change(ServerCertificatePlan plan, IReadOnlyList<ServedAt> served, DateTimeOffset at) =>
        new(plan, _live, ServesTls, served, at);
}
