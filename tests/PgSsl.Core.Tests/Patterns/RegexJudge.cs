using System.Text;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Patterns;

/// <summary>What a real server says to patterns, with <c>~</c> and the C collation, as pg_hba.conf is matched.</summary>
internal static class RegexJudge
{
    public const string TooComplex = "regular expression is too complex";

    /// <summary>A database where characters are bytes, as they are for pg_hba.conf, beside the UTF8 one called postgres.</summary>
    public const string BytesDatabase = "bytes";

    // The first match compiles the pattern. One digit a subject, or what is wrong with the pattern.
    private const string CreateFunction =
        """
        CREATE OR REPLACE FUNCTION pg_temp.judge(pattern text, subjects text[]) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE result text := ''; subject text;
        BEGIN
            PERFORM '' ~ (pattern COLLATE "C");
            FOREACH subject IN ARRAY subjects LOOP
                result := result || CASE WHEN subject ~ (pattern COLLATE "C") THEN '1' ELSE '0' END;
            END LOOP;
            RETURN result;
        EXCEPTION WHEN OTHERS THEN RETURN SQLERRM;
        END $$;
        """;

    public static async Task<PostgresCluster> GetClusterAsync(int major) =>
        (await ClusterPool.GetAsync(major, "regex", PrepareAsync)).OrSkip(Assert.Skip);

    /// <returns>For each pattern what is wrong with it, or a digit for each subject: 1 where it matches.</returns>
    public static async Task<IReadOnlyList<string>> JudgeAsync(
        PostgresCluster cluster, string database, IReadOnlyList<(string Pattern, string[] Subjects)> cases)
    {
        try
        {
            return await JudgeAllAsync(cluster, database, cases);
        }
        catch (SandboxException error) when (error.Message.Contains("statement timeout", StringComparison.Ordinal))
        {
            // One of them keeps the server busy.
            if (cases.Count == 1)
                return [TooComplex];
            int half = cases.Count / 2;
            IReadOnlyList<string> first = await JudgeAsync(cluster, database, [.. cases.Take(half)]);
            return [.. first, .. await JudgeAsync(cluster, database, [.. cases.Skip(half)])];
        }
    }

    private static async Task PrepareAsync(PostgresCluster cluster)
    {
        await cluster.QueryAsync($"CREATE DATABASE {BytesDatabase} ENCODING SQL_ASCII TEMPLATE template0");
        await cluster.QueryAsync("ALTER ROLE postgres SET statement_timeout = '15s'");
    }

    private static async Task<IReadOnlyList<string>> JudgeAllAsync(
        PostgresCluster cluster, string database, IReadOnlyList<(string Pattern, string[] Subjects)> cases)
    {
        var sql = new StringBuilder(CreateFunction).Append("SELECT pg_temp.judge(pattern, subjects) FROM (VALUES ");
        string separator = "";
        int index = 0;
        foreach ((string pattern, string[] subjects) in cases)
        {
            sql.Append(separator).Append('(').Append(index++).Append(',').Append(Quote(pattern)).Append(",ARRAY[");
            sql.AppendJoin(',', subjects.Select(Quote)).Append("]::text[])");
            separator = ",";
        }
        sql.Append(") AS cases (number, pattern, subjects) ORDER BY number");
        return [.. (await cluster.QueryAsync(sql.ToString(), database)).Select(row => Shorten(row[0]!))];
    }

    private static string Shorten(string verdict) => verdict.Contains(TooComplex, StringComparison.Ordinal)
        ? TooComplex
        : verdict.Replace("invalid regular expression: ", "", StringComparison.Ordinal);

    private static string Quote(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
