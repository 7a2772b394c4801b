<#
.SYNOPSIS
Runs Pester files against the module just built, or that of PGSSL_TEST_MODULE (a folder), as it is told, and says what became of each test.

.DESCRIPTION
For tests/PgSsl.Module.Tests, which starts it and talks to it over a pipe: a line with a path there, a line of JSON back. Each file finds
the session and the environment as the first one did. By hand: dotnet test tests/PgSsl.Module.Tests
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $PipeName,

    # The Pester that the tests are written for; another one on this machine does not matter.
    [Parameter(Mandatory)]
    [string] $PesterManifest
)

function New-Result {
    [Diagnostics.CodeAnalysis.SuppressMessage('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
    param($Name, $Outcome, $Message, $Place)
    [ordered]@{ Name = $Name; Outcome = "$Outcome"; Message = $Message; StackTrace = $Place }
}

# A block that fails before its tests leaves them failed without an error of their own.
function Get-ErrorRecord {
    param($Test)
    for ($item = $Test; $item; $item = $item.PSObject.Properties['Block'] ? $item.Block : $item.Parent) {
        if ($item.ErrorRecord) { return $item.ErrorRecord }
    }
}

# Of the call stack only what lies in the Pester files: the rest is Pester's own.
function Get-Place {
    param($Record)
    @("$($Record.ScriptStackTrace)" -split '\r?\n' -like '*.Tests.ps1*') -join "`n"
}

# Set-ItResult -Skipped in a BeforeAll: Pester takes it for a failure.
function Test-Skipped {
    param($Record)
    $Record.FullyQualifiedErrorId -like 'PesterTestSkipped*'
}

function ConvertFrom-PesterTest {
    param($Test)
    $record = Get-ErrorRecord $Test | Select-Object -First 1
    $message = if ($record) { $record.Exception.Message }
    $result = (Test-Skipped $record) ? 'Skipped' : $Test.Result
    # -Skip has no reason, and of nothing -replace makes an empty array.
    if ($result -eq 'Skipped' -and $message) { $message = $message -replace '^is skipped(, because )?' }
    New-Result -Name $Test.ExpandedPath -Outcome $result -Message $message -Place (Get-Place $record)
}

# What a file may leave behind.
function Get-SessionState {
    @{
        Environment = [Environment]::GetEnvironmentVariables()
        Location    = Get-Location
        Modules     = (Get-Module).Name
    }
}

function Restore-SessionState {
    param($State)
    Get-ChildItem env: | Where-Object { -not $State.Environment.ContainsKey($_.Key) } | Remove-Item
    $State.Environment.GetEnumerator().ForEach{ Set-Item "env:$($_.Key)" $_.Value }
    Set-Location $State.Location
    Get-Module | Where-Object Name -NotIn $State.Modules | Remove-Module -Force
    $global:PSDefaultParameterValues.Clear()
    $global:Error.Clear()
}

function Invoke-PesterFile {
    param([string] $Path)
    $name = [IO.Path]::GetFileName($Path) -replace '\.Tests\.ps1$'
    $run = Invoke-Pester -Configuration (New-PesterConfiguration -Hashtable @{
        Run    = @{ Path = $Path; PassThru = $true }
        Output = @{ Verbosity = 'None' }
    })
    foreach ($container in $run.Containers | Where-Object { $_.ErrorRecord -and -not (Test-Skipped $_.ErrorRecord[0]) }) {
        New-Result -Name $name -Outcome Failed -Message "$($container.ErrorRecord)" -Place (Get-Place $container.ErrorRecord[0])
    }
    foreach ($block in $run.FailedBlocks | Where-Object { $_.ErrorRecord -and -not (Test-Skipped $_.ErrorRecord[0]) }) {
        $where = "$($block.ExpandedPath) (set-up or tear-down)"
        New-Result -Name $where -Outcome Failed -Message "$($block.ErrorRecord)" -Place (Get-Place $block.ErrorRecord[0])
    }
    $run.Tests | ForEach-Object { ConvertFrom-PesterTest $_ }
}

Import-Module $PesterManifest -ErrorAction Stop
$env:PGSSL_TEST_MODULE = (Resolve-Path ($env:PGSSL_TEST_MODULE ? $env:PGSSL_TEST_MODULE : "$PSScriptRoot/../..")).Path
Import-Module (Join-Path $env:PGSSL_TEST_MODULE PgSsl.psd1) -ErrorAction Stop

# Where one of these programs is missing, its first call ends the test that makes it, and says why.
Import-Module $PSScriptRoot/Programs.psm1
Add-ProgramStandIn

$pipe = [IO.Pipes.NamedPipeClientStream]::new('.', $PipeName, 'InOut', 'CurrentUserOnly')
$pipe.Connect()
$reader, $writer = [IO.StreamReader]::new($pipe), [IO.StreamWriter]::new($pipe)
$state = Get-SessionState
while ($path = $reader.ReadLine()) {
    $results = @(Invoke-PesterFile $path)
    Restore-SessionState $state
    $writer.WriteLine((ConvertTo-Json -InputObject $results -Compress))
    $writer.Flush()
}
