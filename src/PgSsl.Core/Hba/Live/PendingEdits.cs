using PgSsl.Changes;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Hba.Live;

/// <summary>
/// What somebody saved in the configuration files of a server, and did not load. A reload for another reason puts it into force as well.
/// </summary>
internal sealed record PendingEdits
{
    private const string Facts =
        $"""
        SELECT pg_conf_load_time() AS loaded, version() AS version,
               CASE WHEN {VisibleSetting.Condition} THEN current_setting('hba_file') END AS hba,
               CASE WHEN {VisibleSetting.Condition} THEN current_setting('ident_file') END AS ident
        """;

    private const string RolesOfDatabases = "db_user_namespace";

    // What decides besides rules, maps and TLS whether somebody gets in, and can be reloaded (guc_tables.c).
    private static readonly HashSet<string> LoginSettings =
    [
        "authentication_timeout", "krb_caseins_users", "krb_server_keyfile", "local_preload_libraries", "oauth_validator_libraries",
        "session_preload_libraries",
    ];

    /// <summary>Nothing waits, or there is no server.</summary>
    public static PendingEdits None { get; } = new();

    /// <summary>What may wait for a reload, where only times tell.</summary>
    /// <param name="edits">The edits.</param>
    /// <param name="doubts">Of whom it is not known whether they cost a login.</param>
    public static PendingEdits Perhaps(IReadOnlyList<string> edits, IReadOnlyList<string> doubts) =>
        new() { Edits = edits, Likely = edits, Doubts = doubts };

    /// <summary>What waits for a reload, and what cannot be told, as sentences.</summary>
    public IReadOnlyList<string> Edits { get; private init; } = [];

    /// <summary>Those that are certain or likely.</summary>
    public IReadOnlyList<string> Likely { get; private init; } = [];

    /// <summary>The files that the server will read instead of those that it reads now, once it restarts, as sentences.</summary>
    public IReadOnlyList<string> AfterRestart { get; private init; } = [];

    /// <summary>The warnings before the reload.</summary>
    public IEnumerable<string> Warnings => Likely.Select(Line).Concat(AfterRestart);

    /// <summary>Sessions that could not come back after the reload, and clients that would refuse the server, in words.</summary>
    public IReadOnlyList<string> Costs { get; private init; } = [];

    /// <summary>Of whom it is not known whether the reload costs a login, as sentences.</summary>
    public IReadOnlyList<string> Doubts { get; private init; } = [];

    /// <summary>Whether the rules of pg_hba.conf may wait for a reload.</summary>
    public bool RulesWait { get; private init; }

    /// <summary>What is shown about logins, once the edits are loaded; none if they are known to cost nobody anything.</summary>
    public IEnumerable<Proof> Proofs
    {
        get
        {
            string[] all = [.. Costs.Select(cost => $"Could not come back: {cost}."), .. Doubts];
            return all.Length == 0 ? [] : [new Proof(HbaImpact.LoginProof, ProofState.NotMade, string.Join(" ", all))];
        }
    }

    /// <summary>Throws if a reload would cost a session its way back.</summary>
    /// <param name="subject">What is left as it is.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.LockOut"/>.</exception>
    public void Check(string subject)
    {
        if (Costs.Count > 0)
            throw new PgSslException(
                PgSslError.LockOut,
                $"{subject} is left as it is. The server would also load what somebody saved and did not load, and these could not come back then: "
                    + $"{string.Join("; ", Costs)}. {string.Join(" ", Edits)}",
                "Find out whether these edits are meant, and load them by themselves first (SELECT pg_reload_conf()), or correct them. "
                    + "-Force loads them as well.");
    }

    /// <summary>The edits, for -WhatIf and warnings.</summary>
    private static string Line(string edit) => $"The reload will also load what waits for it: {edit}";

    private static bool IsOfPair(PendingSetting setting) => setting.Name is "ssl_cert_file" or "ssl_key_file";

