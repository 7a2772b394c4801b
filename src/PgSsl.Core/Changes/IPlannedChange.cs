using PgSsl.Files;

namespace PgSsl.Changes;

/// <summary>A change that is worked out, and not made yet: a cmdlet shows it, asks, and makes it.</summary>
/// <typeparam name="TOutput">What the cmdlet returns.</typeparam>
internal interface IPlannedChange<TOutput>
    where TOutput : ChangeOutput
{
    /// <summary>What changes: a file, or a server.</summary>
    string Subject { get; }

    /// <summary>The change and its consequences, as -WhatIf and -Confirm show them.</summary>
    IReadOnlyList<string> Lines { get; }

    /// <summary>Whether everything is as it should be already.</summary>
    bool IsNoChange { get; }

    /// <summary>Whether <see cref="ApplyAsync"/> has to look at the server even if nothing is to be changed.</summary>
    bool MayNeedReload => false;

    /// <summary>What would change, as far as it is known before: what is returned if nothing changes, and by -WhatIf.</summary>
    TOutput Outlook { get; }

    /// <summary>What the user should know, even if the change is not made.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>What the user should know before the change is made.</summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>The files that are written; empty if none are.</summary>
    IReadOnlyList<FileEdit> Files => [];

    /// <summary>Throws if the change must not be made.</summary>
    /// <param name="isForced">Whether the user accepts that somebody loses a connection.</param>
    /// <exception cref="PgSslException">It must not be made, or not without -Force.</exception>
    void Check(bool isForced);

    /// <summary>Makes the change and proves it, or undoes it.</summary>
    /// <param name="cancellationToken">Puts everything back.</param>
    /// <exception cref="PgSslException">See <see cref="ProvenChange.RunAsync"/>.</exception>
    Task<ChangeResult<TOutput>> ApplyAsync(CancellationToken cancellationToken);
}

/// <summary>A change that was made.</summary>
/// <param name="Output">What the cmdlet returns.</param>
internal sealed record ChangeResult<TOutput>(TOutput Output)
    where TOutput : ChangeOutput
{
    /// <summary>The old content of each file.</summary>
    public IReadOnlyList<string> Backups => Output.Backup;

    /// <summary>Files that could not be replaced in one step.</summary>
    public IReadOnlyList<string> WrittenInPlace { get; init; } = [];

    /// <summary>What was seen to be so.</summary>
    public IReadOnlyList<Proof> Proofs { get; init; } = [];

    /// <summary>What the user should know afterwards.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
