using System.Buffers;

namespace PgSsl.Connections.Formats;

/// <summary>
/// The connection string of a driver with its own keywords. A table translates libpq's parameters. This class has what the drivers have in common,
/// such as that none knows <c>hostaddr</c>; the classes of the drivers have the effects of one parameter on another.
/// </summary>
internal abstract class DriverFormat : IConnectionStringFormat
{
    // These become the driver's list of servers.
    private static readonly string[] ServerParameters = ["host", "hostaddr", "port"];

    private static readonly SearchValues<char> Syntax = SearchValues.Create(" \t\r\n:/?#[]@\\,;\"'&=");

    public abstract string Name { get; }

    /// <summary>The driver's name in warnings.</summary>
    protected abstract string Driver { get; }

    /// <summary>One entry for each parameter of libpq, except those of the server and service.</summary>
    public abstract IReadOnlyDictionary<string, DriverParameter> Table { get; }

    public bool KeepsService(IReadOnlyDictionary<string, string> parameters) => false;

    public FormattedConnection Write(WrittenConnection connection)
    {
        foreach (ConnectionHost host in connection.Hosts)
            CheckHost(host);
        var draft = new DriverDraft();
        WarnOfServers(connection, draft);
        StartText(connection, draft);
        foreach ((string name, string value) in connection.Parameters)
        {
            if (value.Length > 0 && !ServerParameters.Contains(name) && !WriteSpecially(name, value, connection, draft))
                WriteByTable(name, value, draft);
        }
        WarnOfVerification(connection, draft);
        return new(Render(connection, draft), draft.Warnings);
    }

    /// <summary>Writes what precedes the parameters.</summary>
    protected virtual void StartText(WrittenConnection connection, DriverDraft draft)
    {
    }

    /// <summary>Writes a parameter whose meaning depends on another, or warns about it; false leaves it to the table.</summary>
    protected virtual bool WriteSpecially(string name, string value, WrittenConnection connection, DriverDraft draft)
    {
        // It is only a fallback, and application_name itself is given.
        return name == "fallback_application_name" && connection["application_name"] is not null;
    }

    /// <summary>Makes the text.</summary>
    protected abstract string Render(WrittenConnection connection, DriverDraft draft);

    /// <summary>The mode that libpq would use (fe-connect.c: system roots raise the default).</summary>
    protected static string ModeOf(WrittenConnection connection) =>
        connection["sslmode"] ?? (UsesSystemRoots(connection) ? SslMode.VerifyFull : SslMode.Prefer).ToLibpq();

    protected static bool UsesSystemRoots(WrittenConnection connection) => connection["sslrootcert"] == ConnectionSettings.SystemRoots;

    protected static bool NamesServer(WrittenConnection connection) => connection["host"] is not null || connection["hostaddr"] is not null;

    private void WriteByTable(string name, string value, DriverDraft draft)
    {
        DriverParameter parameter = Table[name];
        if (parameter.IsNeedless(value))
            return;
        if (parameter.Translate(value) is { } translated)
            draft.Add(parameter.Keyword!, translated);
        else
            draft.Warn($"{name} is left out, {Driver} cannot express it: {parameter.Instead}");
    }

    private void WarnOfServers(WrittenConnection connection, DriverDraft draft)
    {
        if (connection.Hosts.Any(host => host.Host.Length > 0 && host.HostAddress is not null && host.HostAddress != host.Host))
            draft.Warn(
                $"hostaddr is left out, {Driver} cannot express it: it looks up the host by name. Put the address into DNS or the hosts file.");
        else if (!NamesServer(connection))
            draft.Warn($"host is not given, and libpq would connect to {connection.Hosts[0].DisplayName}: name the server.");
    }

    /// <summary>
    /// libpq verifies the chain in every mode if the root file exists (fe-secure-openssl.c, initialize_SSL); Npgsql (NpgsqlConnector.cs,
    /// NegotiateEncryption) and pgjdbc (LibPQFactory.java) only in verify-ca and verify-full.
    /// </summary>
    private void WarnOfVerification(WrittenConnection connection, DriverDraft draft)
    {
        if (ModeOf(connection) is "allow" or "prefer" or "require" && connection["sslrootcert"] is not null && !UsesSystemRoots(connection))
            draft.Warn(
                $"sslmode={ModeOf(connection)} means less to {Driver}: it never verifies the server in this mode, but libpq does if the file of "
                + "sslrootcert exists. Use -SslMode verify-ca for the same check, or better verify-full.");
    }

    /// <summary>libpq passes any host to the resolver, but in the drivers' texts some characters are syntax.</summary>
    private void CheckHost(ConnectionHost host)
    {
        string name = host.DisplayName;
        bool isUsable = host.IsUnixSocket
            || ShortEndpointParser.IsIPv6(name)
            || !name.AsSpan().ContainsAny(Syntax);
        if (!isUsable)
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"The host \"{name}\" cannot be written for {Driver}: it is neither a name nor an address.",
                "Check the host; the formats Uri and Conninfo can write any host.");
    }
}
