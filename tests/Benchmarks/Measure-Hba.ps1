<#
.SYNOPSIS
Measures how long PgSsl and PostgreSQL take to read the same large pg_hba.conf, and prints ratios.
.DESCRIPTION
Starts its own throw-away servers (tests/PgSsl.Sandbox) and measures in turn within one run, so that a busy machine slows both. Times by
themselves say little; no test asserts them. Build first: dotnet build PgSsl.slnx -c Release
#>
[CmdletBinding()]
param(
    # Rules in the file.
    [int] $Rules = 100000,
    # Measurements of each kind; the median counts.
    [int] $Rounds = 7,
    # Versions of PostgreSQL.
    [int[]] $Version = @(15, 18),
    # The build that is measured.
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Resolve-Path "$PSScriptRoot/../.."
Add-Type -Path "$root/src/PgSsl.Core/bin/$Configuration/net8.0/PgSsl.Core.dll"
Add-Type -Path "$root/tests/PgSsl.Sandbox/bin/$Configuration/net8.0/PgSsl.Sandbox.dll"

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

function Measure-Once([scriptblock] $Action) { (Measure-Command $Action).TotalMilliseconds }
function Get-Median([double[]] $Times) { ($Times | Sort-Object)[[int][Math]::Floor(($Times.Count - 1) / 2)] }

foreach ($major in $Version) {
    $found = [PgSsl.Sandbox.ClusterPool]::GetTlsAsync($major).GetAwaiter().GetResult()
    if (-not $found.IsAvailable) { Write-Warning $found.Reason; continue }
    $cluster = $found.Value.Cluster
    $path = $cluster.HbaPath
    # Written over, not replaced: the file stays the server's.
    [IO.File]::WriteAllBytes($path, $text)
    $dialect = [PgSsl.Hba.HbaDialect]::new()
    $dialect.GetType().GetProperty('Major').SetValue($dialect, $major)
    $conversation = $cluster.ConnectAsync([Text.Encoding]::UTF8, 'postgres').GetAwaiter().GetResult()
    $read = { $script:document = [PgSsl.Hba.HbaDocument]::Read($path, $dialect, [PgSsl.Hba.DiskHbaFiles]::Instance) }
    # What Get-PgHbaRule does, and the file once more.
    $judge = {
        $script:document = [PgSsl.Hba.HbaDocument]::Read($path, $dialect, [PgSsl.Hba.DiskHbaFiles]::Instance)
        $null = [PgSsl.HbaRule]::Of($document)
        [IO.File]::WriteAllBytes("$path.new", $document.Files[0].Content)
    }
    # What Set-PgHbaSsl does before it asks: each host made hostssl, and the new text read again to be sure of it.
    $plan = {
        $script:document = [PgSsl.Hba.HbaDocument]::Read($path, $dialect, [PgSsl.Hba.DiskHbaFiles]::Instance)
        $changed = [PgSsl.Hba.Policy.HbaPlanner]::Plan($document, [PgSsl.Hba.Policy.HbaPolicy]::new(), [PgSsl.Hba.DiskHbaFiles]::Instance)
        [IO.File]::WriteAllBytes("$path.new", $changed.Files[0].After)
    }
    $ask = { $script:answer = $conversation.QueryAsync('SELECT count(*) FROM pg_hba_file_rules').GetAwaiter().GetResult() }

    $cold = @((Measure-Once $judge), (Measure-Once $ask))
    if ($document.Records.Count -ne $answer[0][0]) { throw "$($document.Records.Count) rules here, $($answer[0][0]) there." }
    $reads, $judgements, $plans, $theirs = @(), @(), @(), @()
    foreach ($round in 1..$Rounds) {
        $reads += Measure-Once $read
        $judgements += Measure-Once $judge
        $plans += Measure-Once $plan
        $theirs += Measure-Once $ask
    }
    foreach ($pair in @{ What = 'read, judged, written, the first time'; Ours = $cold[0]; Theirs = $cold[1] },
        @{ What = 'read'; Ours = Get-Median $reads; Theirs = Get-Median $theirs },
        @{ What = 'read, judged, written'; Ours = Get-Median $judgements; Theirs = Get-Median $theirs },
        @{ What = 'read, planned, written'; Ours = Get-Median $plans; Theirs = Get-Median $theirs }) {
        [pscustomobject]@{
            Measurement = "$Rules rules, PostgreSQL $major, $($pair.What)"
            'PgSsl ms' = [int]$pair.Ours
            'PostgreSQL ms' = [int]$pair.Theirs
            'PostgreSQL / PgSsl' = [Math]::Round($pair.Theirs / $pair.Ours, 2)
        }
    }
    Remove-Item "$path.new"
    $null = $conversation.DisposeAsync().AsTask().GetAwaiter().GetResult()
}
