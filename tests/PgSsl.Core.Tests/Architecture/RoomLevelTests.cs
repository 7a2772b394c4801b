namespace PgSsl.Tests.Architecture;

/// <summary>
/// Core is a house of rooms on levels: a room uses rooms of lower levels only, and a room inside another one may use that one, never the
/// other way round. So there is no circle, and whoever reads a room needs to know only what lies below it. docs/ARCHITECTURE.md shows it.
/// </summary>
[Fast]
public class RoomLevelTests
{
    // Constants leave no trace in the code that uses them, so an arrow of a constant alone is not seen.
    private static readonly string[][] Levels =
    [
        ["Common", "Patterns", "Managers"],
        ["Asn1", "Files", "Loading", "Wire"],
        ["Backups"],
        ["Certificates", "Changes", "Connections", "Hba"],
        ["Certificates/Trust", "Connections/Dialects", "Connections/Formats", "Hba/Policy", "Probing", "Server"],
        ["Certificates/Verification", "Server/Settings", "Server/Sessions", "Server/Live"],
        ["Requests", "Requirements", "RootFiles", "SslModes", "SslModes/Names", "Server/Configuration"],
        ["Hba/Live"],
        ["SslModes/Clients", "Deployment", "Downloads"],
        ["Providers", "Poolers", "Impostors"],
        ["Chains"],
        ["RootCertificates", "Served"],
        ["Expiry", "Inspection"],
        ["Switching"],
    ];

    private static readonly RoomMap Map = RoomMap.Of(typeof(PgSslException));

    [Fact]
    public void Every_room_has_a_level() => Assert.Equal(Levels.SelectMany(level => level).Order(StringComparer.Ordinal), Map.Rooms);

    [Fact]
    public void Every_arrow_leads_to_a_lower_level()
    {
        string[] wrong =
        [
            .. from type in Map.Types
               let room = Map.Find(type)!
               from used in Arrows.From(type)
               let other = Map.Find(used)
               where other is not null && other != room && !IsBelow(other, room)
               orderby room, other, type.Name
               select $"{room} (level {LevelOf(room)}) must not use {other} (level {LevelOf(other)}): {type.Name} uses {used.Name}",
        ];
        Assert.True(wrong.Length == 0, string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public void An_arrow_in_a_method_body_is_seen() =>
        Assert.Contains(typeof(UsedInside), Arrows.From(typeof(UsesInside)));

    [Fact]
    public void An_arrow_through_a_generic_argument_is_seen() =>
        Assert.Contains(typeof(UsedInside), Arrows.From(typeof(UsesAsArgument)));

    private static bool IsBelow(string lower, string room) => LevelOf(lower) < LevelOf(room);

    private static int LevelOf(string room) => Array.FindIndex(Levels, level => level.Contains(room));

    private sealed class UsedInside;

    private sealed class UsesInside
    {
        public static string Name() => new UsedInside().ToString()!;
    }

    private sealed class UsesAsArgument
    {
        public Dictionary<string, List<UsedInside?[]>> Items { get; } = [];
    }
}
