using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>Checks whether a server uses new parameters of TLS: in its files, in its settings, and on the wire.</summary>
/// <param name="live">The server.</param>
/// <param name="facts">What it said before the change.</param>
/// <param name="target">How its TLS is to be.</param>
/// <param name="fingerprint">SHA-256 of the certificate that it is to serve, upper-case hex; null where that could not be read.</param>
internal sealed class SslProver(LiveServer live, ServerTlsFacts facts, SslTarget target, string? fingerprint)
{
    private const string MinimumProof = "MinimumProtocol";
    private const string ClientProof = "ClientCertificates";
    private const string SettingRows = "SELECT name, setting FROM pg_settings WHERE name = ANY ($1::text[])";

    private readonly IReadOnlyDictionary<string, string> _values = target.ValuesIn(facts.Version.Major);
    private IReadOnlyList<ServedAt> _before = [];
    private IReadOnlyList<TlsVersion> _spoken = [];
    private ServerLog? _log;
    private DateTime? _loaded;

    private static readonly TimeSpan LogTimeout = TimeSpan.FromSeconds(5);

    // The postmaster reads its files within milliseconds after the signal; on a busy machine it takes longer.
    internal TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private ServedCertificates Served => new(live) { ReloadTimeout = ReloadTimeout, Before = _before };

