using System.Globalization;
using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>
/// Words that the server takes for something else than their writer meant (hba.c, parse_hba_line). It knows keywords in lower case only, each
/// in its own column, and everything that is neither a keyword nor an address is a name.
/// </summary>
internal static class HbaSpelling
{
    /// <summary>Whether no client can match an address field: it is read as a host name that nothing has.</summary>
    public static bool MatchesNobody(HbaAddress? address) => address is HbaAddress.HostName { Name: var name } && !CanBeHostName(name);

    /// <summary>Adds the findings of a record.</summary>
    public static void AddTo(List<Finding> found, HbaRecord record)
    {
        AddForNames(found, record.Databases, isDatabase: true);
        AddForNames(found, record.Users, isDatabase: false);
        AddForColumns(found, record);
        if (record.Address is HbaAddress.HostName host)
            AddForHostName(found, host, record);
        if (record.Address is HbaAddress.Network network)
            AddForNetwork(found, record, network);
        foreach (HbaOption option in record.Options)
            if (HbaPlaceholders.In(option) is { } placeholder)
                found.Add(Placeholder(placeholder, $"the value of {option.Name}"));
    }

    private static void AddForNames(List<Finding> found, HbaName[] names, bool isDatabase)
    {
        string what = isDatabase ? "a database" : "a user";
        foreach (HbaName name in names)
        {
            if (name.IsSecret || name.Kind is not (HbaNameKind.Literal or HbaNameKind.Members))
                continue;
            if (HbaPlaceholders.In(name.Value, name.IsQuoted) is { } placeholder)
                found.Add(Placeholder(placeholder, $"the name of {(name.Kind == HbaNameKind.Members ? "a role" : what)}"));
            else if (name.Kind == HbaNameKind.Members)
                continue;
            else if (name.IsQuoted && HbaName.KindOf(name.Text, isDatabase) != HbaNameKind.Literal)
                found.Add(new Finding(
                    "QuotedKeyword", FindingSeverity.Information, $"\"{name.Text}\" in quotes is a name, not the keyword.",
                    "Remove the quotes if the keyword is meant."));
            else if (!name.IsQuoted && (name.Text == "*" || IsKeywordInOtherCase(name.Text, isDatabase)))
                found.Add(new Finding(
                    "NotAKeyword", FindingSeverity.Warning, $"{name.Text} is not a keyword: the server takes it for the name of {what}.",
                    $"Write {(name.Text == "*" ? "all" : $"{name.Text.ToLowerInvariant()} (in lower case)")}, or the name in quotes."));
        }
    }

    // check_db knows sameuser, samerole and replication, check_role knows +role.
    private static void AddForColumns(List<Finding> found, HbaRecord record)
    {
        bool isReplication = Array.Exists(record.Databases, name => name.Kind is HbaNameKind.Replication or HbaNameKind.All);
        HbaName? swapped = Array.Find(record.Users, name =>
            name is { IsQuoted: false, IsSecret: false, Kind: HbaNameKind.Literal }
            && HbaName.KindOf(name.Text, isDatabase: true) is HbaNameKind.SameUser or HbaNameKind.SameRole or HbaNameKind.Replication
            && !(isReplication && name.Text == "replication"));
        if (swapped is not null)
            found.Add(new Finding(
                "SwappedColumns", FindingSeverity.Warning,
                $"{swapped.Text} is a keyword for databases only: here the server takes it for the name of a user.",
                $"Write the database first and the user second. If there is a user of this name, write \"{swapped.Text}\" in quotes."));
        HbaName? role = Array.Find(record.Databases, name =>
            name is { IsQuoted: false, IsSecret: false, Kind: HbaNameKind.Literal } && name.Text.StartsWith('+'));
        if (role is not null)
            found.Add(new Finding(
                "SwappedColumns", FindingSeverity.Warning,
                $"{role.Text} means the members of a role for users only: here the server takes it for the name of a database.",
                $"Write the database first and the user second. If there is a database of this name, write \"{role.Text}\" in quotes."));
    }

    private static void AddForHostName(List<Finding> found, HbaAddress.HostName host, HbaRecord record)
    {
        string name = host.Name;
        if (host.Masked is { } shown)
            found.Add(new Finding(
                "ImpossibleHostName", FindingSeverity.Critical,
                $"The server takes \"{shown}\" for a host name, and no client has such a name: the rule matches nobody.",
                "Write an address before the method, and options behind it."));
        else if (HbaPlaceholders.In(name, isQuoted: false) is { } placeholder)
            found.Add(Placeholder(placeholder, "a host name"));
        else if (HbaPlaceholders.In(record) is { } divided && divided.Contains(' ', StringComparison.Ordinal))
            found.Add(Placeholder(divided, "several fields"));
        else if (!CanBeHostName(name))
            found.Add(new Finding(
                "ImpossibleHostName", FindingSeverity.Critical,
                $"The server takes \"{name}\" for a host name, and no client has such a name: the rule matches nobody.",
                RemedyFor(name)));
    }

