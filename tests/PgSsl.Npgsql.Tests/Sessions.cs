using System.Security;
using PgSsl.Connections;
using PgSsl.Server;
using PgSsl.Sql;

namespace PgSsl.Tests;

/// <summary>Opens sessions in a world without anybody's files and variables.</summary>
internal static class Sessions
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public static NpgsqlSessionFactory Factory { get; } = new();

    public static Task<IServerSession> OpenAsync(string conninfo, string? password = null, params (string Name, string Value)[] variables) =>
        OpenAsync(Resolve(conninfo, variables), password);

    public static Task<IServerSession> OpenAsync(ConnectionSettings settings, string? password = null) =>
        ServerSessions.OpenAsync(Factory, settings, Secure(password), Timeout, TestContext.Current.CancellationToken);

    public static ConnectionSettings Resolve(string conninfo, params (string Name, string Value)[] variables)
    {
        var environment = new ConnectionEnvironment(
            variables.ToDictionary(pair => pair.Name, pair => pair.Value), "/nonexistent", "nobody", "/")
        {
            DefaultSocketDirectory = "/var/run/postgresql",
        };
        return PgEndpoint.Parse(conninfo).Resolve(environment);
    }

    /// <summary>The failure of an attempt; it must hold no password.</summary>
    public static async Task<PgSslException> RefusedAsync(string conninfo, string? password = null, params (string Name, string Value)[] variables)
    {
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => OpenAsync(conninfo, password, variables));
        string shown = failure + failure.Remedy;
        Assert.DoesNotContain(SqlServer.Password, shown);
        if (password is not null)
            Assert.DoesNotContain(password, shown);
        Assert.DoesNotContain("Npgsql.", failure.InnerException?.GetType().FullName ?? "");
        return failure;
    }

    public static SecureString? Secure(string? password)
    {
        if (password is null)
            return null;
        var secure = new SecureString();
        foreach (char c in password)
            secure.AppendChar(c);
        return secure;
    }
}
