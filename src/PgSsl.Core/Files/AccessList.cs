using System.Globalization;

namespace PgSsl.Files;

/// <summary>
/// The access list of a file on Windows, as text (SDDL; MS-DTYP 2.5.1). Nothing here needs Windows.
/// </summary>
internal sealed class AccessList
{
    private const string Start = "D:";
    private const string Protected = "P";

    // Well-known accounts (MS-DTYP 2.4.2.4): Everyone, Anonymous, Authenticated Users, Interactive, Network, Users, Guests, and app packages.
    private static readonly string[] Broad =
    [
        "WD", "S-1-1-0", "AN", "S-1-5-7", "AU", "S-1-5-11", "IU", "S-1-5-4", "NU", "S-1-5-2", "BU", "S-1-5-32-545", "BG", "S-1-5-32-546",
        "AC", "S-1-15-2-1", "S-1-15-2-2", "DU", "DG", "DC",
    ];

    // The letters by which the text names accounts that a server runs as, or that administer the machine.
    private static readonly Dictionary<string, string> Letters = new(StringComparer.Ordinal)
    {
        ["SY"] = "S-1-5-18", ["LS"] = "S-1-5-19", ["NS"] = "S-1-5-20", ["BA"] = "S-1-5-32-544",
    };

    private static readonly string[] Administrators = ["S-1-5-18", "S-1-5-32-544"];

    private readonly string _flags;
    private readonly Entry[] _entries;

    private AccessList(string flags, Entry[] entries) => (_flags, _entries) = (flags, entries);

    /// <summary>Reads the text of a list.</summary>
    /// <exception cref="FormatException">It is not such a text.</exception>
    public static AccessList Parse(string text)
    {
        if (!text.StartsWith(Start, StringComparison.Ordinal))
            throw new FormatException("An access list begins with D:.");
        int first = text.IndexOf('(', StringComparison.Ordinal);
        var entries = new List<Entry>();
        for (int i = first; i >= 0 && i < text.Length; i = entries[^1].End)
            entries.Add(Entry.Read(text, i));
        return new AccessList(first < 0 ? text[Start.Length..] : text[Start.Length..first], [.. entries]);
    }

    /// <summary>The list of a private key that replaces another file, or is new.</summary>
    /// <param name="old">
    /// The list of the file in place, which is kept without the entries for everybody; null for a new file, which its writer, SYSTEM and
    /// Administrators may use.
    /// </param>
    /// <param name="writer">The account (SID) that writes the file.</param>
    /// <param name="reader">The account (SID) that is to read it, because the server runs as this account; null for none.</param>
    public static AccessList OfKey(AccessList? old, string writer, string? reader)
    {
        AccessList list = old is null ? new AccessList(Protected, [Allow("FA", writer), Allow("FA", "SY"), Allow("FA", "BA")])
            // The writer may have read the old file as one of everybody only.
            : old.IsBroad ? old.WithoutBroad().With(Allow("FA", writer))
            : old;
        return reader is null || list.LetsRead(reader) ? list : list.With(Allow("FR", reader));
    }

    /// <summary>Whether everybody, or every user, may use the file: then a private key does not keep the list as it is.</summary>
    public bool IsBroad => _flags.Contains("NO_ACCESS_CONTROL", StringComparison.Ordinal) || Array.Exists(_entries, entry => entry.IsBroad);

    /// <summary>
    /// Whether an account that the list names could be the server's: somebody else than an administrator and the account that writes.
    /// </summary>
    public bool NamesOthers(string writer) => Array.Exists(
        _entries, entry => entry.LetsRead && !entry.IsBroad && entry.Sid != writer && !Administrators.Contains(entry.Sid));

    /// <summary>Whether an entry lets an account itself read the file. Its groups are not looked at.</summary>
    public bool LetsRead(string account) => Array.Exists(_entries, entry => entry.LetsRead && entry.Sid == account);

    /// <inheritdoc/>
    public override string ToString() => $"{Start}{_flags}{string.Concat<Entry>(_entries)}";

    /// <summary>What it inherits would come back with the directory's next change, so from here on the file has a list of its own.</summary>
    private AccessList WithoutBroad() =>
        new(Protected, [.. _entries.Where(entry => !entry.IsBroad).Select(entry => entry.AsOwn())]);

    /// <summary>Windows wants its own entries before inherited ones, and those that deny first.</summary>
    private AccessList With(Entry added)
    {
        int place = Array.FindIndex(_entries, entry => entry.IsInherited || !entry.Denies);
        return new AccessList(_flags, place < 0 ? [.. _entries, added] : [.. _entries[..place], added, .. _entries[place..]]);
    }

    private static Entry Allow(string rights, string account) => new("A", "", $"{rights};;", account, "", 0);

    /// <param name="Type">A allows, D denies; X and O before it: with a condition, or for an object.</param>
    /// <param name="Flags">Such as ID: it is inherited.</param>
    /// <param name="Rights">What it allows, and two fields that files do not have.</param>
    /// <param name="Account">A SID, or the two letters of a well-known one.</param>
    /// <param name="Rest">A condition.</param>
    /// <param name="End">Where it ends in the text.</param>
    private sealed record Entry(string Type, string Flags, string Rights, string Account, string Rest, int End)
    {
        private const string Inherited = "ID";

        // winnt.h: FILE_READ_DATA, GENERIC_ALL, GENERIC_READ
        private const long Reading = 0x1 | 0x10000000 | 0x80000000;

        public string Sid => Letters.GetValueOrDefault(Account, Account);

        public bool IsInherited => Flags.Contains(Inherited, StringComparison.Ordinal);

        public bool Denies => Type.Contains('D', StringComparison.Ordinal);

        public bool IsBroad => Type is "A" or "OA" or "XA" && (Broad.Contains(Account) || IsOfDomain(Account));

        /// <summary>An entry that only new files inherit has no effect on the file itself.</summary>
        public bool LetsRead => Type == "A" && !Flags.Contains("IO", StringComparison.Ordinal) && MayRead(Rights.Split(';')[0]);

        public static Entry Read(string text, int start)
        {
            int depth = 0, end = start;
            bool isQuoted = false;
            do
            {
                if (end == text.Length)
                    throw new FormatException("An entry of an access list does not end.");
                char c = text[end++];
                isQuoted ^= c == '"';
                depth += isQuoted ? 0 : c == '(' ? 1 : c == ')' ? -1 : 0;
            }
            while (depth > 0);
            const int Fields = 6, WithRest = Fields + 1;
            string[] fields = text[(start + 1)..(end - 1)].Split(';', WithRest);
            return fields.Length >= Fields
                ? new Entry(
                    fields[0], fields[1], string.Join(';', fields[2..(Fields - 1)]), fields[Fields - 1],
                    fields.Length == WithRest ? $";{fields[Fields]}" : "", end)
                : throw new FormatException("An entry of an access list has six fields.");
        }

        public Entry AsOwn() => this with { Flags = Flags.Replace(Inherited, "", StringComparison.Ordinal) };

        public override string ToString() => $"({Type};{Flags};{Rights};{Account}{Rest})";

        /// <summary>Domain Users, Domain Guests and Domain Computers of any domain.</summary>
        private static bool IsOfDomain(string account) => account.StartsWith("S-1-5-21-", StringComparison.Ordinal)
            && account[(account.LastIndexOf('-') + 1)..] is "513" or "514" or "515";

        private static bool MayRead(string rights)
        {
            if (rights.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
                return (long.Parse(rights.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & Reading) != 0;
            return rights.Chunk(2).Any(pair => new string(pair) is "FA" or "FR" or "GA" or "GR" or "CC");
        }
    }
}
