namespace PgSsl.Patterns;

/// <summary>A set of characters. Whatever depends on the locale is ASCII only, as in the C collation.</summary>
internal sealed class CharacterSet
{
    // \U takes numbers up to this (regcustom.h, CHR_MAX), although text does not have characters beyond U+10FFFF.
    internal const uint MaxCharacter = 0x7ffffffe;

    private const uint LowLimit = 256;
    private static readonly CharacterSet[] Singles = [.. Enumerable.Range(0, (int)LowLimit).Select(code => Create((uint)code))];

    private readonly ulong[] _low = new ulong[LowLimit / 64];
    private List<(uint First, uint Last)>? _high;
    private bool _isHighInverted;

    internal static CharacterSet Of(uint character, bool ignoreCase)
    {
        if (!ignoreCase || !IsLetter(character))
            return character < LowLimit ? Singles[character] : Create(character);
        var set = new CharacterSet();
        set.Add(character, true);
        return set;
    }

    internal bool Contains(uint character) => character < LowLimit
        ? (_low[character / 64] >> (int)(character % 64) & 1) != 0
        : IsHigh(character) != _isHighInverted;

    internal void Add(uint character, bool ignoreCase = false) => AddRange(character, character, ignoreCase);

    internal void AddRange(uint first, uint last, bool ignoreCase = false)
    {
        for (uint code = first; code <= last && code < LowLimit; code++)
        {
            AddLow(code);
            if (ignoreCase && IsLetter(code))
                AddLow(code ^ 0x20);
        }
        if (last >= LowLimit)
            (_high ??= []).Add((Math.Max(first, LowLimit), last));
    }

    internal void Remove(uint lowCharacter) => _low[lowCharacter / 64] &= ~(1UL << (int)(lowCharacter % 64));

    /// <summary>Adds the members of a set without characters beyond 255, or, inverted, all other characters.</summary>
    internal void AddClass(CharacterSet low, bool isInverted)
    {
        for (int word = 0; word < _low.Length; word++)
            _low[word] |= isInverted ? ~low._low[word] : low._low[word];
        if (isInverted)
            (_high ??= []).Add((LowLimit, uint.MaxValue));
    }

    internal void Invert()
    {
        for (int word = 0; word < _low.Length; word++)
            _low[word] = ~_low[word];
        _isHighInverted = !_isHighInverted;
    }

    private static CharacterSet Create(uint character)
    {
        var set = new CharacterSet();
        set.Add(character);
        return set;
    }

    private static bool IsLetter(uint character) => character < LowLimit && char.IsAsciiLetter((char)character);

    private void AddLow(uint code) => _low[code / 64] |= 1UL << (int)(code % 64);

    private bool IsHigh(uint character)
    {
        if (_high is not null)
        {
            foreach ((uint first, uint last) in _high)
            {
                if (first <= character && character <= last)
                    return true;
            }
        }
        return false;
    }
}
