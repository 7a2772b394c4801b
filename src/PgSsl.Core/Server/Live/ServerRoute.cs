using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Server.Live;

/// <summary>A way over TCP to a server.</summary>
/// <param name="Host">Where to connect.</param>
/// <param name="Address">Where such connections come from, as the server sees it.</param>
internal sealed record ServerRoute(ConnectionHost Host, NumericAddress Address);
