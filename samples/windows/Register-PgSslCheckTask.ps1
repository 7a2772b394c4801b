<#
.SYNOPSIS
Registers the nightly check as a scheduled task of Windows. Written with care, not run on Windows yet.

.DESCRIPTION
The task runs Test-PgSslEstate.ps1, and its last result is the exit code of that script. It runs as a group managed service account, which has no
password that somebody must keep: the server lets it in by sspi, or its password is in a vault of SecretManagement.

.EXAMPLE
./Register-PgSslCheckTask.ps1 -ServerList 'C:\ProgramData\PgSsl\servers.csv' -Account 'CONTOSO\pgssl$'
#>
#Requires -Version 7.4
[CmdletBinding(SupportsShouldProcess)]
param(
    # The CSV file with a column Endpoint.
    [Parameter(Mandatory)]
    [string] $ServerList,

    # The group managed service account: DOMAIN\name$.
    [Parameter(Mandatory)]
    [string] $Account,

    # When it runs every day.
    [datetime] $At = '05:30',

    # The name of the task.
    [string] $TaskName = 'PgSsl nightly check'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$script = (Resolve-Path -LiteralPath (Join-Path (Split-Path $PSScriptRoot) Test-PgSslEstate.ps1)).Path
# A name of a file cannot have a quotation mark on Windows, and no shell reads this line.
foreach ($path in $script, $ServerList) { if ($path.Contains('"')) { throw "There is a quotation mark in $path." } }
$action = @{
    Execute  = Join-Path $PSHOME pwsh.exe
    Argument = "-NoLogo -NoProfile -NonInteractive -File `"$script`" -ServerList `"$ServerList`""
}
$task = @{
    TaskName    = $TaskName
    Description = 'Certificates, drift and plaintext of PostgreSQL servers. 2 is a warning, 3 critical, 1 an error of the check itself.'
    Action      = New-ScheduledTaskAction @action
    Trigger     = New-ScheduledTaskTrigger -Daily -At $At -RandomDelay (New-TimeSpan -Minutes 30)
    Principal   = New-ScheduledTaskPrincipal -UserId $Account -LogonType Password -RunLevel Limited
    Settings    = New-ScheduledTaskSettingsSet -StartWhenAvailable -ExecutionTimeLimit (New-TimeSpan -Minutes 30)
}
if ($PSCmdlet.ShouldProcess($TaskName, 'Register-ScheduledTask')) { Register-ScheduledTask @task -Force }
