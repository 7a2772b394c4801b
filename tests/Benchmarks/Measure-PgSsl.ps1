<#
.SYNOPSIS
Measures PgSsl side by side with what it replaces, and prints ratios of medians.
.DESCRIPTION
Starts its own throw-away servers (tests/PgSsl.Sandbox). Every pair is measured in turn within one run, so that a busy machine slows
both. Times by themselves say little; no test asserts them. Build first: dotnet build PgSsl.slnx
.EXAMPLE
./tests/Benchmarks/Measure-PgSsl.ps1
#>
[CmdletBinding()]
param(
    # Probes per measurement.
    [int] $Count = 500,
    # Connections (or openssl processes) at a time.
    [int] $ThrottleLimit = 8,
    # Measurements of each kind; the median counts.
    [int] $Rounds = 5,
    # Endpoints for the measurement of memory.
    [int] $Endpoints = 10000
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Resolve-Path "$PSScriptRoot/../.."
Import-Module "$root/PgSsl.psd1"
Add-Type -Path "$root/tests/PgSsl.Sandbox/bin/Debug/net8.0/PgSsl.Sandbox.dll"
Add-Type -Path "$PSScriptRoot/BareProbes.cs" -ReferencedAssemblies System.Net.Security, System.Net.Sockets, System.Net.Primitives,
    System.Security.Cryptography, System.Diagnostics.Process, System.ComponentModel.Primitives, System.Threading.Tasks.Parallel,
    System.Collections, System.Runtime, System.Memory, System.Linq

function Measure-Median([scriptblock[]] $Variant, [int] $Rounds) {
    $times = @($Variant | ForEach-Object { , [System.Collections.Generic.List[double]]::new() })
    foreach ($round in 0..$Rounds) {
        for ($i = 0; $i -lt $Variant.Count; $i++) {
            $elapsed = (Measure-Command $Variant[$i]).TotalMilliseconds
            # The first round warms up.
            if ($round -gt 0) { $times[$i].Add($elapsed) }
        }
    }
    $times | ForEach-Object { ($_ | Sort-Object)[[int][Math]::Floor(($_.Count - 1) / 2)] }
}

function Write-Ratio([string] $What, [double] $Ours, [double] $Theirs) {
    [pscustomobject]@{ Measurement = $What; 'PgSsl ms' = [int]$Ours; 'Other ms' = [int]$Theirs; 'Other / PgSsl' = [Math]::Round($Theirs / $Ours, 2) }
}

$found = [PgSsl.Sandbox.ClusterPool]::GetTlsAsync(15).GetAwaiter().GetResult()
if (-not $found.IsAvailable) { throw $found.Reason }
$port = $found.Value.Cluster.Port
$server = "127.0.0.1:$port"

$probes, $bare, $processes = Measure-Median -Rounds $Rounds -Variant @(
    { $null = @($server) * $Count | Get-PgServerCertificate -ThrottleLimit $ThrottleLimit }
    { [BareProbes]::SslStreams($port, $Count, $ThrottleLimit) }
    { [BareProbes]::OpenSsl($port, $Count, $ThrottleLimit) }
)
Write-Ratio "$Count probes, $ThrottleLimit at a time, against openssl s_client" -Ours $probes -Theirs $processes
Write-Ratio "$Count probes, $ThrottleLimit at a time, against bare SslStreams" -Ours $probes -Theirs $bare

$empty, $import = Measure-Median -Rounds $Rounds -Variant @(
    { pwsh -NoProfile -NonInteractive -Command 'exit' }
    { pwsh -NoProfile -NonInteractive -Command "Import-Module '$root/PgSsl.psd1'; exit" }
)
[pscustomobject]@{ Measurement = 'Import-Module over an empty pwsh'; 'PgSsl ms' = [int]($import - $empty) }

$report = pwsh -NoProfile -NonInteractive -Command "
    Import-Module '$root/PgSsl.psd1'
    function Get-Peak { [int]([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB) }
    1..200 | ForEach-Object { '$server' } | Get-PgServerCertificate | Out-Null
    `$warm = Get-Peak
    1..$Endpoints | ForEach-Object { '$server' } | Get-PgServerCertificate | Out-Null
    `"`$warm `$(Get-Peak)`""
$warm, $peak = -split $report
[pscustomobject]@{ Measurement = "Peak working set: after 200 endpoints, after $Endpoints"; 'PgSsl MB' = "$warm, $peak" }

$silent = [PgSsl.Sandbox.HostileServer]::Start([PgSsl.Sandbox.HostileScripts]::Silence)
try {
    $timeout = 2
    $limit = 32
    # One of ten never answers; spread evenly, they hold up the others least.
    $mixed = 1..1000 | ForEach-Object { $_ % 10 ? $server : "127.0.0.1:$($silent.Port)" }
    $elapsed = (Measure-Command { $null = $mixed | Get-PgServerCertificate -TimeoutSec $timeout -ThrottleLimit $limit -ErrorAction SilentlyContinue }).TotalSeconds
    [pscustomobject]@{
        Measurement = "1000 endpoints, 100 of them silent, -TimeoutSec $timeout -ThrottleLimit $limit"
        Seconds     = [Math]::Round($elapsed, 1)
        'Timeouts alone dictate' = [Math]::Ceiling(100 / $limit) * $timeout
    }
} finally {
    $null = $silent.DisposeAsync().AsTask().GetAwaiter().GetResult()
}
