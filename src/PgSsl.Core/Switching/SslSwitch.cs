using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Hba;
using PgSsl.Inspection;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Sessions;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>A server's TLS on its way from one state to another: worked out and checked, but nothing is changed yet.</summary>
/// <param name="Change">What would change.</param>
/// <param name="Endpoint">The server; null where none was asked.</param>
/// <param name="Proofs">What was seen to be so before.</param>
/// <param name="Notes">What the user should know.</param>
/// <param name="LockOuts">Who could not come any more, in words.</param>
internal sealed record SslSwitch(SslChange Change, string? Endpoint, IReadOnlyList<Proof> Proofs, IReadOnlyList<string> Notes, IReadOnlyList<string> LockOuts)
    : IPlannedChange<SslConfigurationChange>
{
    /// <summary>The session that the server is asked in; null where none is.</summary>
    private IServerSession? Session { get; init; }

    /// <summary>How many sessions come over the network in plaintext now; null where no server was asked.</summary>
    public int? PlaintextSessions { get; private init; }

    /// <summary>The change, and what goes with it, as -WhatIf and -Confirm show it.</summary>
    public string Text => string.Join(
        Environment.NewLine,
        [
            $"{Change.Changes.Count} setting{(Change.Changes.Count == 1 ? "" : "s")} of {Endpoint ?? Change.Path} would change, in {Change.Path}:",
            .. Change.Diff,
            .. PlaintextSessions is > 0 ? [PlaintextRemain] : Array.Empty<string>(),
            .. Notes,
        ]);

    /// <inheritdoc/>
    public string Subject => Endpoint ?? Change.Path;

    /// <inheritdoc/>
    public bool IsNoChange => Change.IsNoChange;

    /// <summary>What a reload does not change.</summary>
    private string PlaintextRemain =>
        $"{PlaintextSessions} session{(PlaintextSessions == 1 ? " is" : "s are")} in plaintext, and stay{(PlaintextSessions == 1 ? "s" : "")} so until {(PlaintextSessions == 1 ? "it ends" : "they end")}: a reload is about new connections.";

    /// <summary>Works out the change of a running server.</summary>
    /// <param name="target">What it is to be like.</param>
    /// <param name="live">The server.</param>
    /// <param name="configurationPath">The file to write to, absolute; null for ALTER SYSTEM.</param>
    /// <param name="at">The time that the name of a backup carries.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">It cannot be done: see <see cref="SslPreflight"/>, <see cref="SslTarget"/> and the plans.</exception>
    public static async Task<SslSwitch> PrepareAsync(
        SslTarget target, LiveServer live, string? configurationPath, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ServerTlsFacts facts = await ServerTlsReader.ReadAsync(live.Session, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<string, string> values = target.ValuesIn(facts.Version.Major);
        SslPreflight.CheckServer(values, live, facts, altersSystem: configurationPath is null);
        target.CheckProtocols(facts["ssl_max_protocol_version"]);
        // A container's server has its files elsewhere, and is on this machine all the same.
        bool isHere = live.IsLocal && (facts.DataDirectory is null || Directory.Exists(facts.DataDirectory));
        string? certificatePath = target.CertificatePath ?? facts.PathOf("ssl_cert_file");
        SslFileCheck check = SslPreflight.CheckFiles(
            target, certificatePath, target.KeyPath ?? facts.PathOf("ssl_key_file"), isHere ? ServerConditions.Of(facts, isLocal: true) : null);
        string? fingerprint = check.Fingerprint ?? (target.IsOn && certificatePath is not null
            ? await ReadFingerprintAsync(live.Session, certificatePath, cancellationToken).ConfigureAwait(false)
            : null);
        var prover = new SslProver(live, facts, target, fingerprint);
        var notes = new List<string>([.. SslPreflight.NotesOf(facts, live), .. target.Remarks]);
        SslChange change;
        if (configurationPath is null)
        {
            change = new AlterSystemChange(AlterSystemPlan.Make(facts, values), live.Session, prover);
        }
        else
        {
            ConfigurationDocument document = ConfigurationPaths.ReadOf(facts, configurationPath);
            notes.AddRange(SslPreflight.CheckOwner(document, configurationPath));
            change = new ConfigurationFileChange(PlanFile(document, configurationPath, values), prover, at);
        }
        string endpoint = live.Session.Host.ToString();
        SessionList sessions = await SessionReader.ReadAsync(live.Session, endpoint, cancellationToken).ConfigureAwait(false);
        notes.AddRange(new[] { sessions.DescribeHidden(endpoint, facts.UserName) }.OfType<string>());
        bool locksOut = !target.IsOn && !change.IsNoChange;
        return new SslSwitch(
            change, endpoint, [.. new[] { check.Proof }.OfType<Proof>()], [.. notes, .. check.Notes],
            locksOut ? await SslPreflight.FindLockOutsAsync(live, cancellationToken).ConfigureAwait(false) : [])
        {
            Session = live.Session,
            PlaintextSessions = CountPlaintext(sessions),
        };
    }

    /// <summary>Works out the change of a configuration file, where no server is asked.</summary>
    /// <param name="target">What it is to be like.</param>
    /// <param name="configurationPath">The file, absolute.</param>
    /// <param name="at">The time that the name of a backup carries.</param>
    /// <exception cref="PgSslException">It cannot be done.</exception>
    public static SslSwitch PrepareFile(SslTarget target, string configurationPath, DateTimeOffset at)
    {
        ConfigurationDocument document = ConfigurationPaths.ReadAround(configurationPath);
        IReadOnlyList<string> notes = SslPreflight.CheckOwner(document, configurationPath);
        int? major = ReadMajor(document.DataDirectory);
        target.CheckProtocols(document.Effective(SslParameters.MaximumProtocol.Name)?.Value);
        string Named(string? given, SslParameter parameter, string otherwise) => given ?? document.ResolvePath(document.Effective(parameter.Name)?.Value ?? otherwise);
        SslFileCheck check = SslPreflight.CheckFiles(
            target, Named(target.CertificatePath, SslParameters.CertificateFile, "server.crt"), Named(target.KeyPath, SslParameters.KeyFile, "server.key"),
            new ServerConditions
            {
                Account = major is null ? null : UnixAccount.OwnerOf(document.DataDirectory),
                PassphraseCommand = document.Effective(SslParameters.PassphraseCommand.Name)?.Value ?? "",
                PassphraseSupportsReload = ServerSetting.ParseBoolean(document.Effective(SslParameters.PassphraseCommandSupportsReload.Name)?.Value) == true,
            });
        ConfigurationPlan plan = PlanFile(document, configurationPath, target.ValuesIn(major ?? PostgresVersion.Newest));
        return new SslSwitch(
            new ConfigurationFileChange(plan, null, at), null, [.. new[] { check.Proof }.OfType<Proof>()],
            [.. notes, .. target.Remarks, .. check.Notes, .. major is null ? [$"Which version of PostgreSQL reads {document.Files[0].Path} is not known: names are those of {PostgresVersion.Newest}."] : Array.Empty<string>()],
            []);
    }

    /// <inheritdoc/>
    public void Check(bool isForced)
    {
        if (!isForced && LockOuts.Count > 0)
            throw new PgSslException(
                PgSslError.LockOut,
                $"TLS of {Endpoint} stays on, because switching it off would lock out: {string.Join("; ", LockOuts)}.",
                "Change these first (Set-PgHbaSsl -Allow, sslmode of the clients), or use -Force.");
    }

    /// <summary>Makes the change and proves it; where nothing is to be changed, looks whether the server is as it should be.</summary>
    /// <param name="cancellationToken">Puts everything back.</param>
    /// <exception cref="PgSslException">See <see cref="ProvenChange.RunAsync"/>.</exception>
    public async Task<SslConfigurationChange> ApplyAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Proof> proofs = await Change.ApplyAsync(cancellationToken).ConfigureAwait(false);
        // The sessions of the moment after it: until then some may have come.
        int? plaintext = Session is null ? null : CountPlaintext(await SessionReader.ReadAsync(Session, Endpoint!, cancellationToken).ConfigureAwait(false));
        return SslConfigurationChange.Of(Change, Endpoint, [.. Proofs, .. proofs], plaintext);
    }

    async Task<ChangeResult<SslConfigurationChange>> IPlannedChange<SslConfigurationChange>.ApplyAsync(CancellationToken cancellationToken)
    {
        SslConfigurationChange made = await ApplyAsync(cancellationToken).ConfigureAwait(false);
        return new ChangeResult<SslConfigurationChange>(made, made.Backup)
        {
            WrittenInPlace = Change.WrittenInPlace,
            Proofs = made.Proofs,
            Warnings = made.PlaintextSessions > 0 ? [PlaintextRemain] : [],
        };
    }

    // The session that asks ends with the cmdlet.
    private static int CountPlaintext(SessionList sessions) => sessions.Sessions.Count(session => session is { IsPlaintext: true, IsOwn: false });

    private static ConfigurationPlan PlanFile(ConfigurationDocument document, string path, IReadOnlyDictionary<string, string> values) =>
        ConfigurationPlanner.Plan(document, path, values.ToDictionary(one => one.Key, one => (string?)one.Value), DiskServerFiles.Instance);

    private static async Task<string?> ReadFingerprintAsync(IServerSession session, string path, CancellationToken cancellationToken)
    {
        try
        {
            X509Certificate2? leaf = await SslConfigurationReader.ReadCertificateAsync(session, path, cancellationToken).ConfigureAwait(false);
            return leaf?.GetCertHashString(HashAlgorithmName.SHA256);
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return null;
        }
    }

    // initdb writes it; a data directory has it (postgres/src/backend/utils/init/miscinit.c, ValidatePgVersion).
    private static int? ReadMajor(string dataDirectory)
    {
        FileContent content = DiskServerFiles.Instance.Read(ServerPath.Join(dataDirectory, "PG_VERSION"));
        return content.Bytes is { } text && int.TryParse(ServerText.Decode(text).Trim(), CultureInfo.InvariantCulture, out int major) ? major : null;
    }
}
