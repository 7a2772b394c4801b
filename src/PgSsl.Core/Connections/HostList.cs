using System.Net;

namespace PgSsl.Connections;

/// <summary>
/// Expands host, hostaddr and port into the servers that libpq tries in turn (fe-connect.c, pqConnectOptions2).
/// </summary>
internal static class HostList
{
    private const int DefaultPort = 5432;

    internal static string DefaultHost(ConnectionEnvironment environment) => environment.DefaultSocketDirectory ?? "localhost";

    internal static IReadOnlyList<ConnectionHost> Expand(ConnectionSettings settings)
    {
        string[] names = Split(settings.Get("host"));
        string[] addresses = Split(settings.Get("hostaddr"));
        string[] ports = Split(settings.Get("port"));
        int count = Math.Max(addresses.Length > 0 ? addresses.Length : names.Length, 1);
        if (names.Length > 0 && names.Length != count) throw Mismatch(settings, "host", names.Length, "hostaddr", count);
        if (ports.Length > 1 && ports.Length != count) throw Mismatch(settings, "port", ports.Length, "host", count);

        var hosts = new ConnectionHost[count];
        for (int i = 0; i < count; i++)
        {
            string name = names.Length > 0 ? names[i] : "";
            string address = addresses.Length > 0 ? addresses[i] : "";
            if (name.Length == 0 && address.Length == 0) name = DefaultHost(settings.Environment);
            string port = ports.Length switch { 0 => "", 1 => ports[0], _ => ports[i] };
            hosts[i] = new ConnectionHost(name, CheckAddress(settings, address), ParsePort(settings, port));
        }
        return hosts;
    }

    private static string[] Split(ConnectionSetting setting) => string.IsNullOrEmpty(setting.Raw) ? [] : setting.Raw.Split(',');

    private static string? CheckAddress(ConnectionSettings settings, string address)
    {
        if (address.Length == 0) return null;
        if (IPAddress.TryParse(address, out _)) return address;
        string shown = RefusedText.MayHoldSecret("hostaddr", address) ? "a part of it" : $"\"{address}\"";
        throw SettingRules.Invalid(settings.Get("hostaddr"), $"{shown} is not an IP address", "Give a name as host; hostaddr takes only addresses.");
    }

    private static int ParsePort(ConnectionSettings settings, string port)
    {
        if (port.Length == 0) return DefaultPort;
        if (LibpqInteger.TryParse(port, out int number) && number is >= 1 and <= 65535) return number;
        // A URI with a password that is not encoded has a part of it here, so it is shown only if it looks like a number.
        throw new PgSslException(
            PgSslError.InvalidParameterValue,
            $"libpq would refuse the port: {RefusedText.ShowPort(port)} is not a port.",
            "Give a number from 1 to 65535, or as many as there are hosts.");
    }

    private static PgSslException Mismatch(ConnectionSettings settings, string name, int count, string other, int expected) =>
        new(PgSslError.ContradictoryParameters,
            $"{settings.Get(name).Shown} has {count} elements, but there are {expected} of {other}.",
            name == "port" ? "Give one port for all hosts, or one for each." : "Give as many hosts as addresses.");
}
