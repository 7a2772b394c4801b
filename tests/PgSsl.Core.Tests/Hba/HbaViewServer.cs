using System.Globalization;
using System.Text;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Hba;

/// <summary>
/// What a real server makes of file sets. They are laid into its data directory, and never loaded: the view reads the files as they are.
/// </summary>
internal sealed class HbaViewServer : IAsyncDisposable
{
    /// <summary>Tests that share its data directory, one at a time.</summary>
    public const string Collection = "pg_hba.conf of servers";

    private readonly PostgresCluster _cluster;
    private readonly SqlConversation _conversation;

    private HbaViewServer(PostgresCluster cluster, SqlConversation conversation, HbaDialect dialect) =>
        (_cluster, _conversation, Dialect) = (cluster, conversation, dialect);

    /// <summary>How it reads pg_hba.conf.</summary>
    public HbaDialect Dialect { get; }

    /// <summary>The versions that there are here.</summary>
    public static async Task<IReadOnlyList<int>> VersionsAsync() =>
        [.. (await PostgresInstallation.FindAsync()).Select(installation => installation.Major).Where(major => major >= 15).Distinct()];

    /// <summary>The server of a version, with a pg_hba.conf of its own that tests may overwrite.</summary>
    public static async Task<Availability<HbaViewServer>> OpenAsync(int major, bool hasTls)
    {
        Availability<PostgresCluster> found = await ClusterPool.GetAsync(major, hasTls ? "hba-tls" : "hba", cluster => PrepareAsync(cluster, hasTls));
        if (!found.IsAvailable)
            return Availability.Missing<HbaViewServer>(found.Reason);
        SqlConversation conversation = await found.Value.ConnectAsync(Encoding.Latin1);
        return Availability.Of(new HbaViewServer(found.Value, conversation, await DialectOfAsync(conversation)));
    }

    /// <summary>Lays a file set into its data directory.</summary>
    public void Put(HbaFileSet files) => files.WriteTo(_cluster.DataDirectory);

    /// <summary>The rows of pg_hba_file_rules for the files that were put there last, in the form of <see cref="HbaView"/>.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync()
    {
        string numbers = Dialect.Major >= 16 ? "rule_number::text, regexp_replace(file_name, '^.*/', '')" : "NULL, NULL";
        IReadOnlyList<IReadOnlyList<string?>> rows = await _conversation.QueryAsync(
            $"""
            SELECT {numbers}, line_number, type,
                array_to_string(database, E'{HbaView.Separator}'), array_to_string(user_name, E'{HbaView.Separator}'),
                address, netmask, auth_method, array_to_string(options, E'{HbaView.Separator}'),
                CASE WHEN error IS NOT NULL THEN '{HbaView.HasError}' END
            FROM pg_hba_file_rules
            """);
        return [.. rows.Select(row => HbaView.Row(row.Select(HbaView.Decoded)))];
    }

    /// <summary>What we say to the same files.</summary>
    public HbaDocument Read() => HbaDocument.Read(_cluster.HbaPath, Dialect, DiskServerFiles.Instance);

    public ValueTask DisposeAsync() => _conversation.DisposeAsync();

    private static async Task PrepareAsync(PostgresCluster cluster, bool hasTls)
    {
        if (hasTls)
            await cluster.InstallCertificateAsync(TestAuthority.CreateRoot("Hba Root CA").Issue(LeafOptions.ForLoopback()));
        if (hasTls && cluster.Installation.Major >= 18)
            await cluster.ConfigureAsync(new Dictionary<string, string?> { ["oauth_validator_libraries"] = "one" });
    }

    private static async Task<HbaDialect> DialectOfAsync(SqlConversation conversation)
    {
        IReadOnlyList<string?> answer = (await conversation.QueryAsync(
            """
            SELECT current_setting('server_version_num'), current_setting('ssl'), (SELECT setting FROM pg_config WHERE name = 'CONFIGURE'),
                current_setting('oauth_validator_libraries', true)
            """))[0];
        string build = answer[2] ?? "";
        bool Has(string option) => build.Contains(option, StringComparison.Ordinal);
        return new HbaDialect
        {
            Major = int.Parse(answer[0]!, CultureInfo.InvariantCulture) / 10000,
            SslIsOn = answer[1] == "on",
            HasGss = Has("--with-gssapi"),
            HasLdap = Has("--with-ldap"),
            HasPam = Has("--with-pam"),
            HasSspi = OperatingSystem.IsWindows(),
            HasBsd = Has("--with-bsd-auth"),
            OAuthValidators = answer[3]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        };
    }
}
