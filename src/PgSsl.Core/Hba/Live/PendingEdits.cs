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

    /// <summary>Nothing waits, or there is no server.</summary>
    public static PendingEdits None { get; } = new();

    /// <summary>What may wait for a reload, where only times tell.</summary>
    public static PendingEdits Perhaps(IReadOnlyList<string> edits) => new() { Edits = edits };

    /// <summary>What waits for a reload, and what cannot be told, as sentences.</summary>
    public IReadOnlyList<string> Edits { get; private init; } = [];

    /// <summary>Those that are certain or likely.</summary>
    public IReadOnlyList<string> Likely { get; private init; } = [];

    /// <summary>The files that the server will read instead of those that it reads now, once it restarts, as sentences.</summary>
    public IReadOnlyList<string> AfterRestart { get; private init; } = [];

    /// <summary>The warnings before the reload.</summary>
    public IEnumerable<string> Warnings => Likely.Select(Line).Concat(AfterRestart);

    /// <summary>Sessions that could not come back after the reload, in words.</summary>
    public IReadOnlyList<string> Costs { get; private init; } = [];

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

    /// <summary>The lines of -WhatIf.</summary>
    public IEnumerable<string> Lines => Edits.Select(Line).Concat(AfterRestart);

    /// <summary>Looks for them.</summary>
    /// <param name="live">The server.</param>
    /// <param name="own">Parameters that the caller sets itself.</param>
    /// <param name="rules">The rules on the disk, and those that will be there for the reload; null to read them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<PendingEdits> FindAsync(
        LiveServer live, IEnumerable<string> own, (HbaDocument Before, HbaDocument After)? rules, CancellationToken cancellationToken)
    {
        bool isOfRules = rules is not null;
        SqlRow facts = (await live.Session.QueryAsync(Facts, null, cancellationToken).ConfigureAwait(false)).Only();
        DateTimeOffset loaded = facts.GetTime("loaded") ?? throw SqlRow.Missing("loaded");
        var edits = new List<string>();
        var warnings = new List<string>();
        var costs = new List<string>();

        IReadOnlyList<PendingSetting>? settings = await PendingSettings.FindAsync(live.Session, cancellationToken).ConfigureAwait(false);
        HashSet<string> owned = own.ToHashSet(StringComparer.OrdinalIgnoreCase);
        PendingSetting[] foreign = [.. (settings ?? []).Where(setting => !owned.Contains(setting.Name))];
        warnings.AddRange(foreign.Select(setting => setting.ToString()));
        if (settings is null)
            edits.Add($"It is not known whether settings wait for a reload: role {live.Session.UserName} may not see pg_file_settings.");
        bool tlsWaits = foreign.Any(setting => TlsTerms.Parameters.Any(parameter => parameter.IsCalled(setting.Name)));

        // On Windows each new connection reads pg_hba.conf and pg_ident.conf by itself, so nothing waits there (postmaster.c, EXEC_BACKEND).
        SavedFile[] ofRules = [], ofMap = [];
        bool eachProcessReads = ServerPlatform.IsWindows(facts.Required("version"))
            || (live is { FilesAreHere: true, DataDirectory: { } data } && ServerPlatform.EachProcessReads(data));
        if (!eachProcessReads)
            (ofRules, ofMap) = (await FindRuleFilesAsync().ConfigureAwait(false), await FindMapFilesAsync().ConfigureAwait(false));
        foreach (SavedFile file in ofRules.Concat(ofMap).Where(file => file.State != SavedFileState.Loaded))
            (file.State is SavedFileState.SameMoment or SavedFileState.Unknown ? edits : warnings).Add(file.Detail);
        bool rulesWait = ofRules.Any(file => file.State != SavedFileState.Loaded), mapWaits = ofMap.Any(file => file.State != SavedFileState.Loaded);
        if (rulesWait || mapWaits || tlsWaits)
            costs.AddRange(await FindCostsAsync(rulesWait, mapWaits, isLikely: warnings.Count > 0).ConfigureAwait(false));
        string[] later = isOfRules ? [.. await FindOtherFilesAsync(live.Session, cancellationToken).ConfigureAwait(false)] : [];
        return new PendingEdits { Edits = [.. warnings, .. edits], Likely = warnings, Costs = costs, AfterRestart = later };

        async Task<SavedFile[]> FindRuleFilesAsync()
        {
            rules ??= await ReadRulesAsync().ConfigureAwait(false);
            if (rules is not var (before, _))
            {
                edits.Add($"It is not known whether rules wait for a reload: role {live.Session.UserName} may not read pg_hba.conf.");
                return [];
            }
            // Whoever named the file, its times are those of this machine; without a name it is the server's.
            bool areHere = live.FilesAreHere || before.Files[0].Path != facts["hba"];
            return [.. await SavedFile.FindAsync(
                live, before.Files.Select(file => file.Path), areHere, loaded, cancellationToken).ConfigureAwait(false)];
        }

        async Task<(HbaDocument, HbaDocument)?> ReadRulesAsync() => facts["hba"] is { } path
            && await ServerHbaFiles.TryReadAsync(live, path, cancellationToken).ConfigureAwait(false) is { } read ? (read, read) : null;

        // Its lines are no rules, but the files that it includes are found in the same way (hba.c, tokenize_auth_file).
        async Task<SavedFile[]> FindMapFilesAsync() => facts["ident"] is not { } path ? [] :
        [
            .. await SavedFile.FindAsync(
                live,
                (await ServerHbaFiles.TryReadAsync(live, path, cancellationToken).ConfigureAwait(false))?.Files.Select(file => file.Path) ?? [path],
                live.FilesAreHere, loaded, cancellationToken).ConfigureAwait(false),
        ];

        async Task<IEnumerable<string>> FindCostsAsync(bool rulesWait, bool mapWaits, bool isLikely)
        {
            HbaServerFacts server = live is HbaLive { Facts: { } known } ? known
                : await new HbaServerReader(live.Session, cancellationToken).ReadAsync().ConfigureAwait(false);
            var matcher = new HbaMatcher(new HbaLive(live, server).MatchContext);
            IdentMap? map = await IdentMap.ReadAsync(live, cancellationToken).ConfigureAwait(false);
            (TlsTerms Before, TlsTerms After)? tls = tlsWaits ? await ReadTlsAsync().ConfigureAwait(false) : null;
            rules ??= await ReadRulesAsync().ConfigureAwait(false);
            // A file that the server does not load costs nobody anything.
            (HbaDocument? saved, HbaDocument? planned) = rules is var (before, after) && after.IsLoadable ? (before, after) : (null, null);
            SessionSimulation bySaved = Simulate(saved), byPlanned = Simulate(planned);
            // What the caller's own change costs is not counted here.
            IEnumerable<string> lost = server.Sessions.Where(session => IsLost(bySaved, session) && IsLost(byPlanned, session))
                .GroupBy(session => session with { ProcessId = 0, Database = null, ApplicationName = "", Certificate = null, Protocol = null })
                .Select(Describe);
            return isLikely && server.HiddenSessions > 0
                ? lost.Append(SessionList.DescribeHiddenLoss(server.HiddenSessions, live.Session.UserName)) : lost;

            async Task<(TlsTerms, TlsTerms)?> ReadTlsAsync()
            {
                ServerTlsFacts used = await ServerTlsReader.ReadAsync(live.Session, cancellationToken).ConfigureAwait(false);
                return await TlsTerms.ReadAsync(
                    live, used, used.Values, foreign.ToDictionary(setting => setting.Name, setting => setting.Written), cancellationToken)
                    .ConfigureAwait(false);
            }

            SessionSimulation Simulate(HbaDocument? document) => new(
                new LoginTerms(rulesWait ? null : document?.Records) { Map = mapWaits ? null : map, Tls = tls?.Before },
                new LoginTerms(document?.Records) { Map = map, Tls = tls?.After }, server.StoredPasswords, matcher);

            static bool IsLost(SessionSimulation simulation, LiveSession session) => simulation.Judge(session) is { IsCertain: true };
        }
    }

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
