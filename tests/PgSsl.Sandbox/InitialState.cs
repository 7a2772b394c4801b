using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// What a cluster is like when it has just been started: its files and its catalogs. A rented cluster is brought back to it, or not used again.
/// </summary>
internal sealed class InitialState
{
    // Everything that SQL can leave behind: objects, roles, rights, settings of roles and databases, what waits for a restart.
    private const string FingerprintSql =
        """
        SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
            SELECT format('role %s %s', oid, to_jsonb(r)) AS line FROM pg_authid r
            UNION ALL SELECT format('member %s', to_jsonb(m)) FROM pg_auth_members m
            UNION ALL SELECT format('setting %s', to_jsonb(s)) FROM pg_db_role_setting s
            UNION ALL SELECT format('database %s %s %s', oid, datname, datacl) FROM pg_database
            UNION ALL SELECT format('relation %s %s', oid, relacl) FROM pg_class
            UNION ALL SELECT format('function %s %s', oid, proacl) FROM pg_proc
            UNION ALL SELECT format('schema %s %s', oid, nspacl) FROM pg_namespace
            UNION ALL SELECT format('parameter %s %s', oid, paracl) FROM pg_parameter_acl
            UNION ALL SELECT format('slot %s', slot_name) FROM pg_replication_slots
            UNION ALL SELECT format('pending %s', name) FROM pg_settings WHERE pending_restart
        ) AS lines
        """;

    private const string CleaningSql =
        """
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender');
        SELECT format('DROP DATABASE %I', datname) FROM pg_database WHERE oid >= 16384
        UNION ALL SELECT format('DROP OWNED BY %I; DROP ROLE %I', rolname, rolname) FROM pg_authid WHERE oid >= 16384 AND rolname <> session_user
        """;

    // The server's own, which come and go; what a test writes into a directory of the server's is not looked for.
    private static readonly string[] Kept = ["postgresql.auto.conf", "pg_ident.conf"];

    private readonly PostgresCluster _cluster;
    private readonly HashSet<string> _entries;
    private readonly Dictionary<string, byte[]> _contents;
    private readonly string _fingerprint;

    private InitialState(PostgresCluster cluster, string fingerprint)
    {
        _cluster = cluster;
        _fingerprint = fingerprint;
        _entries = [.. Directory.GetFileSystemEntries(cluster.DataDirectory).Select(path => Path.GetFileName(path))];
        _contents = Kept.ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(cluster.DataDirectory, name)));
    }

    public static async Task<InitialState> OfAsync(PostgresCluster cluster)
    {
        await using SqlConversation conversation = await cluster.ConnectAsync(Encoding.UTF8);
        return new InitialState(cluster, await FingerprintAsync(conversation));
    }

    /// <summary>Removes what a test has left in files, all but the settings and pg_hba.conf, which the cluster writes.</summary>
    public void RestoreFiles()
    {
        foreach (string path in Directory.GetFileSystemEntries(_cluster.DataDirectory))
        {
            if (_entries.Contains(Path.GetFileName(path)) || Path.GetFileName(path) == "current_logfiles")
                continue;
            if (Directory.Exists(path) && !new FileInfo(path).Attributes.HasFlag(FileAttributes.ReparsePoint))
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
        }
        foreach ((string name, byte[] content) in _contents)
        {
            string path = Path.Combine(_cluster.DataDirectory, name);
            if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
                SandboxDirectory.WritePrivate(path, Encoding.Latin1.GetString(content));
        }
    }

    /// <summary>Removes what a test has left in the catalogs; false where something stays.</summary>
    public async Task<bool> RestoreCatalogsAsync()
    {
        await using SqlConversation conversation = await _cluster.ConnectAsync(Encoding.UTF8);
        foreach (IReadOnlyList<string?> row in await conversation.QueryAsync(CleaningSql))
        {
            // The first statement's rows say t or f.
            foreach (string statement in row[0]!.Length > 1 ? row[0]!.Split("; ") : [])
                await conversation.QueryAsync(statement);
        }
        return await FingerprintAsync(conversation) == _fingerprint;
    }

    private static async Task<string> FingerprintAsync(SqlConversation conversation) => (await conversation.QueryAsync(FingerprintSql))[0][0]!;
}
