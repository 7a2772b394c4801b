using PgSsl.Changes;
using PgSsl.Server.Configuration;
using PgSsl.Wire;

namespace PgSsl.Tests.Attacks;

/// <summary>
/// Somebody who may choose a name, or who answers as a server, wants it to be obeyed by the administrator's terminal, or to be read as another
/// name. tests/Pester/ForeignNames.Tests.ps1 does the same to the cmdlets and their views.
/// </summary>
public class ForeignNamesTests
{
    private const string Name = "ev\u001b[2J\u202Eil\u200B\u009b\nFAKE";
    private const string Shown = "ev<U+001B>[2J<U+202E>il<U+200B><U+009B><U+000A>FAKE";

    [Fact]
    public void A_name_in_an_error_and_in_its_remedy()
    {
        var failure = new PgSslException(PgSslError.SqlFailed, $"The role {Name} failed.", $"Drop {Name}.");
        Assert.Equal($"The role {Shown} failed.", failure.Message);
        Assert.Equal($"Drop {Shown}.", failure.Remedy);
    }

    [Fact]
    public void A_name_in_a_finding_and_in_a_proof()
    {
        var finding = new Finding("X", FindingSeverity.Warning, Name, Name);
        Assert.Equal((Shown, Shown, Shown), (finding.Message, finding.Remedy, finding.ToString()));
        var proof = new Proof("X", ProofState.Proven, Name);
        Assert.Equal((Shown, $"X: {Shown}"), (proof.Detail, proof.ToString()));
    }

    [Fact]
    public void A_role_a_database_and_an_application_in_a_session_that_would_be_ended()
    {
        var session = new SslSession
        {
            Endpoint = "db1", ProcessId = 7, UserName = Name, Database = Name, ApplicationName = Name, BackendType = "client backend",
            Transport = "plaintext", BackendStart = DateTime.UnixEpoch, IsLoopback = false, IsOwn = false, IsReplication = false,
            ClientAddress = null, ClientPort = null, ClientHostName = null, Protocol = null, CipherSuite = null, Bits = null, ClientDn = null,
            ClientSerial = null, IssuerDn = null, Principal = null, State = null, StateChange = null, ReplicationState = null,
        };
        Assert.StartsWith($"7 {Shown}@{Shown} ({Shown})", session.ToString());
        Assert.Equal(Name, session.UserName);
    }

    [Fact]
    public void A_value_of_a_setting() =>
        Assert.Equal($"ssl_cert_file: not set -> {Shown}", new ParameterChange("ssl_cert_file", null, Name).ToString());

    [Fact]
    public void A_server_s_message_however_long() =>
        Assert.Matches(@"^(ev<U\+001B>\[2J<U\+202E>il<U\+200B><U\+009B> FAKE)+.*…$", WireText.Shorten(string.Concat(Enumerable.Repeat(Name, 99))));
}
