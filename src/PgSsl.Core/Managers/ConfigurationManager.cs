namespace PgSsl.Managers;

/// <summary>Something other than a person that writes pg_hba.conf, and would undo a change that was made by hand.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Knob">What to turn there instead, so that connections without TLS are refused: one or two sentences.</param>
/// <param name="Source">Where its mark and its knob are written down.</param>
internal sealed record ConfigurationManager(string Name, string Knob, string Source)
{
    /// <summary>
    /// Whether it owns no more than the lines that it marked, as opposed to the whole file: what is changed elsewhere stays.
    /// </summary>
    public bool OwnsMarkedLinesOnly { get; init; }
}
