using System.Globalization;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>How often both say the same, accepted or refused first.</summary>
public sealed class Tally
{
    private const int Shown = 40;

    /// <summary>How many cases: a thousand, or as many as PGSSL_TEST_FUZZ says.</summary>
    public static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_FUZZ"), out int count) ? count : 1000;

    /// <summary>The first seed: 1, or PGSSL_TEST_FUZZ_SEED.</summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("PGSSL_TEST_FUZZ_SEED"), out int seed) ? seed : 1;

    private readonly List<string> _refused = [];
    private readonly List<string> _otherReason = [];
    private int _count;
    private int _good;

    public List<string> Accepted { get; } = [];

    /// <summary>The share of cases with the same verdict, accepted or refused.</summary>
    public double Agreement => 1 - ((Accepted.Count + _refused.Count) / (double)_count);

    /// <summary>Whether both say the same.</summary>
    public bool Add(string name, (int Error, int Depth)? ours, (int Error, int Depth)? theirs)
    {
        _count++;
        bool accepts = ours?.Error == 0, accept = theirs?.Error == 0;
        _good += accept ? 1 : 0;
        string text = string.Create(CultureInfo.InvariantCulture, $"{name}: openssl {Show(theirs)}, we {Show(ours)}");
        if (accepts && !accept)
            Accepted.Add(text);
        else if (!accepts && accept)
            _refused.Add(text);
        else if (ours?.Error != theirs?.Error)
            _otherReason.Add(text);
        return accepts == accept && ours?.Error == theirs?.Error;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        {_count} cases, {_good} of them good for openssl.
        The same verdict in {100 * Agreement:0.00} %, the same reason too in {100 * (Agreement - (_otherReason.Count / (double)_count)):0.00} %.
        Accepted, refused by openssl: {Accepted.Count}
        {string.Join("\n", Accepted.Take(Shown))}
        Refused, accepted by openssl: {_refused.Count}
        {string.Join("\n", _refused.Take(Shown))}
        Another reason: {_otherReason.Count}
        {string.Join("\n", _otherReason.Take(Shown))}
        """);

    private static string Show((int Error, int Depth)? verdict) => verdict is var (error, depth) ? $"{error} at {depth}" : "nothing";
}
