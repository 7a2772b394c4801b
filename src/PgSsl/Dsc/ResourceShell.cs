using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PgSsl.Dsc;

/// <summary>
/// Runs cmdlets of this module in a session of their own. It has no screen: there the text of -WhatIf would come in between what an engine reads.
/// </summary>
internal sealed class ResourceShell : IDisposable
{
    private readonly List<ResourceMessage> _messages = [];
    private readonly Lazy<Runspace> _session = new(Open);

    /// <summary>What the cmdlets said.</summary>
    public IReadOnlyList<ResourceMessage> Messages => _messages;

    /// <summary>Makes a change.</summary>
    /// <exception cref="RuntimeException">It failed, or was refused.</exception>
    public TOutput Change<TOutput>(string command, Hashtable parameters) => Run<TOutput>(command, With(parameters, ("Confirm", false)))[0];

    /// <summary>What a change would do.</summary>
    /// <inheritdoc cref="Change"/>
    public TOutput Plan<TOutput>(string command, Hashtable parameters) =>
        Run<TOutput>(command, With(parameters, ("WhatIf", true), ("PassThru", true)))[0];

    /// <summary>Runs a cmdlet. Its first error ends it.</summary>
    /// <exception cref="RuntimeException">It failed.</exception>
    public IReadOnlyList<TOutput> Run<TOutput>(string command, Hashtable parameters)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _session.Value;
        shell.AddCommand(command).AddParameters(parameters);
        try
        {
            PSObject[] output = [.. shell.Invoke()];
            if (shell.Streams.Error.Count > 0)
                throw Failure(shell.Streams.Error[0]);
            return [.. output.Select(item => item.BaseObject).OfType<TOutput>()];
        }
        finally
        {
            _messages.AddRange(shell.Streams.Warning.Select(warning => new ResourceMessage("warn", warning.Message)));
            _messages.AddRange(shell.Streams.Verbose.Select(line => new ResourceMessage("debug", line.Message)));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_session.IsValueCreated)
            _session.Value.Dispose();
    }

    private static Runspace Open()
    {
        var state = InitialSessionState.CreateDefault2();
        string bin = Path.GetDirectoryName(typeof(ResourceShell).Assembly.Location)!;
        state.ImportPSModule([Path.Combine(bin, "..", "PgSsl.psd1")]);
        Runspace session = RunspaceFactory.CreateRunspace(state);
        session.Open();
        return session;
    }

    // The exception of a cmdlet has no error id; this one has the whole record.
    private static RuntimeException Failure(ErrorRecord record) => new(record.Exception.Message, record.Exception, record);

    private static Hashtable With(Hashtable parameters, params (string Name, object Value)[] further)
    {
        var all = new Hashtable(parameters);
        foreach ((string name, object value) in further)
            all[name] = value;
        return all;
    }
}
