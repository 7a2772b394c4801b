<#
.SYNOPSIS
Leads clients from an old CA to a new one, a step at a time: run it every night until its exit code is 0.

.DESCRIPTION
First the new root comes into the clients' root file, beside the old one. Then it waits until each server of the list has a certificate below the
new root. Then the old root goes. Each run does what can be done by then, and says which servers it waits for; a step that would cost a client its
connection is refused by the module.

Exit codes: 0, the old root is gone; 1, an error: nothing was changed by this run, or only the new root came; 2, it waits for servers.

.EXAMPLE
pwsh -NoProfile -NonInteractive -File Update-PgRootCertificate.ps1 -ServerList servers.csv -OldRoot old.crt -NewRoot new.crt -Path roots.crt
#>
#Requires -Version 7.4
#Requires -Modules PgSsl
[CmdletBinding()]
param(
    # A CSV file with a column Endpoint: all servers that clients with this root file connect to.
    [Parameter(Mandatory)]
    [string] $ServerList,

    # The root that is to go, as a file.
    [Parameter(Mandatory)]
    [string] $OldRoot,

    # The root that is to come, as a file. It comes from the CA, and not from a server.
    [Parameter(Mandatory)]
    [string] $NewRoot,

    # The clients' root file (sslrootcert).
    [Parameter(Mandatory)]
    [string] $Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$servers = @(Import-Csv -LiteralPath $ServerList)
if (-not $servers) { throw "There is no server in $ServerList." }
$come = Install-PgRootCert -Certificate $NewRoot -Path $Path
if ($come.IsChanged) { "$Path has the new root. Backup: $($come.Backup)" }

$waiting = @($servers | Get-PgServerCertificate -RootCertificate $NewRoot -IncludeFailed | Where-Object { -not $_.TrustedBy })
foreach ($server in $waiting) { "$($server.HostName):$($server.Port) has no certificate below the new root yet ($($server.Status))." }
if ($waiting) { exit 2 }

$gone = Uninstall-PgRootCert -Fingerprint (Get-PgRootCert -Path $OldRoot).Fingerprint -Path $Path -Endpoint $servers.Endpoint
if ($gone.IsChanged) { "$Path has no old root any more. Backup: $($gone.Backup)" }
