<#
.SYNOPSIS
A plugin for Nagios, Icinga and others: what expires at servers, in one line with an exit code.

.DESCRIPTION
Exit codes are those of plugins:
  0  OK
  1  WARNING: something expires within -WarningDays
  2  CRITICAL: something has expired, or expires within -CriticalDays; or a server shows no certificate
  3  UNKNOWN: a file cannot be read, or the check itself failed: no module, no list

pwsh itself ends with 1 where a parameter is wrong. Try the command once by hand.

.EXAMPLE
pwsh -NoProfile -NonInteractive -File check_pgssl.ps1 -Endpoint db1.example.com:5432 -WarningDays 21

One server for each service of Nagios: so each has its own history.

.EXAMPLE
pwsh -NoProfile -NonInteractive -File check_pgssl.ps1 -ServerList servers.csv

All servers in one line: the worst is named.
#>
#Requires -Version 7.4
[CmdletBinding()]
[OutputType([string])]
param(
    # One server: host, host:port, a URI, a connection string.
    [string] $Endpoint,

    # A CSV file with a column Endpoint, instead of one server.
    [string] $ServerList,

    # A file with certificates on this machine, or wildcards.
    [string] $Path,

    # With fewer days left, something is a warning.
    [int] $WarningDays = 30,

    # With fewer days left, something is critical.
    [int] $CriticalDays = 7
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# A plugin says UNKNOWN itself: the 1 with which pwsh ends after an error would be a warning.
try {
    Import-Module PgSsl
    $options = @{ As = 'Nagios'; PassThru = $true; WarningDays = $WarningDays; CriticalDays = $CriticalDays }
    if ($Path) { $options.Path = $Path }
    if ($ServerList) {
        $check = Import-Csv -LiteralPath $ServerList | Select-Object Endpoint | Test-PgCertificateExpiry @options
    }
    else {
        if ($Endpoint) { $options.Endpoint = $Endpoint }
        $check = Test-PgCertificateExpiry @options
    }
    $check.Text
    exit $check.ExitCode
}
catch {
    "UNKNOWN - the check failed: $($_.Exception.Message -replace '\s+', ' ' -replace '\|', '/')"
    exit 3
}
