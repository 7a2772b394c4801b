namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>Names of every kind: some that match each other, some that nearly do.</summary>
public sealed class FuzzedNames(Random random)
{
    private static readonly string[] Hosts = ["a.test", "db.a.test", "b.test", ".a.test", "", "A.TEST", "xn--mgba.test", "*.a.test"];
    private static readonly string[] Mails = ["me@a.test", "me@b.test", "a.test", ".a.test", "@a.test", "ME@A.test", "me"];
    private static readonly string[] Uris = ["https://a.test/x", "a.test", ".a.test", "https://db.a.test:1/", "urn:x", "https://:1"];
    private static readonly string[] Attributes = ["2.5.4.3", "2.5.4.10", "2.5.4.11", "1.2.840.113549.1.9.1", "1.2.3.4"];
    private static readonly string[] Texts = ["ACME", "acme", "Acme  Ltd", " Acme Ltd ", "db.a.test", "me@a.test", "x", "\u00e4", ""];
    private static readonly int[] StringTags = [12, 12, 12, 19, 22, 20, 30, 28, 18, 26];

    /// <summary>A distinguished name; most consist of one or two attributes.</summary>
    public byte[] Distinguished() => Der.Sequence([.. Enumerable.Range(0, random.Next(4)).Select(_ => Der.Set(
        [.. Enumerable.Range(0, random.Next(6) == 0 ? 2 : 1).Select(_ => Attribute())]))]);

    /// <summary>A distinguished name of one common name.</summary>
    public static byte[] CommonName(string name, int tag = 12) => Der.Sequence(Der.Set(Der.Sequence(Der.Oid("2.5.4.3"), Der.Text(tag, name))));

    public byte[] Attribute() => Der.Sequence(Der.Oid(Pick(Attributes)), Der.Text(Pick(StringTags), Pick(Texts)));

    /// <summary>A GeneralName.</summary>
    public byte[] General() => random.Next(12) switch
    {
        0 => Der.Implicit(1, Latin(Pick(Mails))),
        1 => Der.Implicit(6, Latin(Pick(Uris))),
        2 => Der.Implicit(7, random.Next(2) == 0 ? [10, 0, 0, 1] : new byte[random.Next(3) * 8]),
        3 or 4 => Der.Explicit(4, Distinguished()),
        5 => Der.Explicit(0, Der.Oid("1.3.6.1.5.5.7.8.9"), Der.Explicit(0, Der.Text(random.Next(4) == 0 ? 22 : 12, Pick(Mails)))),
        6 => Der.Explicit(0, Der.Oid("1.2.3.4"), Der.Explicit(0, Der.Text(12, "x"))),
        7 => Der.Implicit(8, [0x2a, 3]),
        8 => Der.Explicit(random.Next(2) == 0 ? 3 : 5, Der.Explicit(1, Der.Text(Pick(StringTags), "x"))),
        _ => Der.Implicit(2, Latin(Pick(Hosts))),
    };

    /// <summary>A GeneralName as a constraint: addresses have masks.</summary>
    public byte[] Constraint() => random.Next(8) switch
    {
        0 => Der.Implicit(7, [10, 0, 0, 0, 255, 0, 0, 0]),
        1 => Der.Implicit(1, Latin(Pick(Mails))),
        2 or 3 => Der.Implicit(2, Latin(Pick(Hosts))),
        _ => General(),
    };

    public byte[] Generals() => Der.Sequence([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => General())]);

    private static byte[] Latin(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}
