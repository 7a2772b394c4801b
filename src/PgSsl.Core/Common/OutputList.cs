using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;

namespace PgSsl;

/// <summary>
/// A list in an output object. As text it is its items, so that Export-Csv and ConvertTo-Html show them: they write ToString() of a value, and
/// that of an array is the name of its type.
/// </summary>
/// <typeparam name="T">The type of the items.</typeparam>
[CollectionBuilder(typeof(OutputList), nameof(OutputList.Of))]
public sealed class OutputList<T> : ReadOnlyCollection<T>
{
    internal OutputList(T[] items)
        : base(items)
    {
    }

    /// <summary>The number of items, by the name that arrays have for it.</summary>
    public int Length => Count;

    /// <summary>The items; between words a comma, and sentences one behind the other.</summary>
    public override string ToString()
    {
        string[] texts = [.. this.Select(item => $"{item}")];
        return string.Join(texts is [[.., '.'], ..] ? " " : ", ", texts);
    }

    /// <summary>The same items.</summary>
    public static implicit operator OutputList<T>(T[] items) => new(items);
}

/// <summary>Makes lists.</summary>
internal static class OutputList
{
    /// <summary>For collection expressions.</summary>
    public static OutputList<T> Of<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