    private static string RemedyFor(string name) => name switch
    {
        _ when ServerText.EqualsIgnoringCase(name, "samehost") || ServerText.EqualsIgnoringCase(name, "samenet") =>
            $"Write {name.ToLowerInvariant()} in lower case and without quotes.",
        _ when HbaAddressHints.For(name) is { } remedy => remedy,
        ['*', '.', .. var suffix] when CanBeHostName(suffix) => $"Write .{suffix}: it stands for all names below {suffix}.",
        [.. var bare, '.'] when CanBeHostName(bare) => $"Write {bare}, without the dot at its end.",
        _ when name.Any(char.IsAsciiDigit) =>
            "Write an address and its mask: 10.0.0.0/24 stands for all addresses that begin with 10.0.0, and 10.0.0.7/32 for one.",
        _ => "Write all, in lower case and without quotes, for every address; or a network, such as 10.0.0.0/8.",
    };

    /// <summary>
    /// Whether the name of an address can be this one, as the resolver tells it (hba.c, check_hostname: getnameinfo, and back). Labels have
    /// letters, digits, hyphens and, in practice, underscores; the last label is not a number (RFC 1123, 2.1), and no dot comes behind it.
    /// </summary>
    private static bool CanBeHostName(string name)
    {
        // An address with a scope is one for a server that has the interface (getaddrinfo).
        if (name.Contains('%', StringComparison.Ordinal) && name.Contains(':', StringComparison.Ordinal))
            return true;
        string[] labels = (name.StartsWith('.') ? name[1..] : name).Split('.');
        return labels.All(label => label.Length > 0 && label.All(CanBeInHostName))
            && !labels[^1].All(char.IsAsciiDigit)
            && !(labels is [var single] && !name.StartsWith('.') && IsWordForEverybody(single));
    }

    private static bool CanBeInHostName(char letter) => !char.IsAscii(letter) || char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';

    private static bool IsWordForEverybody(string word) =>
        word.ToLowerInvariant() is "any" or "all" or "everyone" or "everybody" or "anywhere" or "samehost" or "samenet";

    private static bool IsKeywordInOtherCase(string text, bool isDatabase) =>
        text.Any(letter => char.ToLowerInvariant(letter) != letter)
        && HbaName.KindOf(text.ToLowerInvariant(), isDatabase) is not (HbaNameKind.Literal or HbaNameKind.Members);

    private static void AddForNetwork(List<Finding> found, HbaRecord record, HbaAddress.Network network)
    {
        int column = 1 + record.Databases.Length + record.Users.Length;
        bool hasMaskColumn = record.MethodIndex - column == 2;
        string address = record.Line.Token(column).Text;
        string written = hasMaskColumn ? $"{address} {record.Line.Token(column + 1).Text}" : address;
        if (!network.IsContiguous)
        {
            found.Add(new Finding(
                "OddMask", FindingSeverity.Warning,
                $"{network.MaskText} is not the mask of a network: its ones do not come first, so the rule is for addresses from many networks.",
                "Write the network with the number of its bits, such as 10.0.0.0/8."));
            return;
        }
        string meant = $"{(network.Address with { Bits = network.Address.Bits & network.Mask }).ToString()}/{Ones(network)}";
        if (IsShorthand(hasMaskColumn ? address : address[..address.IndexOf('/', StringComparison.Ordinal)], network))
            found.Add(new Finding(
                "ShorthandAddress", FindingSeverity.Warning,
                $"The server reads {written} as {network.Text}/{Ones(network)}, which is the network {meant}.",
                "Write all four numbers of the address, in decimal and without leading zeros."));
        else if ((network.Address.Bits & ~network.Mask) != 0)
            found.Add(new Finding(
                "HostBits", FindingSeverity.Warning,
                $"{written} stands for all of {meant}: the server ignores the bits that the mask leaves out.",
                $"Write {meant} if the network is meant, or {network.Text}/{network.Address.Width} if the one address is."));
    }

    /// <summary>
    /// Whether an address of IPv4 is not written as four decimal numbers (inet_aton), and means something else than the same numbers with
    /// zeros behind them: the last number fills what is left, and a leading zero makes it octal.
    /// </summary>
    private static bool IsShorthand(string address, HbaAddress.Network network)
    {
        string[] numbers = address.Split('.');
        if (network.Address.IsIPv6 || network.IsLoopback || (numbers.Length == 4 && address == network.Text))
            return false;
        UInt128 padded = 0;
        for (int i = 0; i < 4; i++)
        {
            if (!byte.TryParse(i < numbers.Length ? numbers[i] : "0", NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
                return true;
            padded = (padded << 8) | number;
        }
        return ((padded ^ network.Address.Bits) & network.Mask) != 0;
    }

    private static int Ones(HbaAddress.Network network) => Math.Min(network.LeadingOnes, network.Address.Width);

    private static Finding Placeholder(string placeholder, string what) => new(
        "Placeholder", FindingSeverity.Warning, $"{placeholder} was not replaced: the server takes it for {what}.",
        "Fill in the value. Whatever writes this file (a template, a script) did not.");
}
