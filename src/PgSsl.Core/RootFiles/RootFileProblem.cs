namespace PgSsl.RootFiles;

/// <summary>Something the matter with a root file or a certificate in it.</summary>
/// <param name="Kind">What, as a stable name.</param>
/// <param name="Message">What was seen and what it does to libpq, as a sentence.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record RootFileProblem(RootFileProblemKind Kind, string Message, string Remedy)
{
    /// <summary>Whether it is why OpenSSL, and so libpq, reads nothing from the file.</summary>
    public bool IsFatal { get; init; }

    /// <summary>The certificate concerned, counted from 1 in the order of the file; null where it is about the whole file.</summary>
    public int? Position { get; init; }
}
