using System.Management.Automation;

namespace PgSsl.Hosting;

/// <summary>
/// What all changing cmdlets tell (<see cref="ChangeOutput"/>), as notes on an object that is not an output of changes in general: a session that
/// was ended, a backup that was removed. One that is only looked at has none of it.
/// </summary>
internal static class ChangeNotes
{
    /// <summary>The object with its notes.</summary>
    /// <param name="item">The object.</param>
    /// <param name="plan">What would be done to it, in a sentence; null unless the user only asks.</param>
    /// <param name="isChanged">See <see cref="ChangeOutput.IsChanged"/>.</param>
    /// <param name="isProven">See <see cref="ChangeOutput.IsProven"/>.</param>
    /// <param name="remarks">See <see cref="ChangeOutput.Remarks"/>; those that the object itself has stay.</param>
    public static PSObject Of(object item, string? plan, bool isChanged, bool? isProven, params string[] remarks)
    {
        OutputList<string> none = [];
        var output = new PSObject(item);
        output.Properties.Add(new PSNoteProperty(nameof(ChangeOutput.IsChanged), isChanged));
        output.Properties.Add(new PSNoteProperty(nameof(ChangeOutput.IsProven), isProven));
        output.Properties.Add(new PSNoteProperty(nameof(ChangeOutput.Backup), none));
        if (output.Properties[nameof(ChangeOutput.Remarks)] is null)
            output.Properties.Add(new PSNoteProperty(nameof(ChangeOutput.Remarks), (OutputList<string>)remarks));
        output.Properties.Add(new PSNoteProperty(nameof(ChangeOutput.Plan), plan is null ? none : (OutputList<string>)[plan]));
        output.Properties.Add(new PSNoteProperty(nameof(ChangeOutput.IsWhatIf), plan is not null));
        return output;
    }
}
