using System.Text;

namespace PgSsl.Managers;

/// <summary>A manager's own phrase, as it stands at the beginning of a comment; prose that only mentions the manager does not begin so.</summary>
internal sealed class CommentMark
{
    private readonly byte[] _start;
    private readonly byte[] _rest;
    private readonly bool _isWhole;

    private CommentMark(string start, string rest, bool isWhole) =>
        (_start, _rest, _isWhole) = (Encoding.UTF8.GetBytes(start), Encoding.UTF8.GetBytes(rest), isWhole);

    /// <summary>The comment is this and nothing else.</summary>
    public static CommentMark Whole(string text) => new(text, "", isWhole: true);

    /// <summary>The comment begins so; what follows differs from file to file, but for a phrase that may have to be in it.</summary>
    public static CommentMark Start(string text, string andThen = "") => new(text, andThen, isWhole: false);

    /// <summary>Whether a comment, without the # and the blanks around it, is such a one.</summary>
    public bool Matches(ReadOnlySpan<byte> comment) =>
        comment.StartsWith(_start)
        && (!_isWhole || comment.Length == _start.Length)
        && comment[_start.Length..].IndexOf(_rest) >= 0;
}
