using PgSsl.Files;
using PgSsl.Sandbox;
using PgSsl.Server;
using PgSsl.Testing;

namespace PgSsl.Tests.Soak;

/// <summary>One change, what happens to it, and what must be so afterwards.</summary>
internal sealed class SoakRound(SoakServer server, SoakChange change, SoakIncident incident) : IDisposable
{
    private const string EndOthers = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'PgSsl'";

    // The server goes on with it where it is pg_hba.conf.
    private static readonly byte[] Theirs = "local all all trust\nhost all all 0.0.0.0/0 trust\n# somebody else's\n"u8.ToArray();

    private readonly CancellationTokenSource _stop = new();
    private readonly UnixStatus[] _before = [.. change.Files.Select(file => UnixStatus.Of(file.Path))];
    private Task<bool>? _second;
    private bool _isForeign;

    public void Dispose() => _stop.Dispose();

    /// <summary>Makes the change.</summary>
    /// <returns>How it ended, and what is wrong with that; null for nothing.</returns>
    public async Task<(string Ending, string? Complaint)> RunAsync()
    {
        Exception? failure = null;
        try
        {
            await change.ApplyAsync(new SoakSession(server.Session, incident, HappenAsync), CreateFiles(), _stop.Token);
        }
        catch (Exception problem) when (problem is PgSslException or OperationCanceledException or KilledException)
        {
            failure = problem;
        }
        bool isSecond = _second is not null && await _second;
        string ending = failure switch
        {
            null => "made",
            PgSslException known => known.Error.ToString(),
            OperationCanceledException => "cancelled",
            _ => "killed",
        };
        string? complaint = await JudgeAsync(failure, isSecond);
        return (ending, complaint is null ? null : $"{complaint} {failure}");
    }

    private async Task<string?> JudgeAsync(Exception? failure, bool isSecond)
    {
        bool isNew = failure is null, isDead = failure is not null && incident.Name is SoakIncident.Kill or SoakIncident.HalfKill;
        PgSslError? error = (failure as PgSslException)?.Error;
        bool isUnknown = isDead || error == PgSslError.FileNotRestored;
        if (server.ReadableKeys.FirstOrDefault() is { } readable)
            return $"{readable} can be read by others.";
        bool isAnyForeign = _isForeign || isSecond;
        if (isAnyForeign && change.Files.Count > 0 && !IsKept())
            return "What somebody else wrote is lost.";
        for (int i = 0; i < change.Files.Count; i++)
        {
            (string path, byte[] old, byte[] made) = change.Files[i];
            byte[] now = await File.ReadAllBytesAsync(path);
            bool isTheirs = isAnyForeign && now.AsSpan().SequenceEqual(Theirs);
            if (!isTheirs && !now.AsSpan().SequenceEqual(old) && !now.AsSpan().SequenceEqual(made))
                return $"{path} is neither old nor new.";
            if (!isTheirs && !isUnknown && !now.AsSpan().SequenceEqual(isNew ? made : old))
                return $"{path} is not {(isNew ? "new" : "old")}.";
            UnixStatus status = UnixStatus.Of(path);
            if (!isTheirs && (status.Owner, status.Mode) != (_before[i].Owner, _before[i].Mode))
                return $"{path} has another owner or mode.";
        }
        if (change.IsSetting && !isUnknown && !_isForeign && SoakChange.ReadSetting(server) != (isNew ? "TLSv1.3" : null))
            return $"postgresql.auto.conf is not {(isNew ? "new" : "old")}.";
        if (change.IsSetting && _isForeign && SoakChange.ReadSetting(server) != "TLSv1.1")
            return "What somebody else set is lost.";
        return FindRemains(isDead) ?? await JudgeServerAsync(error);
    }

    /// <summary>Nobody says that everything is as before where the server goes on with what is new.</summary>
    private async Task<string?> JudgeServerAsync(PgSslError? error)
    {
        if (error != PgSslError.ChangeNotProven || _isForeign || server.IsStopped)
            return null;
        using System.Security.Cryptography.X509Certificates.X509Certificate2? served = await CertificateProbe.ReadAsync(server.Cluster.Port);
        if (served?.Thumbprint != Deployment.CertificateServer.Old.Certificate.Thumbprint)
            return "The server does not serve the old certificate.";
        // pg_hba.conf is loaded as a whole; each new connection shows which.
        return (await server.Cluster.QueryAsync("SHOW ssl_min_protocol_version"))[0][0] == "TLSv1.2" ? null : "The server uses the new setting.";
    }

