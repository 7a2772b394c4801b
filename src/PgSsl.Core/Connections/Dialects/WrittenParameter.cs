namespace PgSsl.Connections.Dialects;

/// <summary>A parameter as it stands in a connection string.</summary>
/// <param name="Name">The driver's name for it, as written.</param>
/// <param name="Value">Its value, without quotes and escapes.</param>
/// <param name="Start">Where the value begins in the text, with its quotes.</param>
/// <param name="End">Where it ends.</param>
internal sealed record WrittenParameter(string Name, string Value, int Start, int End);
