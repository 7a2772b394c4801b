<#
.SYNOPSIS
A runbook of Azure Automation (PowerShell 7.4): expiry, drift and plaintext of the servers in an Automation variable.

.DESCRIPTION
A runbook has no exit code. Its job fails if a server is in a critical state, because the runbook throws then; an alert on failed jobs does the rest.
What was found is the job's output, one object each.

It needs the module PgSsl in the runtime environment, a variable with the list of servers as JSON (["db1.example.com", "service=..."], or objects with
a property Endpoint), and a credential asset. It is one file, because a job of Azure has no other files.

.EXAMPLE
Start-AzAutomationRunbook -Name Watch-PgSslEstate -ResourceGroupName rg -AutomationAccountName aa -Parameters @{ WarningDays = 21 }
#>
#Requires -Version 7.4
#Requires -Modules PgSsl
[CmdletBinding()]
[OutputType([pscustomobject])]
param(
    # The name of the Automation variable with the servers.
    [string] $ServersVariable = 'PgSslServers',

    # The name of the credential asset.
    [string] $AssetName = 'PgSsl',

    # From so many days before the end on, a certificate is a warning.
    [ValidateRange(0, 3650)]
    [int] $WarningDays = 30,

    # From so many days before the end on, it is critical.
    [ValidateRange(0, 3650)]
    [int] $CriticalDays = 7,

    # The roots that clients have: a file, or system.
    [string] $RootCertificate = 'system'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$credential = [pscredential](Get-AutomationPSCredential -Name $AssetName)
$servers = @(Get-AutomationVariable -Name $ServersVariable | ConvertFrom-Json)
if (-not $servers) { throw "There is no server in the variable $ServersVariable." }

# One server that is down is no reason to look at no other one.
$options = @{ Credential = $credential; RootCertificate = $RootCertificate; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
$seen = $servers | Get-PgSslConfiguration @options
$rows = @(
    foreach ($failure in $failures) {
        [pscustomobject]@{ Severity = 'Critical'; Server = "$($failure.TargetObject)"; Code = 'NotSeen'; Message = $failure.Exception.Message }
    }
    foreach ($configuration in $seen) {
        $server = "$($configuration.HostName):$($configuration.Port)"
        $days = $configuration.DaysRemaining
        if ($null -ne $days -and $days -le $WarningDays) {
            $severity = $days -le $CriticalDays ? 'Critical' : 'Warning'
            [pscustomobject]@{ Severity = $severity; Server = $server; Code = 'Expires'; Message = "The certificate expires in $days days." }
        }
        if ($configuration.SqlFailure) {
            [pscustomobject]@{ Severity = 'Warning'; Server = $server; Code = 'NotSeen'; Message = $configuration.SqlFailure }
        }
        $configuration.Findings | Where-Object { $_.Severity -ne 'Information' -and $_.Code -ne 'ExpiresSoon' } |
            Select-Object Severity, @{ Name = 'Server'; Expression = { $server } }, Code, Message
    }
)
$rows
$critical = @($rows | Where-Object Severity -EQ Critical)
if ($critical) { throw "$($critical.Count) of $($rows.Count) findings are critical. The first one: $($critical[0].Server): $($critical[0].Message)" }
