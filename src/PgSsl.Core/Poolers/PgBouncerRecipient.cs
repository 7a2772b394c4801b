using System.Globalization;
using PgSsl.Connections;
using PgSsl.Deployment;
using PgSsl.Files;
using PgSsl.Hba.Live;
using PgSsl.Requirements;
using PgSsl.Server.Live;

namespace PgSsl.Poolers;

/// <summary>
/// A PgBouncer that gets a certificate for its clients. It goes into the files that pgbouncer.ini names, or into files beside it, whose names
/// are then written into it.
/// </summary>
internal sealed class PgBouncerRecipient : ICertificateRecipient
{
    private readonly PgBouncerPlan _plan;
    private readonly IPgBouncerReload? _reload;
    private readonly PgSslException? _noReload;
    private readonly TimeSpan _timeout;

    private PgBouncerRecipient(DeploymentTarget target, PgBouncerPlan plan, IPgBouncerReload? reload, PgSslException? noReload, TimeSpan timeout)
    {
        (Target, _plan, _reload, _noReload, _timeout) = (target, plan, reload, noReload, timeout);
        DateTimeOffset? started = (reload as PgBouncerSignal)?.Started;
        string[] ofCa = [.. started is { } at ? CaSavedSince(plan.Before, at) : []];
        PendingEdits = PendingEdits.Perhaps([.. started is { } since ? SavedSince(plan.Before, since) : [], .. ofCa], ofCa);
        Remarks = [.. ModeRemark(plan), .. PgBouncerFindings.Find(plan.After).Select(finding => $"{finding.Message} {finding.Remedy}")];
    }

    /// <inheritdoc/>
    public DeploymentTarget Target { get; }

    /// <inheritdoc/>
    public string? Endpoint => _reload is not null && _plan.Before.Listens is [var first, ..]
        ? new ConnectionHost(first.Host, null, first.Port).ToString()
        : _plan.Before.Path;

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks { get; }

    /// <inheritdoc/>
    public PendingEdits PendingEdits { get; }

    /// <inheritdoc/>
    public ClientLoss? FindLoss(ServerCertificatePlan plan) => ClientLosses.FindSharedCa(
        "client_tls_ca_file", _plan.After["client_tls_ca_file"], Target.CertificatePath, plan.ChainBefore, plan.Bundle.Chain);

    /// <inheritdoc/>
    public void CheckLosses(string subject)
    {
        // Where TLS was off, plaintext is let in as well. What a reload loads besides is only likely.
    }

    /// <inheritdoc/>
    public IEnumerable<string> Effects =>
    [
        .. _plan.Diff,
        _reload is null
            ? "PgBouncer does not run: it will load the new certificate when it starts."
            : $"Then PgBouncer is reloaded ({_reload.Means}). Unless it serves the new certificate, everything is undone.",
    ];

