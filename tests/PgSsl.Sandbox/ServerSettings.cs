using System.Text;

namespace PgSsl.Sandbox;

/// <summary>The text of postgresql.conf: a small server that starts fast and whose data may be lost.</summary>
internal static class ServerSettings
{
    private static readonly Dictionary<string, string> SmallAndFast = new()
    {
        ["fsync"] = "off",
        ["synchronous_commit"] = "off",
        ["full_page_writes"] = "off",
        ["shared_buffers"] = "4MB",
        ["max_connections"] = "200",
        ["wal_level"] = "minimal",
        ["max_wal_senders"] = "0",
        ["min_wal_size"] = "2MB",
        ["max_wal_size"] = "8MB",
        ["autovacuum"] = "off",
        ["max_worker_processes"] = "0",
        ["max_logical_replication_workers"] = "0",
        ["max_parallel_workers"] = "0",
        ["jit"] = "off",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        ["lc_messages"] = "C",
        ["dynamic_shared_memory_type"] = OperatingSystem.IsWindows() ? "windows" : "mmap",
    };

    /// <summary>All settings, the caller's last so that they win.</summary>
    public static string Format(int major, int port, string socketDirectory, IReadOnlyDictionary<string, string> settings)
    {
        var all = new Dictionary<string, string>(SmallAndFast)
        {
            ["listen_addresses"] = LoopbackPort.HasIPv6 ? "127.0.0.1,::1" : "127.0.0.1",
            ["port"] = $"{port}",
            ["unix_socket_directories"] = WindowsWays.Apply ? "" : socketDirectory,
        };
        if (major >= 18)
            all["io_method"] = "sync";
        foreach ((string name, string value) in settings)
            all[name] = value;

        var text = new StringBuilder();
        foreach ((string name, string value) in all)
            text.Append(name).Append(" = '").Append(value.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        return text.ToString();
    }
}
