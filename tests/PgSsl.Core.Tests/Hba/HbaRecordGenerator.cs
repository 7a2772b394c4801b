namespace PgSsl.Tests.Hba;

/// <summary>Records: most fields good and plainly written, some not.</summary>
/// <param name="random">Decides.</param>
/// <param name="nameOfFile">A file to be named with @.</param>
internal sealed class HbaRecordGenerator(Random random, Func<string> nameOfFile)
{
    /// <summary>A record, without line break.</summary>
    public string Record()
    {
        string type = Rarely(25) ? Pick(HbaWords.OddTypes) : Pick(HbaWords.Types);
        string method = Rarely(25) ? Pick(HbaWords.OddMethods) : MethodFor(type);
        List<string> fields = [Spell(type), List(HbaWords.Databases), List(HbaWords.Users)];
        if (type != "local" || Rarely(25))
            fields.Add(Address());
        fields.Add(Spell(method));
        fields.AddRange(Options(method));
        if (Rarely(30))
            fields.RemoveAt(random.Next(fields.Count));
        if (Rarely(30))
            fields.RemoveRange(random.Next(fields.Count), 1);
        if (Rarely(40))
            fields.Insert(random.Next(fields.Count + 1), Pick(fields));
        return Join(fields) + (Rarely(12) ? Pick("", " ") + Pick(HbaWords.Comments) : "");
    }

    /// <summary>Fields with blanks between them.</summary>
    public string Join(IEnumerable<string> fields) => fields.Aggregate((one, two) => one + (Rarely(3) ? Pick(HbaWords.Blanks) : " ") + two);

    /// <summary>Names with commas between them.</summary>
    public string List(string[] words)
    {
        string list = Element(words);
        while (Rarely(3))
            list += Pick(HbaWords.Commas) + Element(words);
        return Rarely(25) ? Pick("," + list, list + ",", ",," + list) : list;
    }

    /// <summary>A word with or without quotes, which may be anywhere.</summary>
    public string Spell(string word)
    {
        if (word.IndexOfAny([' ', '\t', ',', '"', '#', '@', '\v']) >= 0 || word.Length == 0 ? !Rarely(12) : Rarely(10))
            return Rarely(6) ? QuotedOddly(word) : Quoted(word);
        return word;
    }

    private string MethodFor(string type)
    {
        if (Rarely(6))
            return Pick(HbaWords.Methods);
        return type switch
        {
            "local" => Pick("trust", "reject", "peer", "ident", "scram-sha-256", "ldap", "pam", "radius", "oauth"),
            "hostssl" => Pick("trust", "reject", "cert", "cert", "scram-sha-256", "ldap", "gss", "radius", "oauth"),
            _ => Pick("trust", "reject", "md5", "password", "scram-sha-256", "ident", "ldap", "pam", "gss", "radius", "oauth"),
        };
    }

    private string Element(string[] words) => Rarely(30) ? Reference() : Spell(Pick(words));

    private string Reference()
    {
        string name = nameOfFile();
        return Rarely(3) ? $"@{Quoted(name)}" : Rarely(6) ? Quoted($"@{name}") : Rarely(8) ? $"\"\"@{name}" : $"@{name}";
    }

    private string Address() => random.Next(12) switch
    {
        0 => Spell(Pick("all", "samehost", "samenet")),
        1 => Spell(Pick(HbaWords.HostNames)),
        2 => Spell(Pick([.. HbaWords.IPv4, .. HbaWords.HostNames]) + "/" + Pick(HbaWords.Prefixes)),
        3 => Spell(Pick(HbaWords.IPv6) + "/" + Pick(HbaWords.Prefixes)),
        4 => Spell(Pick(HbaWords.IPv4)) + " " + Spell(Pick(HbaWords.Masks)),
        5 => Spell(Pick(HbaWords.IPv6)) + " " + Spell(Pick(HbaWords.Masks)),
        6 => Spell(Pick(HbaWords.IPv6)) + " " + Spell(Pick(HbaWords.IPv6)),
        7 => Spell(Pick(HbaWords.IPv4)) + " " + Spell(Pick(HbaWords.IPv4)),
        8 => $"{RandomIPv6()}/{random.Next(131)}",
        9 => List([.. HbaWords.IPv4, .. HbaWords.HostNames]),
        _ => $"{random.Next(256)}.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}/{random.Next(34)}",
    };

    private string RandomIPv6() =>
        string.Join(':', Enumerable.Range(0, 8).Select(_ => Rarely(2) ? "0" : $"{random.Next(0x10000) >> (4 * random.Next(4)):x}"));

    private IEnumerable<string> Options(string method)
    {
        string[] own = HbaWords.OptionsOf(method);
        for (int i = random.Next(method is "ldap" or "radius" or "oauth" ? 6 : 3); i > 0; i--)
            yield return Rarely(12)
                ? Spell(Pick(HbaWords.OptionsOf(Pick(HbaWords.Methods)).Concat(HbaWords.OddOptions).ToArray()))
                : Option(Pick(own));
    }

    private string Option(string option)
    {
        int equals = option.IndexOf('=', StringComparison.Ordinal);
        return Rarely(8) ? option : Rarely(3) ? $"{option[..(equals + 1)]}{Quoted(option[(equals + 1)..])}" : Spell(option);
    }

    private static string Quoted(string word) => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private string QuotedOddly(string word)
    {
        int at = random.Next(word.Length + 1);
        return random.Next(6) switch
        {
            0 => word[..at] + Quoted(word[at..]),
            1 => Quoted(word[..at]) + word[at..],
            2 => "\"" + word,
            3 => word + "\"",
            4 => word[..at] + "\"\"" + word[at..],
            _ => Quoted(word[..at]) + Quoted(word[at..]),
        };
    }

    private bool Rarely(int oneIn) => random.Next(oneIn) == 0;

    private T Pick<T>(params IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
