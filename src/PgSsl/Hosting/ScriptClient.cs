using System.Management.Automation;

namespace PgSsl.Hosting;

/// <summary>Runs a script block that connects to a server of this module, in the session of the caller.</summary>
internal static class ScriptClient
{
    private const int MostShown = 20;

    // Everything that it writes becomes output, so that what its programs say does not reach the terminal.
    private static readonly ScriptBlock Collector = ScriptBlock.Create("& $args[0] *>&1");

    /// <summary>Runs it to its end, on this thread.</summary>
    /// <param name="block">The script block.</param>
    /// <param name="variables">Variables that it sees, beside those of its own session.</param>
    /// <returns>What it wrote. Its errors are expected.</returns>
    public static IReadOnlyList<string> Run(ScriptBlock block, IReadOnlyDictionary<string, object> variables)
    {
        List<PSVariable> defined = [.. variables.Select(variable => new PSVariable(variable.Key, variable.Value))];
        // A block of a module sees the variables of that module's scopes.
        ScriptBlock collector = block.Module is { } module ? module.NewBoundScriptBlock(Collector) : Collector;
        try
        {
            return [.. collector.InvokeWithContext(null, defined, block).Take(MostShown).Select(item => $"{item}")];
        }
        catch (RuntimeException exception) when (exception is not PipelineStoppedException)
        {
            return [exception.Message];
        }
    }
}