    /// <summary>A key in the clear stays only if nothing could be deleted; the next change in the folder deletes it.</summary>
    private string? FindRemains(bool isDead)
    {
        string[] left = [.. server.Temporaries];
        if (left.Length > 0 && !isDead && incident.Name != SoakIncident.ReadOnly)
            return $"{left[0]} was left behind.";
        FileTransaction.Apply(
            [new FileEdit(Path.Combine(server.Cluster.DataDirectory, "soak.txt"), "x"u8.ToArray()) { MayReplace = true }], DateTimeOffset.UtcNow);
        return server.Temporaries.FirstOrDefault() is { } stays ? $"{stays} was not cleared away." : null;
    }

    private bool IsKept() => Directory.GetFiles(server.Cluster.DataDirectory, $"{Path.GetFileName(Target)}*")
        .Any(path => File.ReadAllBytes(path).AsSpan().SequenceEqual(Theirs));

    private string Target => change.Files[incident.Step % change.Files.Count].Path;

    private async Task HappenAsync(string sql)
    {
        switch (incident.Name)
        {
            case SoakIncident.EndSession:
                await server.Cluster.QueryAsync(EndOthers);
                break;
            case SoakIncident.Restart:
                await server.Cluster.RestartAsync();
                break;
            case SoakIncident.Stop:
                await server.Cluster.StopAsync();
                server.IsStopped = true;
                break;
            case SoakIncident.Cancel:
                await _stop.CancelAsync();
                break;
            // Between the look and ALTER SYSTEM itself there is no protection: no statement does both.
            case SoakIncident.Foreign when change.IsSetting && !sql.StartsWith("ALTER SYSTEM", StringComparison.Ordinal):
                await server.Cluster.QueryAsync("ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.1'");
                _isForeign = true;
                break;
            default:
                break;
        }
    }

    private FaultyFiles CreateFiles()
    {
        int at = incident.Step;
        FaultyFiles? files = null;
        files = incident.Name switch
        {
            SoakIncident.Failure => FaultyFiles.FailingAt(at),
            SoakIncident.HalfFailure => FaultyFiles.FailingHalfWayThrough(at),
            SoakIncident.ReadOnly => FaultyFiles.ReadOnlyFrom(at),
            SoakIncident.Kill => FaultyFiles.KilledBefore(at),
            SoakIncident.HalfKill => FaultyFiles.KilledWithin(at),
            _ => new FaultyFiles { Watch = () => HappenToFiles(files!.Steps == at) },
        };
        return files;
    }

    private void HappenToFiles(bool isNow)
    {
        if (!isNow || _isForeign || _second is not null)
            return;
        if (incident.Name == SoakIncident.Foreign)
        {
            _isForeign = true;
            string draft = Path.Combine(server.Cluster.DataDirectory, "draft");
            SandboxDirectory.WritePrivate(draft, System.Text.Encoding.ASCII.GetString(Theirs));
            File.Move(draft, Target, overwrite: true);
        }
        else if (incident.Name == SoakIncident.Second)
        {
            _second = Task.Run(() => TrySecond(Target));
        }
    }

    private bool TrySecond(string path)
    {
        try
        {
            byte[] old = change.Files.Single(file => file.Path == path).Old;
            FileTransaction.Apply([new FileEdit(path, Theirs) { MayReplace = true, Expected = old }], DateTimeOffset.UtcNow);
            return true;
        }
        catch (PgSslException)
        {
            return false;
        }
    }
}

/// <summary>A session in which something happens before one statement, and the first order to reload may get lost.</summary>
internal sealed class SoakSession(IServerSession inner, SoakIncident incident, Func<string, Task> hook) : SessionWrapper(inner)
{
    private int _count;
    private bool _losesReload = incident.LosesReload;

    public override async Task<IReadOnlyList<SqlRow>> QueryAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (_count++ == incident.Statement)
            await hook(sql);
        if (_losesReload && sql.Contains("pg_reload_conf", StringComparison.Ordinal))
        {
            _losesReload = false;
            return [];
        }
        return await Inner.QueryAsync(sql, parameters, cancellationToken);
    }
}
