namespace PgSsl.Inspection;

/// <summary>
/// What <c>ssl_ciphers</c> asks for and nobody should use. Only the words of OpenSSL's cipher list format are looked at
/// (openssl-ciphers(1), "CIPHER STRINGS"): which of these ciphers a server then has depends on how its OpenSSL was built.
/// </summary>
internal static class WeakCiphers
{
    private const string NoAuthentication = "no authentication";
    private const string NoEncryption = "no encryption";
    private const string Breakable = "keys that can be broken";

    private static readonly char[] Separators = [':', ',', ' '];

    // The word, what is wrong with it, and the word that bans it besides itself.
    private static readonly Dictionary<string, (string Why, string Ban)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["aNULL"] = (NoAuthentication, "aNULL"),
        ["ADH"] = (NoAuthentication, "aNULL"),
        ["AECDH"] = (NoAuthentication, "aNULL"),
        ["ALL"] = ("those without authentication are among them", "aNULL"),
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

    /// <summary>The words that ask for something weak, each with what is wrong with it.</summary>
    /// <param name="list">The value of ssl_ciphers.</param>
    public static IReadOnlyList<string> Find(string list)
    {
        string[] words = list.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        HashSet<string> banned = words.Where(word => word[0] == '!').Select(word => word[1..]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // A + in front moves to the end what is in the list already; a - takes away what a later word may bring back.
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
