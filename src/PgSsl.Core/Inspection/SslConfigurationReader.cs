using System.Security.Cryptography.X509Certificates;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Inspection;

/// <summary>Gathers what a server says about its TLS, and what is in its files.</summary>
internal static class SslConfigurationReader
{
    private const int WantedDays = 30;

    /// <summary>Asks the server, and reads certificate and key if they are on this machine; otherwise the certificate through SQL.</summary>
    /// <param name="server">The server.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="PgSslException">The session broke, or a statement failed.</exception>
    public static async Task<SslConfigurationFacts> ReadAsync(LiveServer server, CancellationToken cancellationToken)
    {
        ServerTlsFacts sql = await ServerTlsReader.ReadAsync(server.Session, cancellationToken).ConfigureAwait(false);
        var unchanged = new Dictionary<string, string>();
        ServerSettingFacts settings = await ServerSettingFacts.ReadAsync(server, sql, unchanged, cancellationToken).ConfigureAwait(false);
        string? several = await SeveralServers.FindAsync(server, cancellationToken).ConfigureAwait(false);
        var facts = new SslConfigurationFacts
        {
            Sql = sql,
            Settings = settings,
            Plaintext = server.Session.IsPooled || several is not null
                ? null : await PlaintextFacts.ReadAsync(server, sql, cancellationToken).ConfigureAwait(false),
            IsPooled = server.Session.IsPooled,
            SeveralServers = several,
            Elsewhere = several is null ? await SeveralServers.DescribeElsewhereAsync(server, cancellationToken).ConfigureAwait(false) : null,
        };
        if (sql.PathOf("ssl_cert_file") is not { } certificatePath || sql.PathOf("ssl_key_file") is not { } keyPath)
            return facts with { FilesOutOfReach = $"Role {sql.UserName} may not see where they are." };
        if (server.FilesAreHere)
            return WithFiles(facts, certificatePath, keyPath, sql);
        try
        {
            return facts with
            {
                InFile = await ReadCertificateAsync(server.Session, certificatePath, cancellationToken).ConfigureAwait(false),
                FilesOutOfReach = $"They are on another machine: {certificatePath} was read through SQL, the key was not read.",
            };
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return facts with { FilesOutOfReach = $"They are on another machine, and cannot be read through SQL: {failure.Message}" };
        }
    }

    /// <summary>The first certificate in a file of the server, read through SQL; null where there is none.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">The file, by the server's name for it.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InsufficientPrivilege"/> or <see cref="PgSslError.SqlFailed"/>: the role, or the server, may not read it.
    /// </exception>
    public static async Task<X509Certificate2?> ReadCertificateAsync(IServerSession session, string path, CancellationToken cancellationToken)
    {
        byte[] content = await RemoteFile.ReadAsync(session, path, cancellationToken).ConfigureAwait(false) ?? [];
        return ServerCertificateFile.Parse(content).Certificates is [var first, ..] ? first : null;
    }

    private static SslConfigurationFacts WithFiles(SslConfigurationFacts facts, string certificatePath, string keyPath, ServerTlsFacts sql)
    {
        ServerCertificateFacts files = Read(certificatePath, keyPath);
        bool isSame = sql.NextPathOf("ssl_cert_file") == certificatePath && sql.NextPathOf("ssl_key_file") == keyPath;
        return facts with
        {
            Files = files,
            InFile = files.Leaf,
            NextFiles = !isSame && sql.NextPathOf("ssl_cert_file") is { } certificate && sql.NextPathOf("ssl_key_file") is { } key
                ? Read(certificate, key) : null,
        };

        ServerCertificateFacts Read(string certificate, string key) => ServerCertificateFacts.Read(certificate, key) with
        {
            Server = ServerConditions.Of(sql, isLocal: true),
            MinimumDays = WantedDays,
            At = facts.At,
        };
    }
}
