using System.Text;

namespace PgSsl.Managers;

/// <summary>The phrase with which a manager begins a comment. Prose that only mentions the manager begins differently.</summary>
internal sealed class CommentMark
{
    private readonly byte[] _start;
    private readonly byte[] _rest;
    private readonly bool _isWhole;

    private CommentMark(string start, string rest, bool isWhole) =>
        (_start, _rest, _isWhole) = (Encoding.UTF8.GetBytes(start), Encoding.UTF8.GetBytes(rest), isWhole);

    /// <summary>The whole comment is this text.</summary>
    public static CommentMark Whole(string text) => new(text, "", isWhole: true);

    /// <summary>The comment begins with this text. The rest differs from file to file, and may have to contain a phrase.</summary>
    public static CommentMark Start(string text, string andThen = "") => new(text, andThen, isWhole: false);

    /// <summary>Whether a comment, without the # and the blanks around it, has this mark.</summary>
    public bool Matches(ReadOnlySpan<byte> comment) =>
        comment.StartsWith(_start)
        && (!_isWhole || comment.Length == _start.Length)
        && comment[_start.Length..].IndexOf(_rest) >= 0;
}
