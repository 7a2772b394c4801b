namespace PgSsl.Managers;

/// <summary>Something other than a person that writes pg_hba.conf, and would undo a change that was made by hand.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Knob">What to change there instead, so that connections without TLS are refused: one or two sentences.</param>
/// <param name="Source">Where its mark and its knob are documented.</param>
internal sealed record ConfigurationManager(string Name, string Knob, string Source)
{
    /// <summary>
    /// Whether it owns only the lines that it marked, and not the whole file: changes of other lines stay.
    /// </summary>
    public bool OwnsMarkedLinesOnly { get; init; }
}
