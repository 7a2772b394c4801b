using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Hosting;
using PgSsl.Probing;
using PgSsl.Served;

namespace PgSsl.Cmdlets;

/// <summary>Waits until a server serves a new certificate, and returns it.</summary>
[Cmdlet(VerbsLifecycle.Wait, "PgServerCertificate")]
[OutputType(typeof(ServerCertificate))]
public sealed class WaitPgServerCertificateCommand : ServerCmdlet
{
    private const int DefaultWaitSec = 300;
    private const int FirstProgressSec = 1;

    // A balancer takes turns: one that throws dice shows the old certificate again in 127 of 128 cases.
    private const int FurtherLooks = 7;

    private readonly ServerCertificateReader _reader = new();
    private CertificateExpectation _expectation = new();

    /// <summary>The issuer that the new certificate must have: a pattern for its full name or its common name.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Issuer { get; set; }

    /// <summary>The SHA-256 fingerprint of the certificate that is to be replaced: any other certificate ends the wait.</summary>
    [Parameter]
    [Alias("OldFingerprint")]
    [ValidateNotNullOrEmpty]
    public string[] NotFingerprint { get; set; } = [];

    /// <summary>Waits for a certificate that is not its own issuer.</summary>
    [Parameter]
    public SwitchParameter NotSelfSigned { get; set; }

    /// <summary>The pause between two looks, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int IntervalSec { get; set; } = 2;

    /// <inheritdoc/>
    private protected override TimeSpan ConnectionTimeout(ConnectionSettings settings) => settings.TimeoutOrDefault;

    // Its own tells what each server serves meanwhile.
    private protected override bool ShowsProgress => false;

    private TimeSpan WaitTime => TimeSpan.FromSeconds(TimeoutSec > 0 ? TimeoutSec : DefaultWaitSec);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        TryOrThrow(null, () => _expectation = new CertificateExpectation
        {
            Issuer = Issuer is null ? null : WildcardPattern.Get(Issuer, WildcardOptions.IgnoreCase).IsMatch,
            IssuerPattern = Issuer,
            NotFingerprints = [.. NotFingerprint.Select(CertificateExpectation.ParseFingerprint)],
            NotSelfSigned = NotSelfSigned,
        });
    }

    /// <inheritdoc/>
    private protected override async Task ProcessServerAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        string lastSeen = "";
        // What was served while the old certificate was, by another server behind the same name.
        var beside = new HashSet<string>();
        for (TimeSpan left = WaitTime; left > TimeSpan.Zero; left = WaitTime - Stopwatch.GetElapsedTime(start))
        {
            (ServerCertificate? found, string seen) = await ObserveAsync(server, left, lastSeen, cancellationToken).ConfigureAwait(false);
            if (found is { } candidate && _expectation.NotFingerprints.Count > 0)
                (found, seen) = await ConfirmAsync(server, candidate, beside, cancellationToken).ConfigureAwait(false);
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            await PostProgressAsync(() => Report(server, waited, found is null ? seen : "found"), cancellationToken).ConfigureAwait(false);
            if (found is not null)
            {
                await PostAsync(() => Finish(server, found), cancellationToken).ConfigureAwait(false);
                return;
            }
            lastSeen = seen;
            await Task.Delay(Min(TimeSpan.FromSeconds(IntervalSec), Max(WaitTime - waited, TimeSpan.Zero)), cancellationToken).ConfigureAwait(false);
        }

        var failure = new PgSslException(
            PgSslError.CertificateNotServed,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{server.Host} did not serve the expected certificate within {WaitTime.TotalSeconds} s: {lastSeen}."),
            "A server reads its certificate again on reload (select pg_reload_conf()). If it keeps the old one, its log says why.");
        await PostAsync(() => Finish(server, failure), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks again whether the old certificate is gone: a balancer shows that of another server, which is not a new one.</summary>
    private async Task<(ServerCertificate? Found, string Seen)> ConfirmAsync(
        ServerTarget server, ServerCertificate found, HashSet<string> beside, CancellationToken cancellationToken)
    {
        for (int look = 0; look < FurtherLooks && !beside.Contains(found.Fingerprint!); look++)
        {
            (_, string seen) = await ObserveAsync(server, server.Timeout, "", cancellationToken).ConfigureAwait(false);
            if (seen.StartsWith(CertificateExpectation.StillServes, StringComparison.Ordinal))
                beside.Add(found.Fingerprint!);
        }
        return !beside.Contains(found.Fingerprint!) ? (found, "")
            : (null, $"it serves the certificate {found.Fingerprint} as well, which is not new: several servers have this name, so name one of them");
    }

    /// <summary>Looks once. Returns the certificate if it is the expected one, and what was seen. A server that is down may still come.</summary>
    private async Task<(ServerCertificate? Found, string Seen)> ObserveAsync(
        ServerTarget server, TimeSpan left, string seenBefore, CancellationToken cancellationToken)
    {
        TimeSpan timeout = Min(server.Timeout, left);
        try
        {
            ServerCertificate served = await _reader.ReadAsync(
                server.Endpoint,
                server.Candidates,
                ProbeRequest.ForTls(server.Settings, server.Host, timeout),
                cancellationToken).ConfigureAwait(false);
            return _expectation.Objection(served) is { } objection ? (null, objection) : (served, "");
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.ConnectionTimedOut && timeout < server.Timeout && seenBefore.Length > 0)
        {
            // The wait is over before the attempt was. What was seen before says more.
            return (null, seenBefore);
        }
        catch (PgSslException failure)
        {
            return (null, $"the last attempt failed ({failure.Error}): {failure.Message.TrimEnd('.')}");
        }
    }

    private void Report(ServerTarget server, TimeSpan waited, string seen)
    {
        WriteVerbose($"{server.Host}: {seen}.");
        if (Host.UI?.SupportsVirtualTerminal != true || waited.TotalSeconds < FirstProgressSec)
            return;
        ProgressRecord progress = Progress(server, seen);
        progress.PercentComplete = (int)Math.Min(100, 100 * waited / WaitTime);
        progress.SecondsRemaining = (int)Max(WaitTime - waited, TimeSpan.Zero).TotalSeconds;
        WriteProgress(progress);
    }

    private void Finish(ServerTarget server, object outcome)
    {
        ProgressRecord progress = Progress(server, "done");
        progress.RecordType = ProgressRecordType.Completed;
        WriteProgress(progress);
        if (outcome is PgSslException failure)
            WriteFailure(failure, server.Endpoint.Text);
        else
            WriteObject(outcome);
    }

    private static ProgressRecord Progress(ServerTarget server, string status) =>
        new(
        server.Host.GetHashCode() & int.MaxValue,
        PrintableText.Of($"Waiting for the certificate of {server.Host}"),
        PrintableText.Of(status));

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
