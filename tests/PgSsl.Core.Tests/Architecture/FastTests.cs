using System.Diagnostics;
using System.Reflection;
using PgSsl.Sandbox;
using PgSsl.Testing;

namespace PgSsl.Tests.Architecture;

/// <summary>A class marked <see cref="FastAttribute"/> uses nothing that starts a process or a server, and no helper that does.</summary>
[Fast]
public class FastTests
{
    private static readonly Type[] Starters =
    [
        typeof(Process), typeof(ProcessRunner), typeof(ClusterPool), typeof(PostgresCluster), typeof(PostgresInstallation), typeof(PgBouncer),
        typeof(PsqlJudge), typeof(PowerShellProgram),
    ];

    private static readonly Dictionary<Type, Type[]> Known = [];

    [Fact]
    public void A_fast_class_starts_nothing()
    {
        // This one names the starters.
        Type[] marked = [.. typeof(FastTests).Assembly.GetTypes().Where(type => type.IsDefined(typeof(FastAttribute)) && type != typeof(FastTests))];
        string[] wrong = [.. marked.Select(WayToStarter).Where(way => way.Length > 0)];
        Assert.NotEmpty(marked);
        Assert.True(wrong.Length == 0, "Not fast: " + string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public void A_helper_that_starts_something_is_seen() =>
        Assert.Equal("UsesHelper > Helper > ProcessRunner", WayToStarter(typeof(UsesHelper)));

    /// <summary>How a class comes to one of the starters, through the types of the tests; "" where it does not.</summary>
    private static string WayToStarter(Type type)
    {
        var ways = new Dictionary<Type, string> { [type] = type.Name };
        var open = new Queue<Type>([type]);
        while (open.TryDequeue(out Type? current))
        {
            foreach (Type used in ArrowsFrom(current).Where(used => !ways.ContainsKey(used)))
            {
                ways[used] = $"{ways[current]} > {used.Name}";
                if (Starters.Contains(used))
                    return ways[used];
                if (used.Assembly == type.Assembly || used.Assembly == typeof(SmallDisk).Assembly)
                    open.Enqueue(used);
            }
        }
        return "";
    }

    private static Type[] ArrowsFrom(Type type)
    {
        if (!Known.TryGetValue(type, out Type[]? arrows))
            Known[type] = arrows = [.. Arrows.From(type)];
        return arrows;
    }

    private sealed class UsesHelper
    {
        public Helper? Field { get; set; }
    }

    private sealed class Helper
    {
        public static Task<ProcessResult> Run() => ProcessRunner.RunAsync("true", []);
    }
}
