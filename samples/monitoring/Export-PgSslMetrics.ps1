<#
.SYNOPSIS
Writes what expires at servers, and when, as metrics for node_exporter's textfile collector.

.DESCRIPTION
The file is replaced in one step, and is not replaced where it holds anything else than metrics of this module. A server that is down is in it,
with pgssl_probe_success 0.

Exit codes:
  0  written, whatever the servers look like: alerts are for Prometheus (pgssl-rules.yml)
  1  the job itself failed: no module, no list, no file. node_textfile_mtime_seconds shows it, too: the file stays as old as it is

.EXAMPLE
pwsh -NoProfile -NonInteractive -File Export-PgSslMetrics.ps1 -ServerList servers.csv -OutFile /var/lib/prometheus/node-exporter/pgssl.prom

The line that it writes is for the journal.
#>
#Requires -Version 7.4
#Requires -Modules PgSsl
[CmdletBinding()]
[OutputType([string])]
param(
    # A CSV file with a column Endpoint: host, host:port, a URI, a connection string.
    [Parameter(Mandatory)]
    [string] $ServerList,

    # The file, whose name ends in .prom.
    [Parameter(Mandatory)]
    [ValidatePattern('\.prom$')]
    [string] $OutFile,

    # A file with certificates on this machine, or wildcards: of each, the metrics have the time as well.
    [string] $Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$servers = @(Import-Csv -LiteralPath $ServerList)
if (-not $servers) { throw "There is no server in $ServerList." }
$options = @{ As = 'Prometheus'; OutFile = $OutFile }
if ($Path) { $options.Path = $Path }
$written = $servers | Select-Object Endpoint | Test-PgCertificateExpiry @options
"$($written.Path): $($written.Text -replace ' \| .*')"
