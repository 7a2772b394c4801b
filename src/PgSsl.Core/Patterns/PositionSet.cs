using System.Numerics;

namespace PgSsl.Patterns;

/// <summary>Places between the characters of a text: 0 before the first, up to the text's length after the last.</summary>
internal sealed class PositionSet
{
    private const int Bits = 64;

    private readonly ulong[] _words;

    internal PositionSet(int textLength) => _words = new ulong[(textLength / Bits) + 1];

    private PositionSet(ulong[] words) => _words = words;

    internal int WordCount => _words.Length;

    internal bool IsEmpty
    {
        get
        {
            foreach (ulong word in _words)
            {
                if (word != 0)
                    return false;
            }
            return true;
        }
    }

    internal static PositionSet Of(int textLength, int position)
    {
        var set = new PositionSet(textLength);
        set.Add(position);
        return set;
    }

    /// <summary>All positions from one to the end of the text.</summary>
    internal static PositionSet From(int textLength, int first)
    {
        var set = new PositionSet(textLength);
        for (int position = first; position <= textLength; position++)
            set.Add(position);
        return set;
    }

    internal bool Contains(int position) => (_words[position / Bits] >> (position % Bits) & 1) != 0;

    internal void Add(int position) => _words[position / Bits] |= 1UL << (position % Bits);

    internal PositionSet Copy() => new((ulong[])_words.Clone());

    internal void UnionWith(PositionSet other)
    {
        for (int index = 0; index < _words.Length; index++)
            _words[index] |= other._words[index];
    }

    internal PositionSet Without(PositionSet other)
    {
        PositionSet rest = Copy();
        for (int index = 0; index < _words.Length; index++)
            rest._words[index] &= ~other._words[index];
        return rest;
    }

    internal bool IsSameAs(PositionSet other) => _words.AsSpan().SequenceEqual(other._words);

    /// <summary>The first position at or after one; -1 where there is none.</summary>
    internal int Next(int position)
    {
        int index = position / Bits;
        if (index >= _words.Length)
            return -1;
        ulong word = _words[index] & (ulong.MaxValue << (position % Bits));
        while (word == 0)
        {
            if (++index == _words.Length)
                return -1;
            word = _words[index];
        }
        return (index * Bits) + BitOperations.TrailingZeroCount(word);
    }

    /// <summary>The last position at or before one; -1 where there is none.</summary>
    internal int Previous(int position)
    {
        if (position < 0)
            return -1;
        int index = position / Bits;
        ulong word = _words[index] & (ulong.MaxValue >> (Bits - 1 - (position % Bits)));
        while (word == 0)
        {
            if (--index < 0)
                return -1;
            word = _words[index];
        }
        return (index * Bits) + Bits - 1 - BitOperations.LeadingZeroCount(word);
    }
}
