<#
.SYNOPSIS
Measures how long PgSsl and PostgreSQL take to read the same large pg_hba.conf, and prints ratios of medians.
.DESCRIPTION
Starts its own throw-away servers (tests/PgSsl.Sandbox). The cmdlets run in a PowerShell of their own, those of an earlier build, where one
is named, in another; they and PostgreSQL are measured in turn. Times are those of the processor, in milliseconds, so that a busy machine
changes them little; by themselves they say little, and no test asserts them. Build first, in this order, as both leave the module in bin:
dotnet build tests/PgSsl.Sandbox; dotnet build src/PgSsl -c Release
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
Add-Type -Path "$root/tests/PgSsl.Sandbox/bin/Debug/net8.0/PgSsl.Sandbox.dll"

# What is measured. Each reads the file anew.
$kinds = [ordered]@{
    'rules counted' = { (Get-PgHbaRule -Path $path -ServerVersion $major | Measure-Object).Count }
    'rules kept' = { @(Get-PgHbaRule -Path $path -ServerVersion $major).Count }
    'shadowed rules found' = { @(Get-PgHbaRule -Path $path -ServerVersion $major | Where-Object IsShadowedBy).Count }
    'findings read' = { @(Get-PgHbaRule -Path $path -ServerVersion $major | ForEach-Object Findings).Count }
    'host made hostssl' = { (Set-PgHbaSsl -Path $copy -ServerVersion $major).RuleCount }
}

# The other side of a pipe: measures what it is asked to.
$worker = {
    $ErrorActionPreference = 'Stop'
    $WarningPreference = 'SilentlyContinue'
    $module, $name, $kinds = $args[0], $args[1], (ConvertFrom-Json $args[2] -AsHashtable)
    $assembly = (Import-Module $module -PassThru).ImplementingAssembly
    $attribute = $assembly.GetCustomAttributes([Diagnostics.DebuggableAttribute], $false)
    $pipe = [IO.Pipes.NamedPipeClientStream]::new($name)
    $pipe.Connect()
    $reader, $writer = [IO.StreamReader]::new($pipe), [IO.StreamWriter]::new($pipe)
    $writer.AutoFlush = $true
    $writer.WriteLine("$($attribute.IsJITOptimizerDisabled)")
    while ($line = $reader.ReadLine()) {
        $kind, $major, $path, $copy = $line -split "`t"
        $action = [scriptblock]::Create($kinds[$kind])
        [GC]::Collect()
        $before = [Diagnostics.Process]::GetCurrentProcess().TotalProcessorTime
        $result = & $action
        $after = [Diagnostics.Process]::GetCurrentProcess()
        $writer.WriteLine("$([int]($after.TotalProcessorTime - $before).TotalMilliseconds) $result $([int]($after.PeakWorkingSet64 / 1MB))")
    }
}

function Open-Worker([string] $Folder) {
    $name = "Measure-Hba-$([guid]::NewGuid().ToString('n'))"
    $pipe = [IO.Pipes.NamedPipeServerStream]::new($name)
    $texts = @{}
    $kinds.GetEnumerator().ForEach{ $texts[$_.Key] = "$($_.Value)" }
    $quoted = @("$Folder/PgSsl.psd1", $name, (ConvertTo-Json $texts -Compress)).ForEach{ "'$($_ -replace "'", "''")'" } -join ' '
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes("& { $worker } $quoted"))
    # A PowerShell without a runtime of its own is a tool of .NET: a pwsh.dll that dotnet runs.
    $isTool = -not (Test-Path "$PSHOME/*coreclr.*")
    $program = $isTool ? 'dotnet' : (Join-Path $PSHOME pwsh)
    $arguments = @($isTool ? (Join-Path $PSHOME pwsh.dll) : @()) +
        '-NoProfile', '-NonInteractive', '-EncodedCommand', $encoded
    $process = [Diagnostics.Process]::Start($program, [string[]]$arguments)
    $pipe.WaitForConnection()
    $reader, $writer = [IO.StreamReader]::new($pipe), [IO.StreamWriter]::new($pipe)
    $writer.AutoFlush = $true
    if ($reader.ReadLine() -eq 'True') { Write-Warning "The module in $Folder is a Debug build: its times mean nothing." }
    @{ Process = $process; Pipe = $pipe; Reader = $reader; Writer = $writer }
}