    /// <summary>Makes a change whose reload loads the edits: an undo does not unload them.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="PgSslException">As the change; the message also names the edits.</exception>
    public async Task<T> MakeAsync<T>(Func<Task<T>> change)
    {
        try
        {
            return await change().ConfigureAwait(false);
        }
        catch (PgSslException failure) when (Likely.Count > 0
            && failure.Error is PgSslError.ChangeNotProven or PgSslError.UndoNotProven or PgSslError.FileNotRestored)
        {
            throw new PgSslException(
                failure.Error, $"{failure.Message} What others saved may be in force now, and is not undone: {string.Join(" ", Likely)}",
                failure.Remedy, failure);
        }
    }

    /// <summary>The lines of -WhatIf.</summary>
    public IEnumerable<string> Lines => Edits.Select(Line).Concat(AfterRestart);

    /// <summary>Looks for them.</summary>
    /// <param name="live">The server.</param>
    /// <param name="own">What the caller changes itself.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<PendingEdits> FindAsync(LiveServer live, OwnChange own, CancellationToken cancellationToken)
    {
        (HbaDocument Before, HbaDocument After)? rules = own.Rules;
        bool isOfRules = rules is not null;
        SqlRow facts = (await live.Session.QueryAsync(Facts, null, cancellationToken).ConfigureAwait(false)).Only();
        DateTimeOffset loaded = facts.GetTime("loaded") ?? throw SqlRow.Missing("loaded");
        var edits = new List<string>();
        var warnings = new List<string>();
        var costs = new List<string>();
        var doubts = new List<string>();

        IReadOnlyList<PendingSetting>? settings = await PendingSettings.FindAsync(live.Session, cancellationToken).ConfigureAwait(false);
        HashSet<string> owned = own.Values.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        PendingSetting[] foreign = [.. (settings ?? []).Where(setting => !owned.Contains(setting.Name))];
        warnings.AddRange(foreign.Select(setting => setting.ToString()));
        if (settings is null)
            edits.Add($"It is not known whether settings wait for a reload: role {live.Session.UserName} may not see pg_file_settings.");
        bool IsOfTls(PendingSetting setting) => TlsTerms.Parameters.Any(parameter => parameter.IsCalled(setting.Name));
        // Of TLS, sessions tell only of those who are connected.
        doubts.AddRange(foreign.Where(setting => LoginSettings.Contains(setting.Name) || IsOfTls(setting) || IsOfPair(setting)).Select(setting =>
            $"Whether {setting.Name}, which somebody changed, costs anybody a login is not known."));
        bool tlsWaits = foreign.Any(IsOfTls);
        PendingSetting? namespaces = Array.Find(foreign, setting => setting.Name == RolesOfDatabases);

        ServerTlsFacts used = await ServerTlsReader.ReadAsync(live.Session, cancellationToken).ConfigureAwait(false);
        PendingTlsFiles ofTls = await PendingTlsFiles.FindAsync(live, used, own, loaded, cancellationToken).ConfigureAwait(false);
        warnings.AddRange(ofTls.Likely);
        edits.AddRange(ofTls.Perhaps);
        costs.AddRange(ofTls.Losses.Select(loss => loss.TrimEnd('.')));
        doubts.AddRange(ofTls.Doubts);

        // On Windows each new connection reads pg_hba.conf and pg_ident.conf by itself, so nothing waits there (postmaster.c, EXEC_BACKEND).
        SavedFile[] ofRules = [], ofMap = [];
        bool eachProcessReads = ServerPlatform.IsWindows(facts.Required("version"))
            || (live is { FilesAreHere: true, DataDirectory: { } data } && ServerPlatform.EachProcessReads(data));
        if (!eachProcessReads)
            (ofRules, ofMap) = (await FindRuleFilesAsync().ConfigureAwait(false), await FindMapFilesAsync().ConfigureAwait(false));
        foreach (SavedFile file in ofRules.Concat(ofMap).Where(file => file.State != SavedFileState.Loaded))
        {
            bool isLikely = file.State is not (SavedFileState.SameMoment or SavedFileState.Unknown);
            (isLikely ? warnings : edits).Add(file.Detail);
            if (isLikely)
                doubts.Add($"Whether {file.Path} costs somebody a login who is not connected is not known.");
        }
        bool rulesWait = ofRules.Any(file => file.State != SavedFileState.Loaded), mapWaits = ofMap.Any(file => file.State != SavedFileState.Loaded);
        if (rulesWait || mapWaits || tlsWaits || ofTls.TrustBefore is not null || namespaces is not null)
            await FindCostsAsync(isLikely: warnings.Count > 0).ConfigureAwait(false);
        string[] later = isOfRules ? [.. await FindOtherFilesAsync(live.Session, cancellationToken).ConfigureAwait(false)] : [];
        return new PendingEdits
        {
            Edits = [.. warnings, .. edits], Likely = warnings, Costs = [.. costs.Distinct()], Doubts = doubts, AfterRestart = later,
            RulesWait = ofRules.Any(file => file.State != SavedFileState.Loaded),
        };

        async Task<SavedFile[]> FindRuleFilesAsync()
        {
            rules ??= await ReadRulesAsync().ConfigureAwait(false);
            if (rules is not var (before, after))
            {
                edits.Add($"It is not known whether rules wait for a reload: role {live.Session.UserName} may not read pg_hba.conf.");
                return [];
            }
            // What the server does not load is not put into force; that it would not start with it is said elsewhere (NextStart).
            if (!after.IsLoadable)
                return [];
            // Whoever named the file, its times are those of this machine; without a name it is the server's.
            return await FindFilesAsync(before, live.FilesAreHere || before.Files[0].Path != facts["hba"]).ConfigureAwait(false);
        }

        async Task<(HbaDocument, HbaDocument)?> ReadRulesAsync() => facts["hba"] is { } path
            && await ServerHbaFiles.TryReadAsync(live, path, cancellationToken).ConfigureAwait(false) is { } read ? (read, read) : null;

        // Its lines are no rules, but the files that it includes are found in the same way (hba.c, tokenize_auth_file).
        async Task<SavedFile[]> FindMapFilesAsync() => facts["ident"] is not { } path ? []
            : await ServerHbaFiles.TryReadAsync(live, path, cancellationToken).ConfigureAwait(false) is { } map
            ? await FindFilesAsync(map, live.FilesAreHere).ConfigureAwait(false)
            : [.. await SavedFile.FindAsync(live, [path], live.FilesAreHere, loaded, cancellationToken).ConfigureAwait(false)];

        // A file that was taken away leaves only the time of its directory.
        async Task<SavedFile[]> FindFilesAsync(HbaDocument document, bool areHere)
        {
            Task<IReadOnlyList<SavedFile>> LookAsync(IEnumerable<string> paths) =>
                SavedFile.FindAsync(live, paths, areHere, loaded, cancellationToken);
            var found = new List<SavedFile>(await LookAsync(document.Files.Select(file => file.Path)).ConfigureAwait(false));
            found.AddRange((await LookAsync(document.Directories).ConfigureAwait(false)).Select(directory => directory with
            {
                Detail = $"Files may have been added to {directory.Path}, or taken away. {directory.Detail}",
            }));
            foreach (string missing in document.Missing)
                if ((await LookAsync([ParentOf(missing)]).ConfigureAwait(false))[0].State != SavedFileState.Loaded)
                    found.Add(SavedFile.Missing(missing));
            return [.. found];
        }

        static string ParentOf(string path) => path[..Math.Max(1, path.LastIndexOfAny(['/', '\\']))];

        async Task FindCostsAsync(bool isLikely)
        {
            HbaServerFacts server = live is HbaLive { Facts: { } known } ? known
                : await new HbaServerReader(live.Session, cancellationToken).ReadAsync().ConfigureAwait(false);
            var matcher = new HbaMatcher(new HbaLive(live, server).MatchContext);
            IdentMap? map = await IdentMap.ReadAsync(live, cancellationToken).ConfigureAwait(false);
            (TlsTerms Before, TlsTerms After)? tls = await ReadTlsAsync().ConfigureAwait(false);
            rules ??= await ReadRulesAsync().ConfigureAwait(false);
            // A file that the server does not load costs nobody anything.
            (HbaDocument? saved, HbaDocument? planned) = rules is var (before, after) && after.IsLoadable ? (before, after) : (null, null);
            SessionSimulation bySaved = Simulate(saved), byPlanned = Simulate(planned);
            // What the caller's own change costs is not counted here.
            costs.AddRange(Describe(server.Sessions.Where(session =>
                (IsLost(bySaved, session) && IsLost(byPlanned, session)) || IsLostInDatabase(session))));
            doubts.AddRange(isLikely ? server.Sessions.Select(byPlanned.Judge).OfType<CutOffSession>().Where(cut => !cut.IsCertain).Select(cut =>
                $"{cut.Session.UserName} perhaps could not come back: {cut.Why}.").Distinct() : []);
            if (isLikely && server.HiddenSessions > 0)
                costs.Add(SessionList.DescribeHiddenLoss(server.HiddenSessions, live.Session.UserName));

            async Task<(TlsTerms, TlsTerms)?> ReadTlsAsync()
            {
                if (!tlsWaits && ofTls.TrustBefore is null)
                    return null;
                var next = new Dictionary<string, string>(used.Values);
                foreach (PendingSetting setting in foreign)
                    next[setting.Name] = setting.Written;
                TlsTerms now = await TlsTerms.ReadAsync(live, used, used.Values, cancellationToken).ConfigureAwait(false);
                return (ofTls.TrustBefore is { } loadedTrust ? now with { Trust = loadedTrust } : now,
                    await TlsTerms.ReadAsync(live, used, next, cancellationToken).ConfigureAwait(false));
            }

            SessionSimulation Simulate(HbaDocument? document) => new(
                new LoginTerms(rulesWait ? null : document?.Records) { Map = mapWaits ? null : map, Tls = tls?.Before },
                new LoginTerms(document?.Records) { Map = map, Tls = tls?.After }, server.StoredPasswords, matcher);

            static bool IsLost(SessionSimulation simulation, LiveSession session) => simulation.Judge(session) is { IsCertain: true };

            // The server adds @ and the database to the name that a client gives (postmaster.c, ProcessStartupPacket).
            bool IsLostInDatabase(LiveSession session) => namespaces is not null && (
                ServerSetting.ParseBoolean(namespaces.Written) == true
                    ? !server.LoginRoles.Contains($"{session.UserName}@{session.Database}")
                    : session.UserName.Contains('@', StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Describe(IEnumerable<LiveSession> lost) => lost
        .GroupBy(session => session with { ProcessId = 0, Database = null, ApplicationName = "", Certificate = null, Protocol = null, Cipher = null })
        .Select(Describe);

    /// <summary>Another file of rules, or of the map, that only a restart takes into use.</summary>
    private static async Task<IEnumerable<string>> FindOtherFilesAsync(IServerSession session, CancellationToken cancellationToken)
    {
        const string Sql =
            """
            SELECT s.name, s.setting, f.setting AS written, f.sourcefile AS file, f.sourceline AS line
            FROM pg_settings s
                 JOIN (SELECT DISTINCT ON (lower(name)) * FROM pg_file_settings ORDER BY lower(name), seqno DESC) f ON lower(f.name) = s.name
            WHERE s.name IN ('hba_file', 'ident_file') AND s.source <> 'command line' AND f.setting <> s.setting
            ORDER BY s.name
            """;
        try
        {
            IReadOnlyList<SqlRow> rows = await session.QueryAsync(Sql, null, cancellationToken).ConfigureAwait(false);
            return rows.Select(row =>
                $"{row["file"]}:{row["line"]} sets {row["name"]} to '{row["written"]}', and the server uses '{row["setting"]}': its next start takes "
                    + "the other file, with its own rules.");
        }
        // That settings are hidden is said already.
        catch (PgSslException failure) when (failure.Error == PgSslError.InsufficientPrivilege)
        {
            return [];
        }
    }

    private static string Describe(IGrouping<LiveSession, LiveSession> alike)
    {
        (LiveSession session, int count) = (alike.Key, alike.Count());
        string kind = session.IsReplication ? "replication connection" : "session";
        string what = session.IsOwn ? "this session" : $"{count} {kind}{(count == 1 ? "" : "s")}";
        return $"{what} of role {session.UserName}{(session.Address is { } from ? $" from {from.ToIPAddress()}" : "")} {session.Transport.ToWords()}";
    }
}
