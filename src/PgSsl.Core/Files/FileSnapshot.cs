namespace PgSsl.Files;

/// <summary>
/// A file as it was found: what it holds and whom it belongs to, read through one handle. A name that is looked up twice may lead to
/// two files, and then one user's secret would be given to another.
/// </summary>
/// <param name="Path">Where it was found.</param>
/// <param name="Content">What it held.</param>
internal sealed record FileSnapshot(string Path, byte[] Content)
{
    /// <summary>Owner and mode; null on Windows.</summary>
    internal UnixStatus? Status { get; init; }
}
