using System.Globalization;
using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>What to write instead of an address that the server does not read as one (ifaddr.c, pg_sockaddr_cidr_mask; getaddrinfo).</summary>
internal static partial class HbaAddressHints
{
    /// <summary>The remedy for an address field; null if nothing is known about it.</summary>
    public static string? For(string field)
    {
        (string address, string? bits) = Divide(field);
        if (address.Contains(',', StringComparison.Ordinal))
            return "Write one rule for each address.";
        if (Range().Match(address) is { Success: true } range && IsAddress(range.Groups["first"].Value) && IsAddress(range.Groups["last"].Value))
            return "A rule has no range of addresses: write a network that contains them, such as 10.0.0.0/28, or one line for each address.";
        if (WithPort().Match(address) is { Success: true } port)
            return $"Write {WithBits(port.Groups["host"].Value.Trim('[', ']'), bits)}, without the port: a rule is for all addresses "
                + "on which the server listens.";
        if (address is ['[', .. var bare, ']'] && IsAddress(bare))
            return $"Write {WithBits(bare, bits)}, without brackets.";
        int zone = address.IndexOf('%', StringComparison.Ordinal);
        return zone > 0 && IsAddress(address[..zone])
            ? $"Write {WithBits(address[..zone], bits)}, without the zone (%{address[(zone + 1)..]}): the network card does not count."
            : null;
    }

    /// <summary>The remedy for an address with something behind its slash that is not a number of bits.</summary>
    public static string ForBits(string field)
    {
        (string address, string? bits) = Divide(field);
        if (NumericAddress.Parse(address) is not { } start)
            return "Write the number of the network's bits behind the slash, such as 10.0.0.0/8.";
        if (string.IsNullOrWhiteSpace(bits))
            return $"Write {address}/{start.Width} for the one address, or the number of the network's bits behind the slash.";
        if (IsAddress(bits) && NumericAddress.Parse(bits) is { } mask && mask.IsIPv6 == start.IsIPv6
            && new HbaAddress.Network(start, mask.Bits) is { IsContiguous: true } network)
            return $"Write {address}/{Math.Min(network.LeadingOnes, start.Width)}, or the mask as a field of its own: {address} {bits}.";
        return $"Behind the slash is the number of the network's bits: from 0 to {start.Width}.";
    }

    /// <summary>Whether a word can only be an address or a mask, with or without bits.</summary>
    public static bool IsAddressField(string word) => IsAddress(Divide(word).Address);

    // inet_aton also takes a mere number for an address.
    private static bool IsAddress(string text) => text.AsSpan().ContainsAny('.', ':') && NumericAddress.Parse(text) is not null;

    private static (string Address, string? Bits) Divide(string field)
    {
        int slash = field.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (field, null) : (field[..slash], field[(slash + 1)..]);
    }

    private static string WithBits(string host, string? bits) => NumericAddress.Parse(host) is { } address
        ? string.Create(CultureInfo.InvariantCulture, $"{host}/{bits ?? address.Width.ToString(CultureInfo.InvariantCulture)}")
        : host;

    [GeneratedRegex(@"^(?<host>[^:\[\]]+|\[[^\[\]]+\]):[0-9]{1,5}$", RegexOptions.ExplicitCapture)]
    private static partial Regex WithPort();

    [GeneratedRegex("^(?<first>[^-]+)-(?<last>[^-]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Range();
}