    /// <summary>Remembers what is served before the change.</summary>
    /// <param name="isChanged">Whether anything will be changed; if not, no version of TLS can get lost.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RememberAsync(bool isChanged, CancellationToken cancellationToken)
    {
        _before = await Served.ObserveAsync(cancellationToken).ConfigureAwait(false);
        // Where TLS was off, nothing is known of TLS 1.3, but every OpenSSL has TLS 1.2.
        if (target.IsOn && isChanged)
            _spoken = _before is [{ Fingerprint: not null } first, ..]
                ? await SpokenVersions.FindAsync(live, first, cancellationToken).ConfigureAwait(false) : [TlsVersion.Tls12];
        _log = await ServerLog.OpenAsync(live.Session, cancellationToken).ConfigureAwait(false);
        Reloads = isChanged || !_before.All(IsAsWanted) || await FindOtherSettingAsync(cancellationToken).ConfigureAwait(false) is not null
            || await AreFilesNewAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether files that the caller names have another content than the server has loaded from them, or may have. What the certificate is, the wire
    /// shows.
    /// </summary>
    private async Task<bool> AreFilesNewAsync(CancellationToken cancellationToken)
    {
        IEnumerable<string> named = new[] { target.CaPath, target.IsCrlDirectory ? null : target.CrlPath, target.DhParametersPath }
            .Where(path => !string.IsNullOrEmpty(path)).Select(path => facts.ResolvePath(path!)).OfType<string>();
        return target.IsOn && (await SavedFile.FindAsync(
            live, named, live.FilesAreHere, facts.ConfigurationLoadTime, cancellationToken).ConfigureAwait(false))
            .Any(file => file.State != SavedFileState.Loaded);
    }

    /// <summary>Whether the server has to load its files again: something is changed, or it is not as it should be.</summary>
    public bool Reloads { get; private set; }

    /// <summary>Whether it can be seen that the server has loaded values that could not be judged before.</summary>
    /// <param name="notJudged">The requirements.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> WillShowAsync(IReadOnlyList<Verdict> notJudged, CancellationToken cancellationToken)
    {
        // A reload does without parameters that it cannot load, and a start does not (be-secure-openssl.c, load_dh_file).
        if (notJudged.Any(verdict => verdict.Requirement == Requirement.DhParameters))
            return false;
        if (await ServerLog.OpenAsync(live.Session, cancellationToken).ConfigureAwait(false) is not null
            && await ServerLog.IsEnglishAsync(live.Session, cancellationToken).ConfigureAwait(false))
            return true;
        IReadOnlyList<ServedAt> now = await Served.ObserveAsync(cancellationToken).ConfigureAwait(false);
        return now.Count > 0 && now.All(answer => fingerprint is null ? answer.Fingerprint is null : answer.Fingerprint != fingerprint);
    }

    /// <summary>Has the server load the change, and checks whether it did.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">It did not; the message says what was seen.</exception>
    public async Task<IReadOnlyList<Proof>> ProveAsync(CancellationToken cancellationToken)
    {
        var proofs = new List<Proof> { await ProveFilesAsync(cancellationToken).ConfigureAwait(false) };
        if (Reloads)
        {
            _loaded = await ServedCertificates.ReadLoadTimeAsync(live.Session, cancellationToken).ConfigureAwait(false);
            await live.ReloadAsync(cancellationToken).ConfigureAwait(false);
        }
        proofs.Add(await ProveSettingsAsync(cancellationToken).ConfigureAwait(false));
        try
        {
            var served = new ServedCertificates(live) { ReloadTimeout = ReloadTimeout, Before = _before, LoadedBefore = _loaded };
            proofs.Add(await served.WaitAsync(IsAsWanted, Expectation, cancellationToken).ConfigureAwait(false));
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.CertificateNotServed)
        {
            IReadOnlyList<string> reasons = await ReadRefusalAsync(cancellationToken).ConfigureAwait(false) ?? [];
            throw reasons.Count == 0 ? failure : Refused(failure.Message, reasons);
        }
        if (!target.IsOn)
            return proofs;
        await DemandSpokenAsync(cancellationToken).ConfigureAwait(false);
        var effects = new List<Proof>();
        if (TlsVersions.FromName(target.MinimumProtocol) is { } minimum)
            effects.Add(await ProveMinimumAsync(minimum, cancellationToken).ConfigureAwait(false));
        if (target.CaPath is { Length: > 0 })
            effects.Add(await ProveClientCertificatesAsync(cancellationToken).ConfigureAwait(false));
        if (Reloads)
            proofs.Add(await ProveTakenOverAsync(effects, cancellationToken).ConfigureAwait(false));
        return [.. proofs, .. effects];
    }

    /// <summary>Has the server load the old settings again, and checks whether it serves what it served before.</summary>
    /// <exception cref="PgSslException">It does not.</exception>
    public async Task ProveOldAsync()
    {
        // With the same certificate, only the log can tell that the server did not load its old files again, because something in them changed.
        ServerLog? log = await ServerLog.OpenAsync(live.Session, CancellationToken.None).ConfigureAwait(false);
        await live.ReloadOldAsync().ConfigureAwait(false);
        if (_before.Count > 0 && _before.All(answer => answer.Fingerprint == _before[0].Fingerprint))
            await Served.WaitAsync(_before[0].Fingerprint, CancellationToken.None).ConfigureAwait(false);
        if (log is not null && await ReadRefusalAsync(log, CancellationToken.None).ConfigureAwait(false) is { Count: > 0 } reasons)
            throw Refused("the server does not load its old files", reasons);
        IReadOnlyList<ServedAt> now = await Served.ObserveAsync(CancellationToken.None).ConfigureAwait(false);
        if (_before is [{ Facts.Tls: { } old }, ..] && now is [{ Facts.Tls: { } seen } address, ..])
        {
            if (old.RequestsClientCertificate != seen.RequestsClientCertificate)
                throw new PgSslException(
                    PgSslError.ChangeNotProven,
                    $"{address.Host} {(seen.RequestsClientCertificate ? "still asks" : "does not ask")} for client certificates.");
            IReadOnlyList<TlsVersion> spoken = await SpokenVersions.FindAsync(live, address, CancellationToken.None).ConfigureAwait(false);
            if (_spoken.Except(spoken).ToArray() is [var lost, ..])
                throw new PgSslException(PgSslError.ChangeNotProven, $"{address.Host} does not speak {lost.Name()} again.");
        }
    }

    private bool IsAsWanted(ServedAt seen) =>
        target.IsOn && fingerprint is null ? seen.Fingerprint is not null : seen.Is(target.IsOn ? fingerprint : null);

    private string Expectation => !target.IsOn ? "but TLS should be off"
        : fingerprint is null ? "but TLS should be on"
        : $"and not the certificate {fingerprint}";

    /// <summary>Whether the files that the server reads hold the values that were written (pg_file_settings).</summary>
    private async Task<Proof> ProveFilesAsync(CancellationToken cancellationToken)
    {
        const string Name = "FileSettings";
        if (await ServerTlsReader.ReadFileSettingsAsync(live.Session, cancellationToken).ConfigureAwait(false) is not { } inFiles)
            return new Proof(Name, ProofState.NotMade, $"role {facts.UserName} may not see pg_file_settings.");
        // A parameter that needs a restart does not keep the server from loading the others (guc.c, ProcessConfigFileInternal).
        if (inFiles.FirstOrDefault(setting => setting is { Error: not null, NeedsRestart: false }) is { } broken)
            throw new PgSslException(
                PgSslError.ChangeNotProven, $"the server does not load {broken.File}:{broken.Line}: {broken.Error}.",
                "Correct that line first; pg_file_settings shows how the server reads its files.");
        foreach ((string name, string value) in _values.Where(value => !facts.IsFixedAs(value.Key, value.Value)))
        {
            SslParameter parameter = SslParameters.Find(name)!;
            string? effective = inFiles.LastOrDefault(setting => setting.Name is { } written && parameter.IsCalled(written))?.Value
                ?? facts.Settings[name].Default;
            if (!IsSame(name, effective, value))
                throw new PgSslException(
                    PgSslError.ChangeNotProven, $"the server reads {name} = '{effective}' in its files, and not '{value}'.",
                    "It reads other files than these: SHOW config_file and pg_file_settings show which.");
        }
        return new Proof(Name, ProofState.Proven, "pg_file_settings shows the new values, and no error.");
    }

    private async Task<Proof> ProveSettingsAsync(CancellationToken cancellationToken)
    {
        string? other = await Poll.UntilAsync(
            ReloadTimeout, () => FindOtherSettingAsync(cancellationToken), other => other is null, cancellationToken).ConfigureAwait(false);
        return other is null
            ? new Proof(
                "Settings",
                ProofState.Proven,
                $"the server uses {string.Join(", ", _values.Select(value => $"{value.Key} = '{value.Value}'"))}.")
            : throw new PgSslException(
                PgSslError.ChangeNotProven, $"the server still uses {other} after the reload.", "The server's log says what it made of its files.");
    }

    private async Task<string?> FindOtherSettingAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<SqlRow> rows = await live.Session.QueryAsync(SettingRows, [_values.Keys], cancellationToken).ConfigureAwait(false);
        foreach (SqlRow row in rows)
        {
            string name = row.Required("name");
            if (_values.TryGetValue(name, out string? wanted) && !IsSame(name, row["setting"], wanted))
                return $"{name} = '{row["setting"]}'";
        }
        return null;
    }

