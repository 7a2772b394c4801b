# A screen of a given width, to show on it what a person would see in a terminal of that width.

Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace PgSsl.Tests.Screens
{
    public sealed class Screen : PSHost
    {
        private readonly ScreenInterface ui;
        public Screen(int width) { ui = new ScreenInterface(width); }
        public string Text { get { return ui.Shown.ToString(); } }
        public ProgressRecord[] Records { get { return ui.Records.ToArray(); } }
        public void Clear() { ui.Shown.Clear(); ui.Records.Clear(); }
        public override Guid InstanceId { get; } = Guid.NewGuid();
        public override string Name { get { return "Screen"; } }
        public override Version Version { get { return new Version(1, 0); } }
        public override PSHostUserInterface UI { get { return ui; } }
        public override CultureInfo CurrentCulture { get { return CultureInfo.InvariantCulture; } }
        public override CultureInfo CurrentUICulture { get { return CultureInfo.InvariantCulture; } }
        public override void EnterNestedPrompt() { throw new NotSupportedException(); }
        public override void ExitNestedPrompt() { throw new NotSupportedException(); }
        public override void NotifyBeginApplication() { }
        public override void NotifyEndApplication() { }
        public override void SetShouldExit(int exitCode) { }
    }

    internal sealed class ScreenInterface : PSHostUserInterface
    {
        private readonly ScreenSize raw;
        public ScreenInterface(int width) { raw = new ScreenSize(width); }
        public StringBuilder Shown { get; } = new StringBuilder();
        public override PSHostRawUserInterface RawUI { get { return raw; } }
        public override bool SupportsVirtualTerminal { get { return true; } }
        // As a console does: without colours where $PSStyle says so.
        public override void Write(string value) { Shown.Append(GetOutputString(value, true)); }
        public override void Write(ConsoleColor foreground, ConsoleColor background, string value) { Write(value); }
        public override void WriteLine(string value) { Write(value); Shown.Append('\n'); }
        public override void WriteErrorLine(string value) { WriteLine(value); }
        public override void WriteDebugLine(string message) { WriteLine(message); }
        public override void WriteVerboseLine(string message) { WriteLine(message); }
        public override void WriteWarningLine(string message) { WriteLine(message); }
        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
            Records.Add(record);
        }
        public List<ProgressRecord> Records { get; } = new List<ProgressRecord>();
        public override string ReadLine() { throw new NotSupportedException(); }
        public override SecureString ReadLineAsSecureString() { throw new NotSupportedException(); }
        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
        { throw new NotSupportedException(); }
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
        { throw new NotSupportedException(); }
        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes types, PSCredentialUIOptions options)
        { throw new NotSupportedException(); }
        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        { throw new NotSupportedException(); }
    }

    internal sealed class ScreenSize : PSHostRawUserInterface
    {
        private readonly int width;
        public ScreenSize(int width) { this.width = width; }
        public override Size BufferSize { get { return new Size(width, 3000); } set { } }
        public override Size WindowSize { get { return new Size(width, 50); } set { } }
        public override Size MaxWindowSize { get { return WindowSize; } }
        public override Size MaxPhysicalWindowSize { get { return WindowSize; } }
        public override Coordinates CursorPosition { get; set; }
        public override Coordinates WindowPosition { get; set; }
        public override int CursorSize { get; set; }
        public override ConsoleColor ForegroundColor { get; set; }
        public override ConsoleColor BackgroundColor { get; set; }
        public override string WindowTitle { get; set; }
        public override bool KeyAvailable { get { return false; } }
        public override KeyInfo ReadKey(ReadKeyOptions options) { throw new NotSupportedException(); }
        public override void FlushInputBuffer() { }
        public override BufferCell[,] GetBufferContents(Rectangle rectangle) { throw new NotSupportedException(); }
        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
        { throw new NotSupportedException(); }
        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) { throw new NotSupportedException(); }
        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) { throw new NotSupportedException(); }
    }
}
'@

<#
.SYNOPSIS
Runs a script in a session whose screen has this width, with the module of the tests, and gets what stands on the screen: lines without the
blanks at their ends, and without blank lines before the first and behind the last.
#>
function Get-Screen {
    param(
        [Parameter(Mandatory)]
        [int] $Width,

        [Parameter(Mandatory)]
        [scriptblock] $Script,

        # What the script finds in $args.
        [object[]] $Arguments,

        # Gets the records of progress instead.
        [switch] $Progress
    )
    if (-not $script:sessions[$Width]) {
        $state = [initialsessionstate]::CreateDefault2()
        $state.ImportPSModule((Join-Path $env:PGSSL_TEST_MODULE PgSsl.psd1))
        $screen = [PgSsl.Tests.Screens.Screen]::new($Width)
        $script:sessions[$Width] = @{ Screen = $screen; Runspace = [runspacefactory]::CreateRunspace($screen, $state) }
        $script:sessions[$Width].Runspace.Open()
    }
    $screen = $script:sessions[$Width].Screen
    $screen.Clear()
    $shell = [powershell]::Create($script:sessions[$Width].Runspace).AddScript("$Script")
    foreach ($argument in $Arguments) { $shell = $shell.AddArgument($argument) }
    $shell.AddCommand('Out-Default').Invoke() | Out-Null
    if ($Progress) { return $screen.Records }
    if ($shell.HadErrors) { throw "$($shell.Streams.Error)" }
    ($screen.Text -split '\r?\n').TrimEnd() -join "`n" -replace '^\n+|\n+$'
}

# One session for each width, until this module goes.
$script:sessions = @{}
$ExecutionContext.SessionState.Module.OnRemove = { $script:sessions.Values.ForEach{ $_.Runspace.Dispose() } }

Export-ModuleMember -Function Get-Screen
