using PgSsl.Connections;

namespace PgSsl.Binding;

/// <summary>Completes the names of libpq's connection parameters.</summary>
public sealed class ConnectionParameterCompleter() : WordCompleter([.. ConnectionParameters.All.Select(parameter => parameter.Name)]);
