using System.Buffers;

namespace PgSsl.Connections.Formats;

/// <summary>
/// The connection string of a driver that has its own words. libpq's parameters go through a table; what the drivers share, such as that
/// none knows <c>hostaddr</c>, is here, and what one parameter does to another is with the driver.
/// </summary>
internal abstract class DriverFormat : IConnectionStringFormat
{
    // These become the driver's list of servers.
    private static readonly string[] ServerParameters = ["host", "hostaddr", "port"];

    private static readonly SearchValues<char> Syntax = SearchValues.Create(" \t\r\n:/?#[]@\\,;\"'&=");

    public abstract string Name { get; }

    /// <summary>What the driver is called in warnings.</summary>
    protected abstract string Driver { get; }

    /// <summary>One entry for each parameter of libpq but those of the server, and service.</summary>
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

    /// <summary>Writes what goes in front of the parameters.</summary>
    protected virtual void StartText(WrittenConnection connection, DriverDraft draft)
    {
    }

    /// <summary>Writes a parameter whose meaning hangs on another, or warns about it; false leaves it to the table.</summary>
    protected virtual bool WriteSpecially(string name, string value, WrittenConnection connection, DriverDraft draft)
    {
        // Only a stand-in: what it stands in for is there.
        return name == "fallback_application_name" && connection["application_name"] is not null;
    }

    /// <summary>Puts the draft together.</summary>
    protected abstract string Render(WrittenConnection connection, DriverDraft draft);

    /// <summary>The mode that libpq would go by (fe-connect.c: system roots raise the default).</summary>
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
                $"hostaddr is left out, {Driver} cannot express it: the host is looked up by name. Have DNS or the hosts file say the address.");
        else if (!NamesServer(connection))
            draft.Warn($"host is not given, and libpq would go to {connection.Hosts[0].DisplayName}: say which server is meant.");
    }

    /// <summary>
    /// libpq verifies the chain in every mode as soon as the root file exists (fe-secure-openssl.c, initialize_SSL); Npgsql
    /// (NpgsqlConnector.cs, NegotiateEncryption) and pgjdbc (LibPQFactory.java) only in the two modes that say so.
    /// </summary>
    private void WarnOfVerification(WrittenConnection connection, DriverDraft draft)
    {
        if (ModeOf(connection) is "allow" or "prefer" or "require" && connection["sslrootcert"] is not null && !UsesSystemRoots(connection))
            draft.Warn(
                $"sslmode={ModeOf(connection)} means less to {Driver}: it never verifies the server in this mode, where libpq does as soon as "
                + "the file of sslrootcert exists. Use -SslMode verify-ca for the same check, or better verify-full.");
    }

    /// <summary>libpq asks the resolver for whatever stands there; in the drivers' texts some characters are syntax.</summary>
    private void CheckHost(ConnectionHost host)
    {
        string name = host.DisplayName;
        bool isUsable = host.IsUnixSocket
            || ShortEndpointParser.IsIPv6(name)
            || !name.AsSpan().ContainsAny(Syntax);
        if (!isUsable)
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"The host \"{name}\" cannot be written for {Driver}: it is neither a name nor an address.",
                "Check the host; formats Uri and Conninfo can write any.");
    }
}
