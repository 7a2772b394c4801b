<#
.SYNOPSIS
Measures PgSsl side by side with what it replaces and with its neighbours, and prints ratios of medians.
.DESCRIPTION
Starts its own throw-away servers (tests/PgSsl.Sandbox). Every pair is measured in turn within one run, so that a busy machine slows
both. Times by themselves say little; no test asserts them. What happens once in a process (import, first result) is measured in
PowerShells that have just started, by a clock inside of them. Build first: dotnet build PgSsl.slnx
.EXAMPLE
./tests/Benchmarks/Measure-PgSsl.ps1
.EXAMPLE
./tests/Benchmarks/Measure-PgSsl.ps1 -Measure Import, First -Rounds 7 -Baseline ../before
#>
[CmdletBinding()]
param(
    # What is measured.
    [ValidateSet('Throughput', 'Loops', 'Stacks', 'Import', 'First', 'Memory', 'Silence')]
    [string[]] $Measure = @('Throughput', 'Loops', 'Stacks', 'Import', 'First', 'Memory', 'Silence'),
    # Probes per measurement.
    [int] $Count = 500,
    # Connections (or openssl processes) at a time.
    [int] $ThrottleLimit = 8,
    # Measurements of each kind; the median counts.
    [int] $Rounds = 5,
    # Endpoints for the measurement of memory.
    [int] $Endpoints = 10000,
    # The root of another clone, built as well, that import and first result are compared with.
    [string] $Baseline
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Resolve-Path "$PSScriptRoot/../.."
$module = "$root/PgSsl.psd1"
Import-Module $module
Import-Module "$root/tests/Pester/PowerShell.psm1"
Add-Type -Path "$root/tests/PgSsl.Sandbox/bin/Debug/net8.0/PgSsl.Sandbox.dll"
$temporary = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "pgssl-$(New-Guid)")).FullName
Add-Type -Path "$PSScriptRoot/BareProbes.cs" -OutputAssembly "$temporary/BareProbes.dll" -ReferencedAssemblies System.Net.Security,
    System.Net.Sockets, System.Net.Primitives, System.Security.Cryptography, System.Diagnostics.Process, System.ComponentModel.Primitives,
    System.Threading.Tasks.Parallel, System.Collections, System.Runtime, System.Memory, System.Linq
Add-Type -Path "$temporary/BareProbes.dll"

function Get-Median([double[]] $Times) { ($Times | Sort-Object)[[int][Math]::Floor(($Times.Count - 1) / 2)] }

# Medians of the times of each variant. The first round warms up.
function Measure-Median([scriptblock[]] $Variant) {
    $times = @($Variant | ForEach-Object { , [System.Collections.Generic.List[double]]::new() })
    foreach ($round in 0..$Rounds) {
        for ($i = 0; $i -lt $Variant.Count; $i++) {
            $elapsed = (Measure-Command $Variant[$i]).TotalMilliseconds
            if ($round -gt 0) { $times[$i].Add($elapsed) }
        }
    }
    $times | ForEach-Object { Get-Median $_ }
}

# Medians of the times that a script takes of itself in PowerShells that have just started: for each variant, a list of arguments, an array.
function Measure-Fresh([hashtable[]] $Variant) {
    foreach ($round in 1..$Rounds) {
        foreach ($one in $Variant) {
            $text = Invoke-PowerShell $one.Script -Arguments $one.Arguments | Out-String
            if ($text -notmatch '^[\d. ]+\s*$') { throw $text }
            $one.Times += , [double[]](-split $text)
        }
    }
    foreach ($one in $Variant) {
        , @(0..($one.Times[0].Count - 1) | ForEach-Object { $step = $_; Get-Median $one.Times.ForEach{ $_[$step] } })
    }
}

function Write-Ratio([string] $What, [double] $Ours, [double] $Theirs) {
    Write-Result $What "$([int]$Ours) ms" "$([int]$Theirs) ms" ([Math]::Round($Theirs / $Ours, 2))
}

function Write-Result([string] $What, [string] $Ours, [string] $Theirs, $Ratio) {
    [pscustomobject]@{ Measurement = $What; PgSsl = $Ours; Other = $Theirs; 'Other / PgSsl' = $Ratio }
}

$found = [PgSsl.Sandbox.ClusterPool]::GetTlsAsync(15).GetAwaiter().GetResult()
if (-not $found.IsAvailable) { throw $found.Reason }
$port = $found.Value.Cluster.Port
$server = "127.0.0.1:$port"

