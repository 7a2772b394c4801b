namespace PgSsl;

/// <summary>What the output of every cmdlet that changes something tells: what a runbook logs, and what a configuration tool asks.</summary>
public abstract record ChangeOutput
{
    private protected ChangeOutput()
    {
    }

    /// <summary>Whether anything was changed; false where everything was as it should be. With -WhatIf: whether anything would be changed.</summary>
    public bool IsChanged { get; init; }

    /// <summary>
    /// Whether the effect was seen; false where it was not. Null where nobody looked because nothing was changed, and where there is nothing that
    /// could be proven: a key, a request, a root file.
    /// </summary>
    public bool? IsProven { get; init; }

    /// <summary>The files with the old contents; empty where nothing was replaced.</summary>
    public OutputList<string> Backup { get; init; } = [];

    /// <summary>What the user should know, a sentence each: what was written as warnings, too.</summary>
    public OutputList<string> Remarks { get; init; } = [];

    /// <summary>With -WhatIf, what would be done and whom it concerns: the lines of its text. Empty where nothing would be changed.</summary>
    public OutputList<string> Plan { get; init; } = [];

    /// <summary>Whether this only says what would be done (-WhatIf): nothing was.</summary>
    public bool IsWhatIf { get; init; }
}
