<#
.SYNOPSIS
Measures how long PgSsl and PostgreSQL take to read the same large pg_hba.conf, and prints ratios of medians.
.DESCRIPTION
Starts its own throw-away servers (tests/PgSsl.Sandbox). The cmdlets, PostgreSQL, and an earlier build of the module where one is named
are measured in turn within one process, so that a busy machine slows all of them. Times by themselves say little; no test asserts them.
Build first: dotnet build src/PgSsl -c Release; dotnet build tests/PgSsl.Sandbox
.EXAMPLE
./tests/Benchmarks/Measure-Hba.ps1
.EXAMPLE
./tests/Benchmarks/Measure-Hba.ps1 -Baseline ../before -Version 18
#>
[CmdletBinding()]
param(
    # Rules in the file.
    [int] $Rules = 100000,
    # Measurements of each kind; the median counts.
    [int] $Rounds = 7,
    # Versions of PostgreSQL.
    [int[]] $Version = @(15, 18),
    # The root of another clone, built in Release too, whose cmdlets are measured beside these.
    [string] $Baseline
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Resolve-Path "$PSScriptRoot/../.."
$ours = Import-Module "$root/PgSsl.psd1" -PassThru
Add-Type -Path "$root/tests/PgSsl.Sandbox/bin/Debug/net8.0/PgSsl.Sandbox.dll"

# Two builds of one assembly in one process: the other one has a load context of its own, and its cmdlets have a prefix.
Add-Type -TypeDefinition @'
using System.IO;
using System.Reflection;
using System.Runtime.Loader;

public sealed class OtherBuild(string folder) : AssemblyLoadContext("other build")
{
    protected override Assembly Load(AssemblyName name) =>
        File.Exists(Path.Combine(folder, name.Name + ".dll")) ? LoadFromAssemblyPath(Path.Combine(folder, name.Name + ".dll")) : null;

    public static bool IsOptimized(Assembly assembly) =>
        assembly.GetCustomAttribute<System.Diagnostics.DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };
}
'@

$assemblies = @($ours.ImplementingAssembly)
if ($Baseline) {
    $assemblies += [OtherBuild]::new((Resolve-Path "$Baseline/bin").Path).LoadFromAssemblyName('PgSsl')
    Import-Module -Assembly $assemblies[1] -Prefix Other
}
foreach ($assembly in $assemblies) {
    if (-not [OtherBuild]::IsOptimized($assembly)) { Write-Warning "$($assembly.Location) is a Debug build: its times mean nothing." }
}

$random = [Random]::new(1)
$methods = 'scram-sha-256', 'md5', 'password', 'reject'
$lines = foreach ($i in 1..$Rules) {
    $address = switch ($i % 4) {
        0 { "10.$($random.Next(256)).$($random.Next(256)).0/24" }
        1 { "192.168.$($random.Next(256)).$($random.Next(256)) 255.255.255.255" }
        2 { "2001:db8:$('{0:x}' -f $random.Next(65536))::/48" }
        3 { "app$($random.Next(500)).example.test" }
    }
    "host  db$($random.Next(300)),postgres  user$($random.Next(2000))  $address  $($methods[$random.Next(4)])"
}
$text = [Text.Encoding]::ASCII.GetBytes(($lines -join "`n") + "`n")

function Measure-Once([scriptblock] $Action) {
    [GC]::Collect()
    (Measure-Command $Action).TotalMilliseconds
}

function Get-Median([double[]] $Times) { ($Times | Sort-Object)[[int][Math]::Floor(($Times.Count - 1) / 2)] }

foreach ($major in $Version) {
    $found = [PgSsl.Sandbox.ClusterPool]::GetTlsAsync($major).GetAwaiter().GetResult()
    if (-not $found.IsAvailable) { Write-Warning $found.Reason; continue }
    $cluster = $found.Value.Cluster
    $path = $cluster.HbaPath
    # Written over, not replaced: the file stays the server's.
    [IO.File]::WriteAllBytes($path, $text)
    $folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) "Measure-Hba-$([guid]::NewGuid().ToString('n'))")
    $copy = "$folder/pg_hba.conf"
    $conversation = $cluster.ConnectAsync([Text.Encoding]::UTF8, 'postgres').GetAwaiter().GetResult()
    $ask = { $script:answer = $conversation.QueryAsync('SELECT count(*) FROM pg_hba_file_rules').GetAwaiter().GetResult() }

    $kinds = [ordered]@{
        'rules counted' = { param($get) $script:count = (& $get -Path $path -ServerVersion $major | Measure-Object).Count }
        'rules kept' = { param($get) $null = & $get -Path $path -ServerVersion $major }
        'shadowed rules found' = { param($get) $null = & $get -Path $path -ServerVersion $major | Where-Object IsShadowedBy | Measure-Object }
        'findings read' = { param($get) $null = & $get -Path $path -ServerVersion $major | ForEach-Object Findings | Measure-Object }
        'host made hostssl' = { param($get, $set) $null = & $set -Path $copy -ServerVersion $major }
    }
    $builds = @(, @('Get-PgHbaRule', 'Set-PgHbaSsl'))
    if ($Baseline) { $builds += , @('Get-OtherPgHbaRule', 'Set-OtherPgHbaSsl') }

    $theirs = [Collections.Generic.List[double]]::new()
    $times = @{}
    # The first round warms up.
    foreach ($round in 0..$Rounds) {
        $elapsed = Measure-Once $ask
        if ($round -gt 0) { $theirs.Add($elapsed) }
        foreach ($kind in $kinds.Keys) {
            for ($i = 0; $i -lt $builds.Count; $i++) {
                $get, $set = $builds[$i] | Get-Command
                Get-ChildItem $folder | Remove-Item
                [IO.File]::WriteAllBytes($copy, $text)
                $elapsed = Measure-Once { & $kinds[$kind] $get $set }
                if ($round -gt 0) { $times["$i $kind"] = @($times["$i $kind"]) + $elapsed -ne $null }
            }
        }
    }
    if ($count -ne $answer[0][0]) { throw "$count rules here, $($answer[0][0]) there." }
    $postgres = Get-Median $theirs
    foreach ($kind in $kinds.Keys) {
        $now = Get-Median $times["0 $kind"]
        $row = [ordered]@{
            Measurement = "$Rules rules, PostgreSQL $major, $kind"
            'PgSsl ms' = [int]$now
            'PostgreSQL ms' = [int]$postgres
            'PgSsl / PostgreSQL' = [Math]::Round($now / $postgres, 2)
        }
        if ($Baseline) {
            $before = Get-Median $times["1 $kind"]
            $row['Baseline ms'] = [int]$before
            $row['Baseline / PostgreSQL'] = [Math]::Round($before / $postgres, 2)
        }
        [pscustomobject]$row
    }
    Remove-Item $folder -Recurse
    $null = $conversation.DisposeAsync().AsTask().GetAwaiter().GetResult()
}