function Measure-Kind([hashtable] $Worker, [string] $Kind, [int] $Major, [string] $Path, [string] $Copy) {
    $Worker.Writer.WriteLine("$Kind`t$Major`t$Path`t$Copy")
    $line = $Worker.Reader.ReadLine()
    if (-not $line) { throw "The PowerShell that measures ended: $Kind." }
    [int[]]($line -split ' ')
}

function Get-Median([int[]] $Values) { ($Values | Sort-Object)[[int][Math]::Floor(($Values.Count - 1) / 2)] }

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

$workers = @(foreach ($folder in @("$root"; if ($Baseline) { "$(Resolve-Path $Baseline)" })) { Open-Worker $folder })
$directory = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) "Measure-Hba-$([guid]::NewGuid().ToString('n'))")
try {
    foreach ($major in $Version) {
        $found = [PgSsl.Sandbox.ClusterPool]::GetTlsAsync($major).GetAwaiter().GetResult()
        if (-not $found.IsAvailable) { Write-Warning $found.Reason; continue }
        $path = $found.Value.Cluster.HbaPath
        # Written over, not replaced: the file stays the server's.
        [IO.File]::WriteAllBytes($path, $text)
        $conversation = $found.Value.Cluster.ConnectAsync([Text.Encoding]::UTF8, 'postgres').GetAwaiter().GetResult()
        $backend = $conversation.QueryAsync('SELECT pg_backend_pid()').GetAwaiter().GetResult()[0][0]
        $theirs, $ours, $results = @(), @{}, @{}
        # The first round warms up.
        foreach ($round in 0..$Rounds) {
            $before = (Get-Process -Id $backend).TotalProcessorTime
            $answer = $conversation.QueryAsync('SELECT count(*) FROM pg_hba_file_rules').GetAwaiter().GetResult()
            if ($round -gt 0) { $theirs += [int]((Get-Process -Id $backend).TotalProcessorTime - $before).TotalMilliseconds }
            foreach ($kind in $kinds.Keys) {
                for ($i = 0; $i -lt $workers.Count; $i++) {
                    Get-ChildItem $directory | Remove-Item
                    [IO.File]::WriteAllBytes("$directory/pg_hba.conf", $text)
                    $elapsed, $results["$i $kind"], $peak = Measure-Kind $workers[$i] $kind $major $path "$directory/pg_hba.conf"
                    if ($round -eq 1) { $ours["$i $kind"] = @() }
                    if ($round -gt 0) { $ours["$i $kind"] += $elapsed }
                    $workers[$i].Peak = $peak
                }
            }
        }
        if ($results['0 rules counted'] -ne $answer[0][0]) { throw "$($results['0 rules counted']) rules here, $($answer[0][0]) there." }
        foreach ($kind in $kinds.Keys) {
            $row = [ordered]@{
                Measurement = "PostgreSQL $major, $Rules rules, $kind"
                Postgres = Get-Median $theirs
                PgSsl = Get-Median $ours["0 $kind"]
            }
            $row.Ratio = [Math]::Round($row.PgSsl / $row.Postgres, 2)
            if ($Baseline) {
                $row.Baseline = Get-Median $ours["1 $kind"]
                $row.BaselineRatio = [Math]::Round($row.Baseline / $row.Postgres, 2)
            }
            [pscustomobject]$row
        }
        $null = $conversation.DisposeAsync().AsTask().GetAwaiter().GetResult()
    }
    Write-Verbose "Peak memory, MB: $($workers.ForEach{ $_.Peak } -join ', ')"
}
finally {
    # A worker ends when its pipe does.
    foreach ($worker in $workers) { $worker.Pipe.Dispose() }
    Remove-Item $directory -Recurse
}
