namespace PgSsl.Sandbox.Company;

/// <summary>What the servers of <see cref="CompanyEstate"/> begin with.</summary>
internal static class CompanySettings
{
    /// <summary>For every server, as one that has grown has them: one password is stored as nobody should store it any more.</summary>
    public const string Roles =
        $"""
        CREATE ROLE app LOGIN PASSWORD '{CompanyEstate.Password}'; CREATE ROLE replicator LOGIN REPLICATION PASSWORD '{CompanyEstate.Password}';
        SET password_encryption = md5; CREATE ROLE reports LOGIN PASSWORD '{CompanyEstate.Password}'
        """;

    private static readonly string[] Dba = ["host all postgres 127.0.0.1/32 trust", "host all postgres ::1/128 trust"];

    /// <summary>The DBA is let in on the machine itself; everybody else has a password.</summary>
    public static ClusterOptions Passwords { get; } = new()
    {
        Hba = [.. Dba, "host orders app 0.0.0.0/0 md5  # the shop", "host all all 0.0.0.0/0 md5", "host all all ::/0 md5"],
    };

    /// <summary>As a primary needs it. The standby begins where initdb ended, so all that was written since is kept.</summary>
    public static ClusterOptions Primary { get; } = Replicating([.. Dba, "host replication replicator 0.0.0.0/0 scram-sha-256"]);

    /// <summary>As a standby needs it.</summary>
    public static ClusterOptions Standby { get; } = Replicating([.. Dba]);

    /// <summary>A PowerShell session with the module, in the estate's folder, with its services and a home of its own.</summary>
    public static string SessionScript(string? pgBouncerIni) =>
        $$"""
        Set-Location $PSScriptRoot
        # Where jobs and runspaces find it as well.
        $env:PSModulePath = (Join-Path $PSScriptRoot modules) + [IO.Path]::PathSeparator + $env:PSModulePath
        if (-not (Get-Module PgSsl)) { Import-Module PgSsl -ErrorAction Stop }
        $env:PGSERVICEFILE = Join-Path $PSScriptRoot pg_service.conf
        $env:PGUSER = $env:PGDATABASE = 'postgres'
        $env:HOME = $env:APPDATA = Join-Path $PSScriptRoot home
        $PgBouncerIni = {{Quote(pgBouncerIni ?? "")}}
        # A script to run in this session; its exit status is the session's.
        if ($args) {
            . $args[0]
            if (-not $?) { exit $LASTEXITCODE }
        }

        """;

    private static ClusterOptions Replicating(string[] hba) => new()
    {
        Settings = new Dictionary<string, string>
        {
            ["wal_level"] = "replica",
            ["max_wal_senders"] = "10",
            // A standby refuses to have less than initdb ran with (CheckRequiredParameterValues, xlogrecovery.c).
            ["max_worker_processes"] = "8",
            ["wal_keep_size"] = "64MB",
            ["wal_retrieve_retry_interval"] = "200ms",
        },
        Hba = hba,
    };

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
