using System.Text;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Requests;

namespace PgSsl.Impostors;

/// <summary>
/// One test of a client: the CA, the place, the root's file, and what the client did at each impostor. All of it is gone when the run is disposed.
/// </summary>
internal sealed class ImpostorRun : IAsyncDisposable
{
    private readonly ImpostorAuthority _authority;
    private readonly ImpostorServer _server;
    private readonly DirectoryInfo _directory;
    private readonly List<ClientAttempt> _attempts = [];
    private readonly DateTimeOffset _at;

    private ImpostorRun(ImpostorAuthority authority, ImpostorServer server, DirectoryInfo directory, ImpostorAddress address, DateTimeOffset at) =>
        (_authority, _server, _directory, Address, _at) = (authority, server, directory, address, at);

    /// <summary>How the client gets here.</summary>
    public ImpostorAddress Address { get; }

    /// <summary>What the client did so far.</summary>
    public IReadOnlyList<ClientAttempt> Attempts => _attempts;

    /// <summary>Begins to listen, and writes the root's file.</summary>
    /// <param name="host">The name by which the client knows the server.</param>
    /// <param name="port">The port; 0 lets the system choose one.</param>
    /// <param name="mode">The mode that is written into what is for the client; null for none.</param>
    /// <param name="account">The account whose connections count, with root's; null for every account.</param>
    /// <param name="tls">Who makes handshakes.</param>
    /// <param name="at">The present time.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidHostName"/>. <see cref="PgSslError.ConnectionFailed"/>: the port is taken.
    /// <see cref="PgSslError.FileNotWritten"/>: there is no room for the file.
    /// </exception>
    public static ImpostorRun Open(string host, int port, SslMode? mode, uint? account, ITlsServer tls, DateTimeOffset at)
    {
        string name = CertificateHostName.TryNormalize(host) is { } normalized && !normalized.Contains('*') ? normalized : throw new PgSslException(
            PgSslError.InvalidHostName,
            $"\"{PrintableText.Of(host)}\" is not a host name.",
            "Name the server as the client does: -HostName db1.example.com. Leave it out for localhost.");
        ImpostorPlace place = ImpostorPlace.Open(port);
        ImpostorAuthority? authority = null;
        DirectoryInfo? directory = null;
        try
        {
            authority = new ImpostorAuthority(name, at);
            // Mode 0700 (mkdtemp); on Windows, below the folder of the account.
            directory = Directory.CreateTempSubdirectory("pgssl-impostor-");
            string root = Path.Combine(directory.FullName, "root.crt");
            WriteNew(root, authority.Root.ExportCertificatePem() + "\n");
            return new ImpostorRun(
                authority, new ImpostorServer(place, authority, tls, account), directory, new ImpostorAddress(name, place.Port, root, mode), at);
        }
        catch (Exception exception)
        {
            place.Dispose();
            authority?.Dispose();
            Delete(directory);
            if (exception is not (IOException or UnauthorizedAccessException))
                throw;
            throw new PgSslException(
                PgSslError.FileNotWritten,
                $"The root certificate of the test could not be written: {exception.Message}",
                "Make room in the folder for temporary files, or name another one (TMPDIR, TEMP).",
                exception);
        }
    }

    /// <summary>Begins to play an impostor.</summary>
    /// <param name="impostor">Which one; the control should be the first.</param>
    /// <param name="timeout">When all its connections end.</param>
    public void Begin(Impostor impostor, TimeSpan timeout) => _server.Begin(impostor, timeout);

    /// <summary>Waits until the client has come and gone, or the time is over.</summary>
    public Task WaitForClientAsync(CancellationToken cancellationToken) => _server.WaitForClientAsync(cancellationToken);

    /// <summary>Ends the impostor.</summary>
    public async Task<ClientAttempt> EndAsync(CancellationToken cancellationToken)
    {
        ClientAttempt attempt = await _server.EndAsync(cancellationToken).ConfigureAwait(false);
        _attempts.Add(attempt);
        return attempt;
    }

    /// <summary>Judges everything that the client did.</summary>
    public IReadOnlyList<ClientVerification> Judge()
    {
        SslMode? mode = new ClientBehaviour(_authority, Address.HostName, _at).Find(_attempts);
        ClientAttempt? control = _attempts.FirstOrDefault(attempt => attempt.Impostor.IsGenuine);
        return [.. _attempts.Select(attempt => Judge(attempt, control, mode?.ToLibpq()))];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _authority.Dispose();
        Delete(_directory);
    }

    private ClientVerification Judge(ClientAttempt attempt, ClientAttempt? control, string? mode)
    {
        ClientOutcome outcome = ClientJudge.Judge(attempt, control);
        bool isControlAccepted = control is not null && ClientJudge.IsAccepted(control);
        bool isConclusive = outcome != ClientOutcome.NoConnection && (isControlAccepted || ClientJudge.IsAccepting(outcome));
        (string reason, string? remedy) = ClientReasons.Of(attempt, outcome, isControlAccepted, Address.Port);
        Wire.ClientHello? hello = attempt.Hello;
        return new ClientVerification
        {
            Impostor = attempt.Impostor.Kind.ToString(),
            Outcome = outcome.ToString(),
            Accepted = ClientJudge.IsAccepting(outcome),
            IsConclusive = isConclusive,
            BehavesLike = mode,
            Alert = attempt.Connections.LastOrDefault(connection => connection.Alert is not null)?.Alert?.Name,
            Connections = attempt.Connections.Count,
            Protocol = attempt.Connections.LastOrDefault(connection => connection.Protocol is not null)?.Protocol,
            TlsVersions = ToArray(hello?.Versions),
            Groups = ToArray(hello?.Groups),
            SignatureAlgorithms = ToArray(hello?.SignatureAlgorithms),
            OffersPostQuantum = hello?.OffersPostQuantum,
            ServerName = hello?.ServerName,
            Alpn = ToArray(hello?.ApplicationProtocols),
            FellBackToPlaintext = attempt.FellBackToPlaintext,
            ChannelBinding = ClientJudge.ChannelBindingOf(attempt, outcome),
            Steps = attempt.Connections.Select(connection => $"{connection.Number}: {string.Join(", ", connection.Describe())}").ToArray(),
            Proves = attempt.Impostor.Proves,
            Reason = reason,
            Remedy = remedy,
            HostName = Address.HostName,
            Port = Address.Port,
            Duration = attempt.Duration,
        };
    }

    private static string[] ToArray(IReadOnlyList<string>? items) => [.. items ?? []];

    private static void WriteNew(string path, string content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(content));
    }

    private static void Delete(DirectoryInfo? directory)
    {
        try
        {
            directory?.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A client on Windows may still have it open. There is nothing secret in it.
        }
    }
}