if ('Throughput' -in $Measure) {
    $probes, $bare, $processes = Measure-Median -Variant @(
        { $null = @($server) * $Count | Get-PgServerCertificate -ThrottleLimit $ThrottleLimit }
        { [BareProbes]::SslStreams($port, $Count, $ThrottleLimit) }
        { [BareProbes]::OpenSsl($port, $Count, $ThrottleLimit) }
    )
    Write-Ratio "$Count probes, $ThrottleLimit at a time, against openssl s_client" -Ours $probes -Theirs $processes
    Write-Ratio "$Count probes, $ThrottleLimit at a time, against bare SslStreams" -Ours $probes -Theirs $bare
}

if ('Loops' -in $Measure) {
    # The ways to ask fifty servers in a script.
    $servers = @($server) * 50
    $pipeline, $loop, $parallel = Measure-Median -Variant @(
        { $null = $servers | Get-PgServerCertificate }
        { $null = foreach ($one in $servers) { Get-PgServerCertificate $one } }
        { $null = $servers | ForEach-Object -Parallel { Import-Module $using:module; Get-PgServerCertificate $_ } }
    )
    Write-Ratio '50 servers in one pipeline, against a call for each' -Ours $pipeline -Theirs $loop
    Write-Ratio '50 servers in one pipeline, against ForEach-Object -Parallel' -Ours $pipeline -Theirs $parallel
}

if ('Stacks' -in $Measure) {
    # The portable TLS client (BouncyCastle) against the platform's: warm, and in a process that has just started.
    $portable, $platform = Measure-Median -Variant @(
        { [PgSsl.Sandbox.StackProbes]::Run($true, $port, $Count, $ThrottleLimit) }
        { [PgSsl.Sandbox.StackProbes]::Run($false, $port, $Count, $ThrottleLimit) }
    )
    Write-Ratio "$Count probes, $ThrottleLimit at a time, portable TLS against the platform's" -Ours $portable -Theirs $platform
    $fresh = {
        $module, $sandbox, $port, $isPortable = $args
        Import-Module $module
        Add-Type -Path $sandbox
        $times = foreach ($call in 1..4) {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            [PgSsl.Sandbox.StackProbes]::Run($isPortable -eq 'portable', $port, 1, 1)
            $clock.Elapsed.TotalMilliseconds
        }
        "$times"
    }
    $sandbox = "$root/tests/PgSsl.Sandbox/bin/Debug/net8.0/PgSsl.Sandbox.dll"
    $times = @(Measure-Fresh @(
            @{ Script = $fresh; Arguments = @($module, $sandbox, "$port", 'portable'); Times = @() }
            @{ Script = $fresh; Arguments = @($module, $sandbox, "$port", 'platform'); Times = @() }
        ))
    Write-Ratio "First probe of a process, portable TLS against the platform's" -Ours $times[0][0] -Theirs $times[1][0]
    Write-Ratio "Second probe, portable TLS against the platform's" -Ours $times[0][1] -Theirs $times[1][1]
    Write-Ratio "Fourth probe, portable TLS against the platform's" -Ours $times[0][3] -Theirs $times[1][3]
}

if ('Import' -in $Measure) {
    $import = {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Import-Module $args[0]
        "$($clock.Elapsed.TotalMilliseconds)"
    }
    $variants = @(@{ Name = 'PgSsl'; Path = $module })
    foreach ($name in 'Microsoft.PowerShell.PlatyPS', 'PSScriptAnalyzer') {
        $installed = Get-Module $name -ListAvailable | Select-Object -First 1
        if ($installed) { $variants += @{ Name = $name; Path = $installed.Path } }
        else { Write-Result "Import, against $name" '' 'is not installed here' }
    }
    if ($Baseline) { $variants += @{ Name = 'the baseline'; Path = "$(Resolve-Path $Baseline)/PgSsl.psd1" } }
    $times = @(Measure-Fresh @($variants.ForEach{ @{ Script = $import; Arguments = @($_.Path); Times = @() } }))
    for ($i = 1; $i -lt $variants.Count; $i++) {
        Write-Ratio "Import, against $($variants[$i].Name)" -Ours $times[0][0] -Theirs $times[$i][0]
    }
}

