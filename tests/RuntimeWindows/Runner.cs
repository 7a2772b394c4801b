using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace PgSsl.RuntimeWindows;

/// <summary>
/// Runs tests one after the other, and prints a line for each. xUnit's own runner ends at random under Wine 8, which loses its way when an exception
/// passes many frames of async methods or another thread; one thread and plain calls are what it bears.
/// </summary>
internal static class Runner
{
    // xUnit marks a test that skips itself by the message of its exception (SkipException).
    private const string SkipMark = "$XunitDynamicSkip$";

    public static int Run(Assembly tests, string[] classes)
    {
        int passed = 0, failed = 0, skipped = 0;
        foreach (Test test in classes.SelectMany(name => TestsOf(tests.GetType(name, throwOnError: true)!)))
        {
            Exception? failure = test.Run();
            string outcome = failure is null ? "passed" : failure.Message.StartsWith(SkipMark, StringComparison.Ordinal) ? "skipped" : "failed";
            _ = outcome switch
            {
                "passed" => passed++,
                "skipped" => skipped++,
                _ => failed++,
            };
            Console.WriteLine($"{outcome} {test.Name} {failure?.ToString().Replace(SkipMark, "", StringComparison.Ordinal)}");
        }
        Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private static IEnumerable<Test> TestsOf(Type type)
    {
        foreach (MethodInfo method in type.GetMethods().Where(method => Attribute.IsDefined(method, typeof(FactAttribute))))
        {
            DataAttribute[] sources = [.. method.GetCustomAttributes<DataAttribute>()];
            if (sources.Length == 0)
                yield return new Test(type, method, []);
            foreach (ITheoryDataRow row in sources.SelectMany(source => source.GetData(method, new DisposalTracker()).AsTask().Result))
                yield return new Test(type, method, row.GetData());
        }
    }
}
