using PgSsl.Connections;
using PgSsl.Impostors;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Impostors;

/// <summary>The real psql in each mode at each impostor. What is expected is computed from the rules that Test-PgSslMode has.</summary>
public class PsqlImpostorTests
{
    [Theory]
    [InlineData("disable", true, "disable")]
    [InlineData("allow", true, "allow")]
    [InlineData("prefer", true, "prefer")]
    [InlineData("require", true, "verify-ca")]
    [InlineData("verify-ca", true, "verify-ca")]
    [InlineData("verify-full", true, "verify-full")]
    [InlineData("allow", false, "allow")]
    [InlineData("prefer", false, "prefer")]
    [InlineData("require", false, "require")]
    public async Task Psql_goes_as_far_as_its_mode_says(string word, bool withRoot, string behavesLike)
    {
        string psql = await FindAsync();
        SslMode mode = SslModeText.TryParse(word, out SslMode parsed) ? parsed : default;
        await using ImpostorRun run = ImpostorStage.Open(mode);
        using var authority = new ImpostorAuthority("localhost", DateTimeOffset.UtcNow);
        var behaviour = new ClientBehaviour(authority, "localhost", DateTimeOffset.UtcNow);
        string connection = run.Address.Connection + (withRoot ? "" : " sslrootcert=/nonexistent");

        var wrong = new List<string>();
        foreach (ImpostorKind kind in ImpostorStage.Kinds)
        {
            ClientAttempt attempt = await ImpostorStage.PlayAsync(
                run, kind, () => ImpostorStage.RunAsync(psql, ["-w", "-c", "select 1", connection]));
            ClientReach reached = attempt.FirstStart switch
            {
                null => ClientReach.Nowhere,
                { StartedInPlaintext: true } => ClientReach.Plaintext,
                _ => ClientReach.Tls,
            };
            // Later minor versions of libpq 15 and 16 end at an error, as 17 does; older ones go on in plaintext.
            bool isKnown = kind == ImpostorKind.ErrorAnswer && mode == SslMode.Prefer;
            if (!isKnown && reached != behaviour.Play(mode, kind, withRoot))
                wrong.Add($"{kind}: {reached}");
        }

        Assert.Empty(wrong);
        Assert.All(run.Judge(), result => Assert.Equal(behavesLike, result.BehavesLike));
    }

    [Theory]
    [InlineData("verify-full", "+!!/!!!!!!!")]
    [InlineData("verify-ca", "+!!+!!!!!!!")]
    public async Task Psql_refuses_by_alerts_and_a_wrong_name_after_the_handshake(string word, string expected)
    {
        string psql = await FindAsync();
        SslMode mode = SslModeText.TryParse(word, out SslMode parsed) ? parsed : default;

        IReadOnlyList<ClientVerification> results = await ImpostorStage.PlayAsync(
            address => ImpostorStage.RunAsync(psql, ["-w", "-c", "select 1", address.Connection]), mode);

        Assert.Equal(expected, ImpostorStage.Picture(results));
        Assert.Equal("unknown_ca", results[(int)ImpostorKind.OtherCa].Alert);
        Assert.Equal("certificate_expired", results[(int)ImpostorKind.Expired].Alert);
        Assert.Equal("localhost", results[0].ServerName);
        Assert.All(results, result => Assert.True(result.IsConclusive));
    }

    [Fact]
    public async Task Channel_binding_that_is_required_protects_even_where_nothing_is_verified()
    {
        string psql = await FindAsync();

        IReadOnlyList<ClientVerification> results = await ImpostorStage.PlayAsync(
            address => ImpostorStage.RunAsync(
                psql, ["-w", "-c", "select 1", address.Connection + " sslrootcert=/nonexistent channel_binding=require"]),
            SslMode.Require,
            ImpostorKind.Genuine, ImpostorKind.SelfSigned);

        Assert.Equal("+b", ImpostorStage.Picture(results));
        Assert.Equal(["used", "required"], results.Select(result => result.ChannelBinding));
    }

    [Fact]
    public async Task A_client_that_refuses_the_genuine_server_proves_nothing()
    {
        string psql = await FindAsync();

        IReadOnlyList<ClientVerification> results = await ImpostorStage.PlayAsync(
            address => ImpostorStage.RunAsync(psql, ["-w", "-c", "select 1", address.Connection + " sslrootcert=/nonexistent"]), SslMode.VerifyFull);

        Assert.All(results, result => Assert.False(result.IsConclusive || result.Accepted || result.IsRight));
        Assert.All(results, result => Assert.Null(result.BehavesLike));
    }

    private static async Task<string> FindAsync()
    {
        PostgresInstallation? found = (await PostgresInstallation.FindInstalledAsync()).LastOrDefault(one => File.Exists(one.Program("psql")));
        Assert.SkipWhen(found is null, "No psql is installed (Debian: apt-get install postgresql-client).");
        return found.Program("psql");
    }
}
