using PgSsl.Connections.Formats;

namespace PgSsl.Binding;

/// <summary>The formats of connection strings.</summary>
internal static class ConnectionStringFormatWords
{
    public static readonly string[] All = [.. ConnectionStringFormats.All.Select(format => format.Name)];
}

/// <summary>The format of a connection string.</summary>
public sealed class ConnectionStringFormatTransformationAttribute() : WordTransformationAttribute(ConnectionStringFormatWords.All);

/// <summary>Completes the formats of connection strings.</summary>
public sealed class ConnectionStringFormatCompleter() : WordCompleter(ConnectionStringFormatWords.All, WordMeanings.Formats);
