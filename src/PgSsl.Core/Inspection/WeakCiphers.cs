namespace PgSsl.Inspection;

/// <summary>
/// The ciphers in <c>ssl_ciphers</c> that nobody should use. Only the words of OpenSSL's cipher list format are examined (openssl-ciphers(1),
/// "CIPHER STRINGS"): which of these ciphers a server really has depends on how its OpenSSL was built.
/// </summary>
internal static class WeakCiphers
{
    private const string NoAuthentication = "no authentication";
    private const string NoEncryption = "no encryption";
    private const string Breakable = "keys that can be broken";

    private static readonly char[] Separators = [':', ',', ' '];

    // The word, what is wrong with it, and another word that bans it.
    private static readonly Dictionary<string, (string Why, string Ban)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["aNULL"] = (NoAuthentication, "aNULL"),
        ["ADH"] = (NoAuthentication, "aNULL"),
        ["AECDH"] = (NoAuthentication, "aNULL"),
        ["ALL"] = ("includes ciphers without authentication", "aNULL"),
        ["COMPLEMENTOFDEFAULT"] = (NoAuthentication, "aNULL"),
        ["COMPLEMENTOFALL"] = (NoEncryption, "eNULL"),
        ["eNULL"] = (NoEncryption, "eNULL"),
        ["NULL"] = (NoEncryption, "eNULL"),
        ["EXPORT"] = (Breakable, "EXPORT"),
        ["EXP"] = (Breakable, "EXPORT"),
        ["LOW"] = (Breakable, "LOW"),
        ["DES"] = (Breakable, "DES"),
        ["RC4"] = ("broken", "RC4"),
        ["MD5"] = ("broken", "MD5"),
    };

    /// <summary>The words that allow something weak, each with what is wrong with it.</summary>
    /// <param name="list">The value of ssl_ciphers.</param>
    public static IReadOnlyList<string> Find(string list)
    {
        string[] words = list.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        HashSet<string> banned = words.Where(word => word[0] == '!').Select(word => word[1..]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // A leading + moves ciphers of the list to its end; a leading - removes ciphers that a later word may add again.
        return
        [
            .. from word in words
               where word[0] is not ('!' or '-' or '+')
               from part in word.Split('+')
               where Known.ContainsKey(part) && !banned.Contains(part) && !banned.Contains(Known[part].Ban)
               select $"{word} ({Known[part].Why})",
            .. words.Where(word => word.StartsWith("@SECLEVEL=", StringComparison.OrdinalIgnoreCase) && word[^1] is '0' or '1')
                .Select(word => $"{word} (keys and signatures below 112 bits)"),
        ];
    }
}
