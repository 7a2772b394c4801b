using PgSsl.Changes;
using PgSsl.Connections;
using PgSsl.Files;
using PgSsl.SslModes;

namespace PgSsl.RootCertificates;

/// <summary>A planned change of a root file, and the connections that it concerns.</summary>
/// <param name="change">The change.</param>
/// <param name="effects">What it does to the servers that the user named.</param>
/// <param name="environment">The account whose connections are meant.</param>
internal sealed class PlannedRootChange(RootChange change, IReadOnlyList<SslModeChange> effects, ConnectionEnvironment environment)
    : IPlannedChange<RootCertificateChange>
{
    private readonly IReadOnlyList<string> _impact = change.DescribeImpact(environment, DateTime.UtcNow);

    /// <summary>What to do instead of a change that costs connections.</summary>
    public required string AdviceAtRisk { get; init; }

    /// <summary>Whether the user has read <see cref="Lines"/>, and needs no warning of what is in it.</summary>
    public required bool IsRead { get; init; }

    /// <inheritdoc/>
    public string Subject => change.Target.Path;

    /// <inheritdoc/>
    public IReadOnlyList<string> Lines => [.. change.Describe(), .. _impact, .. SslModeChange.Describe(effects)];

    /// <inheritdoc/>
    public bool IsNoChange => change.IsNoChange;

    /// <inheritdoc/>
    public RootCertificateChange Outlook => RootCertificateChange.Of(change.File, change.Target.Service);

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => IsNoChange ? change.File.Notes : [];

    /// <summary>What nobody expects: a first root concerns all connections, and a root that is removed can cost connections.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            var warnings = new List<string>(change.File.Notes);
            if (change.Target.IsNewService)
                warnings.Add(
                    $"There was no service {change.Target.Service}, and it names no host yet. " +
                    $"There are: {string.Join(", ", KnownEndpoints.FindServices(environment))}.");
            bool isFirst = change.File.Before is null && RootFileImpact.IsUsual(environment, change.Target.Path);
            if (!IsRead && (isFirst || change.LosesRoots(DateTime.UtcNow)))
                warnings.Add(string.Join(' ', _impact));
            return warnings;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileEdit> Files => [.. change.File.IsNoChange ? [] : new[] { change.File.ToEdit() }, .. change.ServiceEdits];

    /// <inheritdoc/>
    public void Check(bool isForced)
    {
        SslModeChange[] losses = [.. effects.Where(effect => effect.IsLoss)];
        if (!isForced && losses.Length > 0)
            throw new PgSslException(
                PgSslError.ConnectionsAtRisk,
                $"{Subject} is left as it is, because the change would cost connections: {string.Join("; ", SslModeChange.Describe(losses))}.",
                $"{AdviceAtRisk} -Force makes the change in spite of that.");
    }

    /// <inheritdoc/>
    public Task<ChangeResult<RootCertificateChange>> ApplyAsync(CancellationToken cancellationToken)
    {
        (RootFilePlan done, IReadOnlyList<string> backups) = change.Apply(DateTimeOffset.UtcNow);
        bool isMixed = !done.After.AsSpan().SequenceEqual(change.File.After);
        RootCertificateChange made = RootCertificateChange.Of(done, change.Target.Service) with { IsChanged = true, Backup = [.. backups] };
        return Task.FromResult(new ChangeResult<RootCertificateChange>(made)
        {
            Warnings = isMixed ? [$"Somebody else changed {Subject} at the same time. The file now has both changes."] : [],
        });
    }
}
