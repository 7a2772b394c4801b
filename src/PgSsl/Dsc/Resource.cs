using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using PgSsl.Hosting;

namespace PgSsl.Dsc;

/// <summary>One kind of thing that a configuration describes, and the cmdlet that makes it so.</summary>
internal abstract class Resource
{
    /// <summary>Whether a change that somebody may lose a connection by is made; never part of a state.</summary>
    protected const string Force = "force";

    /// <summary>How to log in; never part of a state.</summary>
    internal const string Credential = "credential";

    /// <summary>The servers that have to be restarted; an engine has a form of its own for it.</summary>
    internal const string RestartRequired = "_restartRequired";

    /// <summary>The name without the module's.</summary>
    public abstract string Name { get; }

    /// <summary>What can be asked for: each property, and the cmdlet's parameter; null for one that is no parameter.</summary>
    public abstract IReadOnlyDictionary<string, string?> Parameters { get; }

    /// <summary>What is only reported. As input it is ignored, so that a state may be used as one.</summary>
    public abstract IReadOnlyList<string> Facts { get; }

    /// <summary>The properties that name files.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>The properties that are never part of a state.</summary>
    public virtual IReadOnlyList<string> WriteOnly => [Credential, Force];

    /// <summary>The properties that are secrets: only a SecureString or a PSCredential will do.</summary>
    public virtual IReadOnlyList<string> Secrets => [Credential];

    /// <summary>The state, compared with nothing.</summary>
    public abstract ResourceResult Get(AskedProperties asked, ResourceShell shell);

    /// <summary>
    /// Whether all is as desired. A change that would be refused is one that is needed, so the refusal is a warning here.
    /// </summary>
    public virtual ResourceResult Test(AskedProperties asked, ResourceShell shell)
    {
        if (Settled(asked, shell) is { } settled)
            return settled;
        try
        {
            return Compare(asked, Plan(asked.With(Force, true), shell), shell);
        }
        catch (RuntimeException failure) when (RefusedPlanOf(failure) is not null || IsUnmet(failure))
        {
            return Refused(Get(asked, shell).State, failure) with { Plan = RefusedPlanOf(failure) ?? [] };
        }
    }

    /// <summary>Makes it as desired.</summary>
    public ResourceResult Set(AskedProperties asked, ResourceShell shell)
    {
        if (Settled(asked, shell) is { } settled)
            return settled;
        ChangeOutput made = shell.Change<ChangeOutput>(CommandFor(asked), ParametersFor(asked));
        ResourceResult after = Get(asked, shell) with { Differing = made.IsChanged ? Differing(made) : [] };
        AddProven(after.State);
        return after;
    }

    /// <summary>What <see cref="Set"/> would do: the state afterwards, as far as it is known.</summary>
    public ResourceResult WhatIf(AskedProperties asked, ResourceShell shell)
    {
        if (Settled(asked, shell) is { } settled)
            return settled;
        try
        {
            ChangeOutput planned = Plan(asked, shell);
            return new ResourceResult(asked.ToState(this)) { Differing = planned.IsChanged ? Differing(planned) : [], Plan = planned.Plan };
        }
        catch (RuntimeException failure) when (IsUnmet(failure) && RefusedPlanOf(failure) is null)
        {
            return Refused(asked.ToState(this), failure) with { Plan = [$"As things are now, this is not possible: {failure.Message}"] };
        }
    }

    /// <summary>The states of all that there are.</summary>
    /// <exception cref="PgSslException">There cannot be several.</exception>
    public virtual IEnumerable<ResourceResult> Export(AskedProperties asked, ResourceShell shell) => throw new PgSslException(
        PgSslError.InvalidParameterValue, $"PgSsl/{Name} cannot be exported.", "Use get, with the properties that say which one is meant.");

    /// <summary>The state, where it shows without a plan that all is as desired; null if a plan is needed.</summary>
    protected virtual ResourceResult? Settled(AskedProperties asked, ResourceShell shell) => null;

    /// <summary>The property that stands for all of it, where nothing more is known than that it is not as desired.</summary>
    protected abstract string Main { get; }

    /// <summary>The errors that say that something is missing which another resource of the same configuration may make.</summary>
    protected virtual IReadOnlyList<PgSslError> Prerequisites => [];

    /// <summary>The cmdlet that makes it as desired.</summary>
    protected abstract string CommandFor(AskedProperties asked);

    /// <summary>Its parameters.</summary>
    protected virtual Hashtable ParametersFor(AskedProperties asked) => asked.ParametersOf(this);

    /// <summary>The properties that a change changes.</summary>
    protected abstract IReadOnlyList<string> Differing(ChangeOutput change);

    /// <summary>The state that a plan tells of, and what differs from the desired one.</summary>
    /// <param name="asked">What is desired.</param>
    /// <param name="planned">The plan that would make it so.</param>
    /// <param name="shell">Looks further, where a plan without a change does not tell whether the server has loaded what is there.</param>
    protected abstract ResourceResult Compare(AskedProperties asked, ChangeOutput planned, ResourceShell shell);

    /// <summary>Adds what is known because a change was proven, or was not needed.</summary>
    protected virtual void AddProven(OrderedDictionary state)
    {
    }

    /// <summary>Adds a property to a state, if it is known.</summary>
    protected static void Add(OrderedDictionary state, string property, object? value)
    {
        if (value is not null)
            state[property] = value;
    }

    private ResourceResult Refused(OrderedDictionary state, RuntimeException failure) => new(state)
    {
        Differing = [Main],
        Messages = [new ResourceMessage("warn", failure.Message)],
    };

    /// <summary>Whether something is missing that another resource may make.</summary>
    protected bool IsUnmet(RuntimeException failure) =>
        failure.ErrorRecord.Exception is PgSslException refusal && Prerequisites.Contains(refusal.Error);

    private static string[]? RefusedPlanOf(RuntimeException failure)
    {
        for (Exception? exception = failure.ErrorRecord.Exception; exception is not null; exception = exception.InnerException)
            if (exception.Data[PgCmdlet.RefusedPlan] is string[] lines)
                return lines;
        return null;
    }

    /// <summary>The plan of the cmdlet.</summary>
    protected ChangeOutput Plan(AskedProperties asked, ResourceShell shell) => shell.Plan<ChangeOutput>(CommandFor(asked), ParametersFor(asked));
}
