using PgSsl.Common;
using PgSsl.Connections;

namespace PgSsl.Server.Live;

/// <summary>A TCP route to a server.</summary>
/// <param name="Host">Where to connect.</param>
/// <param name="Address">The address of the client on this route, as the server sees it.</param>
internal sealed record ServerRoute(ConnectionHost Host, NumericAddress Address);
