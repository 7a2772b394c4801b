using PgSsl.Server;

namespace PgSsl.Hba.Live;

/// <summary>A row of pg_hba_file_rules, with all that the view shows of a rule.</summary>
/// <param name="LineNumber">The line.</param>
/// <param name="Type">The connection type; null for a refused line, which may have no error in this view.</param>
internal sealed record ServerRule(int LineNumber, string? Type)
{
    // Their options are not shown as written, but as they take effect (hbafuncs.c, get_hba_options): URLs in parts, realms, validators.
    private static readonly string[] MethodsWithOptions = ["gss", "sspi", "ldap", "radius", "oauth"];

    private static readonly string[] PlainOptions = ["map", "clientcert", "pamservice"];

    /// <summary>The file's name, from PostgreSQL 16 on; null before.</summary>
    public string? FileName { get; init; }

    /// <summary>The databases.</summary>
    public IReadOnlyList<string?>? Databases { get; init; }

    /// <summary>The users.</summary>
    public IReadOnlyList<string?>? Users { get; init; }

    /// <summary>The address, host name or keyword.</summary>
    public string? Address { get; init; }

    /// <summary>The mask.</summary>
    public string? Netmask { get; init; }

    /// <summary>The method.</summary>
    public string? Method { get; init; }

    /// <summary>The options, <c>name=value</c> each.</summary>
    public IReadOnlyList<string?>? Options { get; init; }

    /// <summary>Whether the server says that something is wrong with the line.</summary>
    public bool HasError { get; init; }

    /// <summary>The statement that reads them.</summary>
    public static string SqlFor(int major) =>
        $"SELECT line_number AS line, {(major >= 16 ? "file_name" : "NULL")} AS file, type, database, user_name, address, netmask, auth_method, "
            + "options, error IS NOT NULL AS failed FROM pg_hba_file_rules";

    /// <summary>Reads a row.</summary>
    public static ServerRule Of(SqlRow row) => new(row.GetInt32("line") ?? throw SqlRow.Missing("line"), row["type"])
    {
        FileName = row["file"],
        Databases = row.GetArray("database"),
        Users = row.GetArray("user_name"),
        Address = row["address"],
        Netmask = row["netmask"],
        Method = row["auth_method"],
        Options = row.GetArray("options"),
        HasError = row.GetBoolean("failed") == true,
    };

    /// <summary>Compares these rules with a document.</summary>
    /// <returns>The first difference, in words; null where there is none.</returns>
    public static string? Differs(IReadOnlyList<ServerRule> rules, HbaDocument document)
    {
        for (int i = 0; i < Math.Max(rules.Count, document.Entries.Count); i++)
        {
            if (i >= rules.Count || i >= document.Entries.Count)
                return $"the server sees {rules.Count} rules, and the file has {document.Entries.Count}";
            HbaEntry entry = document.Entries[i];
            if (rules[i].LineNumber != entry.Line.Number || rules[i].Type != entry.Record?.Type.ToWord())
                return $"the server sees {rules[i].Type ?? "an error"} in line {rules[i].LineNumber}, "
                    + $"where {document.PlaceOf(entry.Line)} has {entry.Record?.Type.ToWord() ?? $"an error ({entry.ShownError})"}";
            if (rules[i].FindDifference(entry, document.Dialect) is { } field)
                return $"the server sees another {field} in line {rules[i].LineNumber} than {document.PlaceOf(entry.Line)} has";
        }
        return null;
    }

    /// <summary>The field that differs; null for none.</summary>
    private string? FindDifference(HbaEntry entry, HbaDialect dialect)
    {
        // With -Path the directory has another name here.
        if (FileName is not null && !IsSame(NameOf(FileName), NameOf(entry.Line.File.Path)))
            return "file";
        // Refused lines have nothing else, and some of their errors are only in the log.
        if (entry.Record is not { } record)
            return null;
        if (HasError != (entry.Error is not null && entry.Number is null))
            return "error";
        return !AreSame(Databases, record.Databases.Select(name => name.Text)) ? "database"
            : !AreSame(Users, record.Users.Select(name => name.Text)) ? "user"
            : !IsSame(Address, record.Address?.Text) ? "address"
            : !IsSame(Netmask, record.Address?.MaskText) ? "mask"
            : Method != record.Method ? "method"
            : !HasSameOptions(record, dialect) ? "option"
            : null;
    }

    private bool HasSameOptions(HbaRecord record, HbaDialect dialect)
    {
        Dictionary<string, string> seen = (Options ?? []).OfType<string>().Select(option => option.Split('=', 2))
            .GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.Last().ElementAtOrDefault(1) ?? "");
        if (!MethodsWithOptions.Contains(record.Method) && seen.Keys.Except(PlainOptions).Any())
            return false;
        return PlainOptions.All(name =>
            // Before 14 it is shown in other words.
            (name == "clientcert" && dialect.HasNumericClientCert)
            || IsSame(seen.GetValueOrDefault(name), name == "clientcert" && record.Method == "cert" ? "verify-full" : record.Option(name)));
    }

    private static bool AreSame(IReadOnlyList<string?>? seen, IEnumerable<string> written)
    {
        string[] all = [.. written];
        return seen is not null && seen.Count == all.Length && seen.Zip(all).All(pair => IsSame(pair.First, pair.Second));
    }

    // The view converts bytes from the encoding of the database, whatever they are in the file.
    private static bool IsSame(string? seen, string? written) =>
        seen == written || (seen is not null && written is not null && !Ascii(seen) && !Ascii(written));

    private static bool Ascii(string text) => System.Text.Ascii.IsValid(text);

    private static string NameOf(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
}
