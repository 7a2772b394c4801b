using System.Collections.Concurrent;
using System.Diagnostics;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Deployment;

/// <summary>
/// A server as on Windows: each of its processes reads certificate and key itself (EXEC_BACKEND). Only a PostgreSQL that was built so shows that
/// elsewhere (docs/ARCHITECTURE.md, Tests).
/// </summary>
public sealed class ExecBackendTests
{
    private const int Renewals = 50;
    private const int Connections = 2000;
    private const int AtOnce = 4;

    /// <summary>Without this the next test would prove nothing.</summary>
    [Fact]
    public async Task A_key_without_its_certificate_is_plaintext_at_once()
    {
        await using CertificateServer server = await StartAsync();
        Assert.NotNull(await CertificateProbe.ReadAsync(server.Cluster.Port));

        SandboxDirectory.WritePrivate(server.KeyPath, CertificateServer.Issuing.Issue(LeafOptions.ForLoopback()).KeyPem);

        Assert.Null(await CertificateProbe.ReadAsync(server.Cluster.Port));
    }

    /// <summary>
    /// What Install-PgServerCertificate does with such a server: the files get new names, then both settings are switched by one reload. A process
    /// finds both names in one file (config_exec_params), so it never reads a certificate of one pair and a key of another.
    /// </summary>
    [Fact]
    public async Task Renewals_let_no_connection_fall_back_to_plaintext()
    {
        await using CertificateServer server = await StartAsync();
        using var renewed = new CancellationTokenSource();
        int count = 0, plain = 0;
        var problems = new ConcurrentBag<string>();
        Task[] clients = [.. Enumerable.Range(0, AtOnce).Select(_ => Task.Run(ConnectAsync, TestContext.Current.CancellationToken))];

        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Renewals; i++)
            await server.InstallAsync(CertificateServer.Issuing.Issue(LeafOptions.ForLoopback()));
        // The renewals may be faster than that many clients.
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        await renewed.CancelAsync();
        await Task.WhenAll(clients);

        TestContext.Current.SendDiagnosticMessage(
            $"{count} connections during {Renewals} renewals in {taken.TotalSeconds:F0} s: {plain} in plaintext, {problems.Count} failed.");
        Assert.Matches("^server-[0-9A-F]{12}.crt$", (await server.AskAsync())["ssl_cert_file"]);
        Assert.Empty(problems);
        Assert.Equal(0, plain);
        Assert.True(count >= Connections, $"Only {count} connections were made.");

        async Task ConnectAsync()
        {
            while (!renewed.IsCancellationRequested || Volatile.Read(ref count) < Connections)
            {
                try
                {
                    using var served = await CertificateProbe.ReadAsync(server.Cluster.Port);
                    if (served is null)
                        Interlocked.Increment(ref plain);
                }
                catch (Exception failure) when (failure is IOException or OperationCanceledException or System.Net.Sockets.SocketException)
                {
                    problems.Add(failure.Message);
                }
                Interlocked.Increment(ref count);
            }
        }
    }

    private static async Task<CertificateServer> StartAsync()
    {
        PostgresInstallation? installation = null;
        foreach (PostgresInstallation installed in await PostgresInstallation.FindInstalledAsync())
        {
            // Only such a server knows the argument (launch_backend.c and postmaster.c, internal_forkexec).
            byte[] program = await File.ReadAllBytesAsync(installed.Program("postgres"), TestContext.Current.CancellationToken);
            if (program.AsSpan().IndexOf("--fork"u8) >= 0 && program.AsSpan().IndexOf("could not execute server process"u8) >= 0)
                installation = installed;
        }
        Assert.SkipWhen(installation is null, "No PostgreSQL with EXEC_BACKEND is named by PGSSL_TEST_POSTGRES.");
        return await CertificateServer.StartAsync(installation!);
    }
}