    /// <summary>Reads a configuration, and finds the process that uses it.</summary>
    /// <param name="iniPath">pgbouncer.ini, absolute.</param>
    /// <param name="certificatePath">The certificate file, absolute, if the configuration names none yet; null for a file beside it.</param>
    /// <param name="keyPath">The key file, likewise.</param>
    /// <param name="console">The admin console that reloads; null for a signal to the process in the pidfile.</param>
    /// <param name="timeout">For one connection.</param>
    /// <exception cref="PgSslException">
    /// As <see cref="PgBouncerIni.Read"/> and <see cref="PgBouncerPlan.Of"/>. ContradictoryParameters: the configuration names another file.
    /// InvalidPgBouncerFile: it names a file relatively. FileUnreadable: the pidfile. UnexpectedFile: somebody else's link leads to a file of it.
    /// </exception>
    public static PgBouncerRecipient Of(
        string iniPath, string? certificatePath, string? keyPath, Func<PgBouncerIni, IPgBouncerReload>? console, TimeSpan timeout)
    {
        PgBouncerIni ini = PgBouncerIni.Read(iniPath);
        // Somebody's link would lead to the configuration of another PgBouncer, with other files and another process.
        foreach (PgBouncerFile file in ini.Files)
            FileTarget.Find(file.Path);
        string certificate = FindFile(ini, "client_tls_cert_file", certificatePath, "-SslCertFile", ".crt");
        string key = FindFile(ini, "client_tls_key_file", keyPath, "-SslKeyFile", ".key");
        var plan = PgBouncerPlan.Of(ini, new PgBouncerTls
        {
            // Whoever has no TLS yet, or does not ask for it, is let in as before.
            SslMode = ini["client_tls_sslmode"] is { } mode && !IsDisable(mode) ? null : "prefer",
            CertificatePath = ini["client_tls_cert_file"] is null ? certificate : null,
            KeyPath = ini["client_tls_key_file"] is null ? key : null,
        });
        IPgBouncerReload? reload = null;
        PgSslException? noReload = null;
        try
        {
            reload = console?.Invoke(ini) ?? PgBouncerSignal.Find(ini);
        }
        catch (PgSslException failure) when (console is null && failure.Error is PgSslError.ServerNotReady or PgSslError.UnsupportedParameter)
        {
            noReload = failure;
        }
        UnixAccount? account = (reload as PgBouncerSignal)?.Account ?? PgBouncerAccount.Of(ini);
        UnixAccount? author = OperatingSystem.IsWindows() ? null : PgBouncerAuthor.Of(ini);
        CheckIncluded(ini, plan, author);
        var target = new DeploymentTarget(certificate, key, new ServerConditions
        {
            Account = account, WindowsAccount = WindowsAccount.OfPgBouncer(ini.Path), IsPgBouncer = true,
        })
        {
            Author = author,
            IsCertificateNamed = certificatePath is not null || author is null || ini["client_tls_cert_file"] is null,
            IsKeyNamed = keyPath is not null || author is null || ini["client_tls_key_file"] is null,
        };
        return new PgBouncerRecipient(target, plan, reload, noReload, timeout);
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileEdit> Edits => _plan.Edits;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServedAt>> ObserveAsync(CancellationToken cancellationToken)
    {
        if (_reload is not null)
            await _reload.CheckAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ServedAt> seen = await new PgBouncerWire(_plan.Before.Listens, _timeout).ObserveAsync(cancellationToken).ConfigureAwait(false);
        if (_noReload is not null && seen is [var first, ..])
            throw new PgSslException(
                _noReload.Error, $"{_noReload.Message} But a program listens at {first.Host}, and it would not load the change.",
                ReloadAdvice.WithoutProcess(OperatingSystem.IsWindows()), _noReload);
        return seen;
    }

    /// <inheritdoc/>
    public bool IsInPlace(ServerCertificatePlan plan, IReadOnlyList<ServedAt> served)
    {
        return plan.Edits.Count == 0 && _plan.IsNoChange && served.All(answer => answer.Sends(plan.Bundle.Chain));
    }

    /// <inheritdoc/>
    public async Task<ServerCertificateChangeResult> ApplyAsync(
        ServerCertificatePlan plan, IReadOnlyList<ServedAt> served, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var change = new PgBouncerChange(_plan, plan.Edits, plan.Fingerprint, _reload, _timeout) { Chain = plan.Bundle.Chain };
        PgBouncerChangeResult result = await change.ApplyAsync(at, cancellationToken).ConfigureAwait(false);
        return new ServerCertificateChangeResult(result.Backups, result.WrittenInPlace, result.Proofs);
    }

    private static string FindFile(PgBouncerIni ini, string setting, string? given, string parameter, string extension)
    {
        string? written = ini[setting];
        if (written is null)
            return given ?? Path.ChangeExtension(ini.Path, extension);
        if (!Path.IsPathFullyQualified(written))
            return given ?? throw new PgSslException(
                PgSslError.InvalidPgBouncerFile,
                $"{ini.Path} names its {setting} by a relative path ({written}), and only PgBouncer knows from which directory.",
                $"Write an absolute path into it, or give {parameter} as well.");
        return given is null || RealPath.AreSame(given, written) ? written : throw new PgSslException(
            PgSslError.ContradictoryParameters, $"{ini.Path} has its {setting} in {written}, but {parameter} says {given}.",
            $"Leave out {parameter}, or change {setting} first.");
    }

    /// <summary>
    /// Whoever writes pgbouncer.ini decides which files it includes, and so which are changed: they must be root's decision, or the author's own.
    /// </summary>
    private static void CheckIncluded(PgBouncerIni ini, PgBouncerPlan plan, UnixAccount? author)
    {
        if (author is null)
            return;
        foreach (string path in plan.Edits.Select(edit => edit.Path).Where(path => path != ini.Path))
            if (!FileTarget.MayWrite(author, RealPath.Of(path)))
                throw new PgSslException(
                    PgSslError.UnexpectedFile,
                    $"{path}, which {ini.Path} includes, is not written: {author.Name} may not write it, but may have named it. " +
                    "Nothing was changed.",
                    $"Set client_tls_sslmode, client_tls_key_file and client_tls_cert_file in {path} yourself, or let root own {ini.Path}.");
    }

    /// <summary>What PgBouncer has loaded cannot be read without its console: only times tell, and they do not tell of a reload since.</summary>
    private static IEnumerable<string> SavedSince(PgBouncerIni ini, DateTimeOffset started) =>
        from file in ini.Files
        let saved = File.GetLastWriteTimeUtc(file.Path)
        where saved > started.UtcDateTime
        select $"{file.Path} was saved at {Format(saved)} UTC, after PgBouncer had started: if "
            + "it was not reloaded since, these edits are loaded, too, and sessions with databases that are not in it any more end.";

    /// <summary>The CAs of clients are loaded with the certificate.</summary>
    private static IEnumerable<string> CaSavedSince(PgBouncerIni ini, DateTimeOffset started)
    {
        if (ini["client_tls_ca_file"] is { Length: > 0 } path && File.GetLastWriteTimeUtc(path) is var saved && saved > started.UtcDateTime)
            yield return $"{path} (client_tls_ca_file) was saved at {Format(saved)} UTC, after PgBouncer had started: if it was not reloaded since, "
                + "it is loaded, too, and whether clients with certificates can come back then is not known.";
    }

    private static string Format(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static bool IsDisable(string mode) => mode.Equals("disable", StringComparison.OrdinalIgnoreCase);

    private static bool SwitchesOn(PgBouncerPlan plan) =>
        plan.Before.Find("client_tls_sslmode")?.Value != plan.After.Find("client_tls_sslmode")?.Value;

    private static IEnumerable<string> ModeRemark(PgBouncerPlan plan)
    {
        if (SwitchesOn(plan))
            yield return $"client_tls_sslmode becomes {plan.After["client_tls_sslmode"]}, so that nobody is locked out: clients that ask for TLS get "
                + "it, and others may use plaintext.";
    }
}
