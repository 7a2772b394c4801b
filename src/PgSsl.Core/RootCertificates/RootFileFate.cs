namespace PgSsl.RootCertificates;

/// <summary>What becomes of a root file, as far as connections notice.</summary>
/// <param name="Existed">It is there before the change.</param>
/// <param name="Remains">It is there after it.</param>
internal sealed record RootFileFate(bool Existed, bool Remains)
{
    /// <summary>A root comes, or comes to be read.</summary>
    public bool GainsRoots { get; init; }

    /// <summary>A root goes that verifies servers now; one that has expired verifies nothing as it is.</summary>
    public bool LosesRoots { get; init; }
}
