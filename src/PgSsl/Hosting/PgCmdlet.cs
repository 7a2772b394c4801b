using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Text.RegularExpressions;
using PgSsl.Backups;
using PgSsl.Binding;
using PgSsl.Changes;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.Hosting;

/// <summary>What all cmdlets share: how failures are written, how paths are resolved, and how work on other threads is waited for.</summary>
public abstract partial class PgCmdlet : PSCmdlet, IDisposable
{
    /// <summary>With -WhatIf, what would be done if it were not refused: lines, among the <see cref="Exception.Data"/> of the refusal.</summary>
    internal const string RefusedPlan = "PgSsl.RefusedPlan";

    private const string FileSystem = "FileSystem";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _warnings = [];
    private ConnectionEnvironment? _environment;

    /// <summary>
    /// Environment variables, home directory and location, in which endpoints and services are resolved. They are read once, when the first
    /// endpoint is resolved on the pipeline thread.
    /// </summary>
    private protected ConnectionEnvironment Environment => _environment ??= ConnectionEnvironment.Capture(WorkingDirectory);

    /// <summary>Cancelled when the user stops the pipeline.</summary>
    protected CancellationToken Stopped => _stop.Token;

    /// <summary>Whether the user only asks what would happen. ShouldProcess returns false then, but also if the user does not confirm.</summary>
    protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? asked)
        ? asked is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    /// <summary>The session's location in the file system, whatever provider the current location belongs to.</summary>
    protected string WorkingDirectory => SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>Writes a failure of one item as a non-terminating error. The other items go on.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="target">The endpoint or path concerned.</param>
    protected void WriteFailure(PgSslException exception, object? target) => WriteError(ErrorMap.ToErrorRecord(exception, target));

    /// <summary>Ends the cmdlet: nothing of what was asked can be done.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="target">The endpoint or path concerned.</param>
    protected void ThrowFailure(PgSslException exception, object? target) => ThrowTerminatingError(ErrorMap.ToErrorRecord(exception, target));

    /// <summary>Does the work for one item, and writes its failure (<see cref="WriteFailure"/>).</summary>
    /// <param name="target">The endpoint or path concerned.</param>
    /// <param name="work">What to do.</param>
    /// <returns>Whether the work succeeded.</returns>
    private protected bool Try(object? target, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (PgSslException failure)
        {
            WriteFailure(failure, target);
            return false;
        }
    }

    /// <summary>Does work that everything else depends on: its failure ends the cmdlet (<see cref="ThrowFailure"/>).</summary>
    /// <param name="target">The endpoint or path concerned.</param>
    /// <param name="work">What to do.</param>
    private protected void TryOrThrow(object? target, Action work)
    {
        try
        {
            work();
        }
        catch (PgSslException failure)
        {
            ThrowFailure(failure, target);
        }
    }

    /// <summary>Resolves a path of the user's (<c>~</c>, a PSDrive, relative to the session's location) to one that .NET understands.</summary>
    /// <param name="path">A literal path; it need not exist. Null stays null.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotFound"/>: the path does not belong to the file system. <see cref="PgSslError.InvalidParameterValue"/>: it is
    /// empty.
    /// </exception>
    [return: NotNullIfNotNull(nameof(path))]
    private protected string? Resolve(string? path)
    {
        if (path is null)
            return null;
        // PowerShell takes it for the current directory.
        if (string.IsNullOrWhiteSpace(path))
            throw new PgSslException(PgSslError.InvalidParameterValue, "The path is empty.", "Name a file, such as ./root.crt.");
        if (PemText.MayBe(path) && !Path.Exists(path))
            throw new PgSslException(
                PgSslError.FileNotFound, "What is given as a path looks like the content of a PEM file. It is not shown: it may be a private key.",
                "Name the file itself.");
        try
        {
            string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return provider.Name == FileSystem ? resolved : throw NotAFile(path, null);
        }
        catch (SessionStateException exception)
        {
            throw NotAFile(path, exception);
        }
    }

    /// <summary>The files that a path with wildcards stands for; a path that exists as it is written, or has none, stands for itself.</summary>
    /// <exception cref="PgSslException">As <see cref="Resolve"/>; <see cref="PgSslError.FileNotFound"/>: nothing is there.</exception>
    private protected IReadOnlyList<string> FindFiles(string path)
    {
        string literal = Resolve(path);
        if (!WildcardPattern.ContainsWildcardCharacters(path) || Path.Exists(literal))
            return [literal];
        try
        {
            return GetResolvedProviderPathFromPSPath(path, out _);
        }
        catch (SessionStateException exception)
        {
            throw new PgSslException(PgSslError.FileNotFound, exception.Message, "Name a file that exists.", exception);
        }
    }

    /// <summary>
    /// Resolves what -RootCertificate was given: a file that must exist, or <c>system</c>. libpq ignores a missing file in the weaker modes,
    /// but a path that somebody types is meant.
    /// </summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.FileNotFound"/>.</exception>
    private protected string ResolveRootCertificate(string root)
    {
        if (root == ConnectionSettings.SystemRoots)
            return root;
        string path = Resolve(root);
        return File.Exists(path) ? path : throw new PgSslException(
            PgSslError.FileNotFound,
            $"The root certificate file \"{path}\" does not exist.",
            "Check the path, or use -RootCertificate system for the operating system's roots.");
    }

    /// <summary>Shows a change, asks ShouldProcess, makes the change, and tells about it.</summary>
    /// <param name="change">The change.</param>
    /// <param name="question">The caption of the question.</param>
    /// <param name="isForced">Whether -Force is given.</param>
    /// <param name="passesThru">Whether -PassThru is given: with -WhatIf, what would be done is returned.</param>
    /// <param name="terms">What is known about the backups; null for nothing.</param>
    /// <returns>What to return; null if the change was not made.</returns>
    /// <exception cref="PgSslException">It must not be made, or it failed.</exception>
    private protected TOutput? Run<TOutput>(
        IPlannedChange<TOutput> change, string question, bool isForced, bool passesThru, BackupTerms? terms = null)
        where TOutput : ChangeOutput
    {
        WriteWarnings(change.Notes);
        if (change.IsNoChange)
        {
            WriteVerbose($"{change.Subject}: nothing to change.");
            if (!change.MayNeedReload || IsWhatIf)
                return WithRemarks(Unchanged(change.Outlook, terms));
            // The server may have to load what is there already.
            change.Check(isForced);
            TOutput looked = Wait(change.ApplyAsync).Output;
            WriteWarnings(change.Warnings);
            return WithRemarks(Unchanged(looked, terms));
        }
        IEnumerable<string> lines = [.. terms?.Restored ?? [], .. change.Lines];
        var warnings = new List<string>();
        CheckBackupDirectory(terms, change.Files);
        try
        {
            IReadOnlyList<FileTarget> targets = FileTransaction.Look(change.Files);
            lines = lines.Concat(targets.Select(target => target.Remark).OfType<string>());
            warnings.AddRange(targets.Select(target => target.Warning).OfType<string>());
            change.Check(isForced);
        }
        catch (PgSslException refusal) when (IsWhatIf)
        {
            // The user asks what would happen: show the change, and then why it would not be made.
            Ask(lines, question);
            refusal.Data[RefusedPlan] = lines.ToArray();
            throw;
        }
        if (!Ask(lines, question))
        {
            // The text of -WhatIf has the warnings in it.
            _warnings.AddRange([.. change.Warnings, .. warnings]);
            return IsWhatIf && passesThru
                ? WithRemarks((TOutput)((ChangeOutput)change.Outlook with { IsChanged = true, Plan = [.. lines] }))
                : null;
        }
        WriteWarnings(change.Warnings);
        WriteWarnings(warnings);
        ChangeResult<TOutput> result;
        using (new TerminationGuard(StopProcessing))
            result = Wait(change.ApplyAsync);
        WriteWarnings(result.Warnings);
        WriteWarnings(result.WrittenInPlace.Select(file =>
            $"{file} is a mount point, so it could not be replaced atomically and was overwritten. Its old content is in the backup beside it."));
        IReadOnlyList<string> backups = KeepBackups(result.Backups, change.Files, terms);
        foreach (Proof proof in result.Proofs)
            WriteVerbose(proof.ToString());
        return WithRemarks((TOutput)((ChangeOutput)result.Output with
        {
            Backup = [.. backups], Remarks = [.. terms?.Restored ?? [], .. result.Output.Remarks],
        }));
    }

    /// <summary>Begins a further item: warnings so far are not remarks on it.</summary>
    private protected void BeginItem() => _warnings.Clear();

    /// <summary>The output with all warnings of its item as remarks, so that a runbook's log has them.</summary>
    private protected TOutput WithRemarks<TOutput>(TOutput output)
        where TOutput : ChangeOutput
    {
        ChangeOutput told = output with { IsWhatIf = IsWhatIf, Remarks = [.. output.Remarks.Union(_warnings)] };
        BeginItem();
        return (TOutput)told;
    }

    /// <summary>Writes warnings, one by one.</summary>
    private protected void WriteWarnings(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
            WriteWarning(warning);
    }

    /// <summary>The endpoint of an argument, after the warnings about it.</summary>
    /// <exception cref="PgSslException">It could not be read.</exception>
    private protected PgEndpoint EndpointOf(EndpointArgument argument)
    {
        PgEndpoint endpoint = argument.Get();
        WriteWarnings(endpoint.Warnings);
        return endpoint;
    }

    /// <summary>The row of input that what is written comes from; null if there is none.</summary>
    private protected PSObject? Row { get; set; }

    /// <summary>As PowerShell's; the output keeps its <see cref="Row"/>.</summary>
    private protected new void WriteObject(object output) => base.WriteObject(Row is null ? output : InputRow.Attach(Row, output));

    /// <inheritdoc cref="WriteObject(object)"/>
    private protected new void WriteObject(object output, bool enumerateCollection)
    {
        if (!enumerateCollection || Row is null || output is not System.Collections.IEnumerable items)
        {
            base.WriteObject(output, enumerateCollection);
            return;
        }
        foreach (object item in items)
            WriteObject(item);
    }

    // What follows is the way of every text to the terminal, besides errors (ErrorMap) and views (Cells): names in it come from others.

    /// <summary>As PowerShell's, printable. <see cref="WithRemarks"/> tells it again.</summary>
    private protected new void WriteWarning(string text)
    {
        _warnings.Add(text);
        base.WriteWarning(PrintableText.Of(text));
    }

    /// <summary>As PowerShell's, printable.</summary>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(PrintableText.Of(text));

    /// <summary>As PowerShell's ShouldProcess, printable. -WhatIf and -Confirm show the same.</summary>
    /// <param name="lines">What would be done.</param>
    /// <param name="question">The caption of the question.</param>
    /// <param name="mark">What is put behind the question: a question mark, or nothing.</param>
    private protected bool Ask(IEnumerable<string> lines, string question, string mark = "") => Ask(lines, question, mark, out _);

    /// <inheritdoc cref="Ask(IEnumerable{string}, string, string)"/>
    private protected bool Ask(IEnumerable<string> lines, string question, string mark, out ShouldProcessReason reason)
    {
        string text = PrintableText.Join(lines);
        return ShouldProcess(text, text + mark, question, out reason);
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stop comes on a thread of its own: the cmdlet may have ended meanwhile.
        }
    }

    /// <summary>Ends what is still running.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what is still running.</summary>
    protected virtual void Dispose(bool disposing) => _stop.Dispose();

    private static PgSslException NotAFile(string path, Exception? cause) => ServerName().IsMatch(path)
        ? new PgSslException(
            PgSslError.FileNotFound, $"\"{path}\" names a server, where a file is expected.",
            $"Name a file, such as ./root.crt. Get-PgServerCertificate {path} shows what the server serves.", cause)
        : new PgSslException(
            PgSslError.FileNotFound, $"\"{SecretMask.Apply(path)}\" is not a file-system path.", "Name a file, such as ./root.crt.", cause);

    // PowerShell takes what is before the colon for a drive.
    [GeneratedRegex(@"^[\w-][\w.-]+:\d{1,5}$")]
    private static partial Regex ServerName();
}
