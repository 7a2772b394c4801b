namespace PgSsl.Tests;

/// <summary>What became of one test of a Pester file, or of the file where it did not get as far as its tests.</summary>
/// <param name="Name">The names of the blocks and of the test, in a row.</param>
/// <param name="Outcome">Pester's word: <c>Passed</c>, <c>Failed</c>, <c>Skipped</c> …</param>
/// <param name="Message">Why it failed or was skipped.</param>
/// <param name="StackTrace">Where it failed: file and line.</param>
public sealed record PesterResult(string Name, string Outcome, string? Message, string? StackTrace)
{
    /// <summary>A test that was not run, for this reason.</summary>
    public static PesterResult Skipped(string name, string reason) => new(name, "Skipped", reason, null);

    /// <summary>A file that did not get as far as its tests.</summary>
    public static PesterResult Failed(string name, string message) => new(name, "Failed", message, null);

    /// <summary>Why it was skipped; null where it was run.</summary>
    public string? SkipReason => Outcome == "Skipped" ? Message ?? "The Pester file gives no reason." : null;

    /// <summary>Makes this the outcome of the xUnit test that calls it.</summary>
    /// <exception cref="PesterFailureException">Pester says anything but passed.</exception>
    public void Report()
    {
        if (Outcome != "Passed")
            throw new PesterFailureException(Message ?? $"Pester's result is {Outcome}.", StackTrace);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