    private bool IsSame(string name, string? value, string other) =>
        value is not null && SslParameters.Find(name)!.IsSame(value, other, path => facts.ResolvePath(path) ?? path);

    /// <summary>
    /// Whether the server loaded its TLS again. It loads all of it or nothing, so one thing that is seen to be new proves it: another
    /// certificate, TLS where there was none, a version that it refuses now, a question for certificates. Otherwise only its log can.
    /// </summary>
    /// <param name="effects">What was seen of the new settings.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<Proof> ProveTakenOverAsync(IReadOnlyList<Proof> effects, CancellationToken cancellationToken)
    {
        const string Name = "TlsReload";
        if (await ReadRefusalAsync(cancellationToken).ConfigureAwait(false) is { } reasons)
            return reasons.Count == 0
                ? new Proof(Name, ProofState.Proven, "the server's log has no refusal.")
                : throw Refused("the server keeps the TLS that it had", reasons);
        IReadOnlyList<ServedAt> now = await Served.ObserveAsync(cancellationToken).ConfigureAwait(false);
        if (now.Count > 0 && _before.Count > 0 && _before.All(old => old.Fingerprint != now[0].Fingerprint))
            return new Proof(Name, ProofState.Proven, "the server serves another certificate than before, and it loads all of its TLS or nothing.");
        bool refusesVersion = effects.Any(proof => proof is { Name: MinimumProof, Outcome: ProofState.Proven })
            && TlsVersions.FromName(target.MinimumProtocol) - 1 is { } older && _spoken.Contains(older);
        bool asksForCertificates = effects.Any(proof => proof is { Name: ClientProof, Outcome: ProofState.Proven })
            && _before.All(old => old.Facts.Tls is { RequestsClientCertificate: false });
        return _before.Count > 0 && (refusesVersion || asksForCertificates)
            ? new Proof(Name, ProofState.Proven, "what is seen of it is new, and the server loads all of its TLS or nothing.")
            : new Proof(
                Name, ProofState.NotMade,
                "the same certificate is served as before, and the log cannot be read from here, or its language is not known: " +
                "look there for \"SSL configuration was not reloaded\".");
    }

