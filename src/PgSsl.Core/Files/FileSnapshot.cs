namespace PgSsl.Files;

/// <summary>
/// The state of a file: content, owner and mode, read through one handle. A name that is opened twice may lead to two files, and then the secret
/// of one user could be given to another.
/// </summary>
/// <param name="Path">Its path.</param>
/// <param name="Content">Its content.</param>
internal sealed record FileSnapshot(string Path, byte[] Content)
{
    /// <summary>Owner and mode; null on Windows.</summary>
    internal UnixStatus? Status { get; init; }

    /// <summary>Access list and other attributes; null on Windows.</summary>
    internal UnixAttributes? Attributes { get; init; }

    /// <summary>On Windows, the access list (<see cref="Files.AccessList"/>); null elsewhere.</summary>
    internal string? AccessList { get; init; }
}
