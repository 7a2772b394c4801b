namespace PgSsl.RootFiles;

/// <summary>A problem of a root file or of a certificate in it.</summary>
/// <param name="Kind">What it is, as a stable name.</param>
/// <param name="Message">What was seen and what it means for libpq, as a sentence.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record RootFileProblem(RootFileProblemKind Kind, string Message, string Remedy)
{
    /// <summary>Whether OpenSSL (and therefore libpq) reads nothing from the file because of it.</summary>
    public bool IsFatal { get; init; }

    /// <summary>The certificate that has it, counted from 1 in the order of the file; null where the whole file has it.</summary>
    public int? Position { get; init; }
}
