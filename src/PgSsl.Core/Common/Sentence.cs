namespace PgSsl.Common;

/// <summary>Makes a sentence from a phrase that may begin with a quoted name.</summary>
internal static class Sentence
{
    /// <summary>With a capital letter and a full stop.</summary>
    public static string Of(string phrase) =>
        phrase.Length == 0 ? phrase : char.ToUpperInvariant(phrase[0]) + phrase[1..] + (phrase.EndsWith('.') ? "" : ".");
}