    /// <summary>Throws if a version is lost that the settings allow.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.ChangeNotProven"/>.</exception>
    private async Task DemandSpokenAsync(CancellationToken cancellationToken)
    {
        if (_spoken.Count == 0 || await Served.ObserveAsync(cancellationToken).ConfigureAwait(false) is not [{ Fingerprint: not null } address, ..])
            return;
        TlsVersion minimum = TlsVersions.FromName(target.MinimumProtocol ?? facts["ssl_min_protocol_version"]) ?? TlsVersion.Tls10;
        TlsVersion maximum = TlsVersions.FromName(facts["ssl_max_protocol_version"]) ?? TlsVersion.Tls13;
        IReadOnlyList<TlsVersion> now = await SpokenVersions.FindAsync(live, address, cancellationToken).ConfigureAwait(false);
        foreach (TlsVersion lost in _spoken.Where(version => version >= minimum && version <= maximum).Except(now))
            throw new PgSslException(
                PgSslError.ChangeNotProven,
                $"{address.Host} does not speak {lost.Name()}, which its settings allow.",
                "Name ciphers for it as well (-Ciphers, for TLSv1.3 -Tls13Ciphers), or forbid it: -MinimumProtocol.");
    }

    private Task<IReadOnlyList<string>?> ReadRefusalAsync(CancellationToken cancellationToken) =>
        _log is null ? Task.FromResult<IReadOnlyList<string>?>(null) : ReadRefusalAsync(_log, cancellationToken);

    private Task<IReadOnlyList<string>?> ReadRefusalAsync(ServerLog log, CancellationToken cancellationToken) =>
        log.ReadRefusalAsync(() => live.ReloadAsync(cancellationToken), LogTimeout, cancellationToken);

    private async Task<Proof> ProveMinimumAsync(TlsVersion minimum, CancellationToken cancellationToken)
    {
        if (minimum == TlsVersion.Tls10)
            return new Proof(MinimumProof, ProofState.NotMade, "there is no older version to try.");
        if (await Served.ObserveAsync(cancellationToken).ConfigureAwait(false) is not [var seen, ..])
            return new Proof(MinimumProof, ProofState.NotMade, "the server does not answer over TCP.");
        TlsVersion older = minimum - 1;
        ConnectionFacts tried = await SpokenVersions.TryAsync(live, seen, older, cancellationToken).ConfigureAwait(false);
        if (tried.Tls is { } tls)
            throw new PgSslException(
                PgSslError.ChangeNotProven, $"{seen.Host} still speaks {tls.Protocol}, where {minimum.Name()} was to be the oldest version.",
                "Look into the server's log for \"SSL configuration was not reloaded\" and what comes before it.");
        return tried.Failure?.Error == PgSslError.TlsHandshakeFailed
            ? new Proof(MinimumProof, ProofState.Proven, $"{seen.Host} refuses {older.Name()}.")
            : new Proof(MinimumProof, ProofState.NotMade, $"{older.Name()} could not be tried. {tried.Failure?.Message}");
    }

    private async Task<Proof> ProveClientCertificatesAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ServedAt> seen = await Served.ObserveAsync(cancellationToken).ConfigureAwait(false);
        if (seen.FirstOrDefault(answer => answer.Facts.Tls is { RequestsClientCertificate: false }) is { } silent)
            throw new PgSslException(
                PgSslError.ChangeNotProven, $"{silent.Host} does not ask for a client certificate, although it has an ssl_ca_file.",
                "Look into the server's log for \"SSL configuration was not reloaded\" and what comes before it.");
        return seen.Count == 0
            ? new Proof(ClientProof, ProofState.NotMade, "the server does not answer over TCP.")
            : new Proof(ClientProof, ProofState.Proven, "the server asks for client certificates.");
    }

    private static PgSslException Refused(string seen, IReadOnlyList<string> reasons) => new(
        PgSslError.ChangeNotProven, $"{seen.TrimEnd('.')}. The server's log says: {string.Join("; ", reasons)}.",
        "Correct the files: Test-PgServerCertificate checks them as the server does.");
}
