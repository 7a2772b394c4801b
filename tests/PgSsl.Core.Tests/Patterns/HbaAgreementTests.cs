using System.Globalization;
using System.Text;
using Npgsql;
using PgSsl.Patterns;
using PgSsl.Sandbox;
using PgSsl.Tests.Hba;

namespace PgSsl.Tests.Patterns;

/// <summary>
/// AdvancedRegex beside pg_hba.conf itself: one line for each pattern, with a user of its own, and connections to databases that need not
/// exist, because the server reads pg_hba.conf first.
/// </summary>
public class HbaAgreementTests
{
    private const int MaxNameLength = 63;

    private static readonly (string Pattern, string[] Subjects)[] BeyondAscii =
    [
        .. new[] { "^.$", "^..$", "^.{4}$", "^[é]$", "^é$", "[é-à]", @"\u00c3", @"\u00e9", "[[:cntrl:]]", @"^\W+$", "(?i)É", @"(.)\1" }
            .Select(pattern => (pattern, new[] { "é", "É", "\U0001F600", "à", "éé", "a" })),
    ];

    [Theory]
    [InlineData(16)]
    [InlineData(18)]
    public async Task The_server_admits_to_the_same_databases(int major)
    {
        (string Pattern, string[] Subjects)[] cases = [.. BeyondAscii, .. Generated().Take(60)];
        await using PostgresCluster cluster =
            await ClusterPool.RentAsync((await PostgresInstallation.FindAsync(major)).OrSkip(Assert.Skip));
        // Refused as a whole if the server refuses one of them.
        await cluster.SetHbaAsync([.. cases.Select((it, index) => $"host {Quote("/" + it.Pattern)} {User(index)} 127.0.0.1/32 trust")]);

        int matches = 0;
        for (int index = 0; index < cases.Length; index++)
        {
            AdvancedRegex regex = AdvancedRegex.TryParse(cases[index].Pattern, out _)!;
            foreach (string subject in cases[index].Subjects)
            {
                bool isAdmitted = await IsAdmittedAsync(cluster, User(index), subject);
                matches += isAdmitted ? 1 : 0;
                Assert.True(isAdmitted == regex.IsMatch(subject), $"{cases[index].Pattern} on {subject}: the server says {isAdmitted}");
            }
        }
        Assert.True(matches > 20, $"{matches}");
    }

    /// <summary>Valid ones that a line can hold, with names that a database can have.</summary>
    private static IEnumerable<(string Pattern, string[] Subjects)> Generated()
    {
        var generator = new PatternGenerator(16);
        while (true)
        {
            (string pattern, string[] subjects) = generator.Next();
            string[] names = [.. subjects.Where(IsName).Take(4)];
            if (!pattern.Contains('\n', StringComparison.Ordinal) && AdvancedRegex.TryParse(pattern, out _) is not null)
                yield return (pattern, names);
        }
    }

    private static bool IsName(string text) => text.Length > 0 && text.Trim() == text && Encoding.UTF8.GetByteCount(text) <= MaxNameLength;

    private static string User(int index) => "u" + index.ToString(CultureInfo.InvariantCulture);

    private static string Quote(string token) => "\"" + token.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>Neither user nor database exist; which of the two errors comes tells whether a line matched.</summary>
    private static async Task<bool> IsAdmittedAsync(PostgresCluster cluster, string user, string database)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = cluster.Host,
            Port = cluster.Port,
            Username = user,
            Database = database,
            SslMode = Npgsql.SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        var error = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(TestContext.Current.CancellationToken));
        return !error.MessageText.Contains("pg_hba.conf", StringComparison.Ordinal);
    }
}
