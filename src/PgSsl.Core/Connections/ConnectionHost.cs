using PgSsl.Common;

namespace PgSsl.Connections;

/// <summary>A server of a connection's host list, as libpq would try it.</summary>
/// <param name="Host">
/// The <c>host</c> parameter: a name, an IP address or a socket directory. verify-full compares it. Empty where only <c>hostaddr</c> was given.
/// </param>
/// <param name="HostAddress">The <c>hostaddr</c> parameter: where to connect, without a look-up; null where not given.</param>
/// <param name="Port">The TCP port, 1 to 65535.</param>
internal sealed record ConnectionHost(string Host, string? HostAddress, int Port)
{
    /// <summary>Whether it is a socket directory (<c>/…</c>) or an abstract socket (<c>@…</c>), for which sslmode is ignored.</summary>
    public bool IsUnixSocket => HostAddress is null
        && (Host.StartsWith('/') || Host.StartsWith('@') || IsWindowsDirectory(Host, OperatingSystem.IsWindows()));

    // pqcomm.h, port.h: is_unixsock_path, is_absolute_path
    internal static bool IsWindowsDirectory(string host, bool isWindows) =>
        isWindows && (host.StartsWith('\\') || WindowsPath.IsAbsolute(host));

    /// <summary>The name to show: the host, or the address if there is no host.</summary>
    public string DisplayName => Host.Length > 0 ? Host : HostAddress ?? "";

    /// <inheritdoc/>
    public override string ToString() => DisplayName.Contains(':') ? $"[{DisplayName}]:{Port}" : $"{DisplayName}:{Port}";
}
