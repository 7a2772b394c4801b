using PgSsl.Hba;
using PgSsl.Sandbox;
using PgSsl.Tests.Attacks;

namespace PgSsl.Tests.Hba;

/// <summary>
/// Masking changes what is shown, and not what is read: lines with hidden secrets, and lists of passwords as lists of names, beside
/// pg_hba_file_rules of every version that there is here.
/// </summary>
[Collection(HbaViewServer.Collection)]
public class HbaSecretsAgreementTests
{
    [Fact]
    public async Task The_server_reads_in_them_what_we_read()
    {
        IReadOnlyList<int> versions = await HbaViewServer.VersionsAsync();
        if (versions.Count == 0)
            Assert.Skip("No server of PostgreSQL 15 or newer.");
        foreach (int major in versions)
        {
            await using HbaViewServer server = (await HbaViewServer.OpenAsync(major, hasTls: false)).OrSkip(Assert.Skip);
            foreach (HbaFileSet files in Files())
            {
                server.Put(files);
                HbaDocument document = server.Read();
                if (HbaView.IsForeseeable(document))
                    Assert.Equal(await server.RowsAsync(), HbaView.RowsOf(document));
            }
        }
    }

    [Fact]
    public async Task The_server_takes_hashes_and_passwords_for_names_and_a_number_sign_for_a_comment()
    {
        foreach (int major in await HbaViewServer.VersionsAsync())
        {
            await using HbaViewServer server = (await HbaViewServer.OpenAsync(major, hasTls: false)).OrSkip(Assert.Skip);
            server.Put(new HbaFileSet(
                "host all @side/users all radius radiusservers=127.0.0.1 radiussecrets=pa#ss",
                new Dictionary<string, string?> { ["side/users"] = "\"app\" \"md5abc\"\n\"web\" \"all\"\n" }));
            string row = Assert.Single(await server.RowsAsync());
            Assert.Contains(string.Join(HbaView.Separator, "app", "md5abc", "web", "all"), row);
            Assert.Contains("radiussecrets=pa", row);
            Assert.DoesNotContain("radiussecrets=pas", row.Replace("#", "", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<HbaFileSet> Files()
    {
        foreach (TheoryDataRow<string> row in HbaSecretsTests.LoadedRules.Concat(HbaSecretsTests.RefusedLines))
            yield return new HbaFileSet(row.Data);
        foreach (TheoryDataRow<string> row in HbaSecretsTests.PasswordFiles)
            yield return new HbaFileSet("host @side/users @side/users all md5", new Dictionary<string, string?> { ["side/users"] = row.Data });
    }
}