if ('First' -in $Measure) {
    # All roots of this machine in one file, which SSL_CERT_FILE then names; .NET itself goes on with its own.
    $store = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'LocalMachine', 'ReadOnly')
    [IO.File]::WriteAllText("$temporary/roots.pem", $store.Certificates.ForEach{ $_.ExportCertificatePem() } -join "`n")
    $probe = {
        $module, $server, $roots = $args
        Remove-Item env:SSL_CERT_FILE, env:SSL_CERT_DIR -ErrorAction Ignore
        if ($roots) { $env:SSL_CERT_FILE, $env:SSL_CERT_DIR = $roots, '/nowhere' }
        Import-Module $module
        $times = foreach ($call in 1..3) {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $null = Get-PgServerCertificate $server
            $clock.Elapsed.TotalMilliseconds
        }
        "$times"
    }
    $bare = {
        $library, $port = $args
        Add-Type -Path $library
        $times = foreach ($call in 1..3) {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            [BareProbes]::SslStreams($port, 1, 1)
            $clock.Elapsed.TotalMilliseconds
        }
        "$times"
    }
    # The file is to be older than what a cache would take for changing.
    Start-Sleep -Seconds 3
    $variants = @(
        @{ Script = $probe; Arguments = @($module, $server, ''); Times = @() }
        @{ Script = $bare; Arguments = @("$temporary/BareProbes.dll", "$port"); Times = @() }
        @{ Script = $probe; Arguments = @($module, $server, "$temporary/roots.pem"); Times = @() }
    )
    if ($Baseline) {
        $before = "$(Resolve-Path $Baseline)/PgSsl.psd1"
        $variants += @{ Script = $probe; Arguments = @($before, $server, ''); Times = @() },
            @{ Script = $probe; Arguments = @($before, $server, "$temporary/roots.pem"); Times = @() }
    }
    $times = @(Measure-Fresh $variants)
    $first, $second = 'First probe of a process', 'Second probe'
    Write-Ratio "$first, against a bare SslStream" -Ours $times[0][0] -Theirs $times[1][0]
    Write-Ratio "$second, against a bare SslStream" -Ours $times[0][1] -Theirs $times[1][1]
    Write-Ratio "$first with SSL_CERT_FILE, against one without" -Ours $times[2][0] -Theirs $times[0][0]
    Write-Ratio "$second with SSL_CERT_FILE, against one without" -Ours $times[2][1] -Theirs $times[0][1]
    if ($Baseline) {
        Write-Ratio "$first, against the baseline" -Ours $times[0][0] -Theirs $times[3][0]
        Write-Ratio "$second, against the baseline" -Ours $times[0][1] -Theirs $times[3][1]
        Write-Ratio "$first with SSL_CERT_FILE, against the baseline" -Ours $times[2][0] -Theirs $times[4][0]
        Write-Ratio "$second with SSL_CERT_FILE, against the baseline" -Ours $times[2][1] -Theirs $times[4][1]
    }
}

if ('Memory' -in $Measure) {
    $report = Invoke-PowerShell -Arguments $module, $server, "$Endpoints" {
        $module, $server, $endpoints = $args
        Import-Module $module
        function Get-Peak { [int]([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB) }
        1..200 | ForEach-Object { $server } | Get-PgServerCertificate | Out-Null
        $warm = Get-Peak
        1..$endpoints | ForEach-Object { $server } | Get-PgServerCertificate | Out-Null
        "$warm $(Get-Peak)"
    }
    $warm, $peak = -split $report
    Write-Result "Peak working set after $Endpoints endpoints, against that after 200" "$peak MB" "$warm MB" ([Math]::Round($warm / $peak, 2))
}

if ('Silence' -in $Measure) {
    $silent = [PgSsl.Sandbox.HostileServer]::Start([PgSsl.Sandbox.HostileScripts]::Silence)
    try {
        $timeout = 2
        $limit = 32
        # One of ten never answers; spread evenly, they hold up the others least.
        $mixed = 1..1000 | ForEach-Object { $_ % 10 ? $server : "127.0.0.1:$($silent.Port)" }
        $elapsed = Measure-Command {
            $null = $mixed | Get-PgServerCertificate -TimeoutSec $timeout -ThrottleLimit $limit -ErrorAction SilentlyContinue
        }
        Write-Ratio "1000 endpoints, 100 of them silent, against what the timeouts alone dictate" -Ours $elapsed.TotalMilliseconds -Theirs (
            [Math]::Ceiling(100 / $limit) * $timeout * 1000)
    }
    finally {
        $null = $silent.DisposeAsync().AsTask().GetAwaiter().GetResult()
    }
}

Remove-Item $temporary -Recurse -ErrorAction SilentlyContinue
