using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.SslModes;
using PgSsl.SslModes.Clients;
using Mode = PgSsl.Connections.SslMode;

namespace PgSsl.Cmdlets;

/// <summary>Tells what each sslmode of each client would do at a server: whether it connects, encrypts and verifies, and why.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PgSslMode")]
[OutputType(typeof(SslModeResult), typeof(bool))]
public sealed class TestPgSslModeCommand : ServerCmdlet
{
    private SslModeTester? _tester;
    private bool _allOverTls = true;

    /// <summary>The modes to test; all six by default.</summary>
    [Parameter(Position = 1)]
    [SslModeTransformation]
    [ArgumentCompleter(typeof(SslModeCompleter))]
    public string[] SslMode { get; set; } = LibpqWords.SslModes;

    /// <summary>
    /// The client libraries whose rules apply. By default that for which the endpoint was written: Npgsql for its connection strings, pgjdbc for a
    /// JDBC URL …, and libpq (psql and most drivers) for all others.
    /// </summary>
    [Parameter]
    [ClientTransformation]
    [ArgumentCompleter(typeof(ClientCompleter))]
    public string[]? Client { get; set; }

    /// <summary>The role to ask for, instead of the endpoint's.</summary>
    [Parameter]
    [Alias("User")]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>The database to ask for, instead of the endpoint's.</summary>
    [Parameter]
    [Alias("DatabaseName")]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Makes no connection in plaintext, and tests only the modes that require TLS: require, verify-ca, verify-full.</summary>
    [Parameter]
    public SwitchParameter TlsOnly { get; set; }

    /// <summary>Returns one bool instead of objects: true if every mode that is tested connects over TLS at every server.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    private protected override PgEndpoint Override(PgEndpoint endpoint)
    {
        endpoint = base.Override(endpoint);
        if (UserName is not null)
            endpoint = endpoint.With("user", UserName);
        return Database is null ? endpoint : endpoint.With("dbname", Database);
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        ISslClient[]? named = Client is null ? null : Array.ConvertAll(Client, SslClients.Get);
        _tester = new SslModeTester(
            Modes(), settings => named ?? [SslClients.Get(settings.Application?.Client ?? ConnectionSettings.Libpq)], ThrottleLimit, TlsOnly);
    }

    private List<Mode> Modes()
    {
        List<Mode> modes = [.. SslMode.Select(word => SslModeText.TryParse(word, out Mode mode) ? mode : default)];
        if (!TlsOnly)
            return modes;
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(SslMode)))
            return modes.FindAll(mode => mode >= Mode.Require);
        foreach (Mode weak in modes.Where(mode => mode < Mode.Require))
            ThrowFailure(
                new PgSslException(
                    PgSslError.ContradictoryParameters,
                    $"-TlsOnly makes no plaintext connection, but what sslmode={weak.ToLibpq()} does depends on one.",
                    "Leave out -TlsOnly, or test only require, verify-ca and verify-full."),
                null);
        return modes;
    }

    /// <inheritdoc/>
    private protected override async Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        ServerFacts facts = await _tester!
            .GatherAsync(server.Endpoint, server.Settings, server.Host, server.Timeout, cancellationToken).ConfigureAwait(false);
        IEnumerable<SslModeResult> judged = server.Candidates.SelectMany(settings => _tester.Judge(facts, settings));
        // First what the application would get. libpq's modes stay in their order.
        bool isOwnFirst = server.Settings.Application is not null && !MyInvocation.BoundParameters.ContainsKey(nameof(SslMode));
        SslModeResult[] results = [.. isOwnFirst ? judged.OrderByDescending(result => result.IsAsked) : judged];
        await PostAsync(() => Write(results), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (Quiet)
            WriteObject(_allOverTls);
    }

    /// <inheritdoc/>
    private protected override void WriteUnusable(PgSslException failure, object target)
    {
        _allOverTls = false;
        base.WriteUnusable(failure, target);
    }

    private void Write(IReadOnlyList<SslModeResult> results)
    {
        _allOverTls &= results.All(result => result.Transport == "tls");
        if (!Quiet)
            WriteObject(results, enumerateCollection: true);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _tester?.Dispose();
    }
}
