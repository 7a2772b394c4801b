# What the Pester files know of the servers that tests/PgSsl.Module.Tests (PesterServers.cs) starts for them.

if (-not $env:PGSSL_TEST_SANDBOX) {
    throw 'The Pester files need the servers that "dotnet test tests/PgSsl.Module.Tests" starts for them: run that.'
}

<#
.SYNOPSIS
Gets the servers (host:port each), roots and client files by name.

.DESCRIPTION
Each name is a property of PesterDescription (tests/PgSsl.Module.Tests/PesterDescription.cs), which says what it is: Good, Root, Psql.
Behind the name of a PostgreSQL comes what PesterServer tells of it: GoodPort, HbaKeptFile, HbaKeptSocket, DeployedData.
What is not there on this machine is null: Direct and others of PostgreSQL 18, Pooler.
#>
function Get-Sandbox {
    Get-Content -Raw $env:PGSSL_TEST_SANDBOX | ConvertFrom-Json
}

<#
.SYNOPSIS
Connects to a server of the sandbox that does one thing and answers with one line, and gets the line.
#>
function Get-SandboxAnswer {
    param([string] $Server)
    $address, $port = $Server -split ':'
    $client = [Net.Sockets.TcpClient]::new($address, $port)
    try { [IO.StreamReader]::new($client.GetStream()).ReadToEnd() }
    finally { $client.Dispose() }
}

<#
.SYNOPSIS
Has the server Renewable serve a new certificate, by Pester Issuing CA, and gets its fingerprint.
#>
function Invoke-SandboxRenewal {
    Get-SandboxAnswer (Get-Sandbox).Renew
}

<#
.SYNOPSIS
Gets how many connections the server Counted, which never answers, has at this moment.
#>
function Get-SandboxConnectionCount {
    [int](Get-SandboxAnswer (Get-Sandbox).OpenConnections)
}

<#
.SYNOPSIS
Gets the folder of the estate of docs/guides, and starts the estate first if this is the first call.
#>
function Get-Estate {
    Get-SandboxAnswer (Get-Sandbox).Estate
}

<#
.SYNOPSIS
Has psql connect by a connection string, and says how that went: tls, plaintext or none; libpq looks for its files below HOME.
#>
function Get-PsqlTransport {
    param([string] $Endpoint)
    $shown = & (Get-Sandbox).Psql -X -w -d "$Endpoint gssencmode=disable" -Atc '\conninfo' 2>&1 | Out-String
    $LASTEXITCODE -ne 0 ? 'none' : $shown -match 'SSL connection' ? 'tls' : 'plaintext'
}

<#
.SYNOPSIS
Runs SQL as superuser postgres, over the socket if there is one, on a server whose pg_hba.conf is a test's.
#>
function Invoke-SandboxSql {
    param([string] $Server, [string] $Sql)
    $sandbox = Get-Sandbox
    $rows = & $sandbox.Psql -XAtq -h $sandbox."${Server}Socket" -p $sandbox."${Server}Port" -d "user=$($sandbox.SqlRole) dbname=postgres options='-c role=postgres'" -c $Sql 2>&1
    if ($LASTEXITCODE) { throw "$rows" }
    $rows
}

<#
.SYNOPSIS
Writes the pg_hba.conf of such a server, below the line that keeps the sandbox in, and waits until the server has loaded it.
#>
function Set-SandboxHba {
    param([string] $Server, [string[]] $Line)
    $text = (@((Get-Sandbox).SqlHbaLine) + $Line -join "`n") + "`n"
    $loaded = Invoke-SandboxSql $Server 'SELECT pg_conf_load_time()'
    [IO.File]::WriteAllText((Get-Sandbox)."${Server}File", $text)
    Invoke-SandboxSql $Server 'SELECT pg_reload_conf()' | Out-Null
    Wait-Until { (Invoke-SandboxSql $Server 'SELECT pg_conf_load_time()') -ne $loaded }
}

<#
.SYNOPSIS
Starts a session that sleeps on such a server, and waits until it is there. Stop-SandboxSession ends it. -PassThru: gets its application name.
#>
function Start-SandboxSession {
    param([string] $Server, [string] $Connection, [switch] $PassThru)
    $name = "sleeper_$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $endpoint = "host=127.0.0.1 port=$((Get-Sandbox)."${Server}Port") dbname=postgres gssencmode=disable application_name=$name $Connection"
    $start = [Diagnostics.ProcessStartInfo]::new((Get-Sandbox).Psql, [string[]]('-X', '-w', '-d', $endpoint, '-c', 'SELECT pg_sleep(120)'))
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $null = [Diagnostics.Process]::Start($start)
    Wait-Until { (Invoke-SandboxSql $Server "SELECT count(*) FROM pg_stat_activity WHERE application_name = '$name' AND state = 'active'") -eq 1 }
    if ($PassThru) { $name }
}

<#
.SYNOPSIS
Ends the sessions that sleep on such a server, and waits until they are gone.
#>
function Stop-SandboxSession {
    param([string] $Server)
    $sleeping = "FROM pg_stat_activity WHERE application_name LIKE 'sleeper_%'"
    while ((Invoke-SandboxSql $Server "SELECT count(pg_terminate_backend(pid)) $sleeping") -ne 0) { Start-Sleep -Milliseconds 20 }
}

<#
.SYNOPSIS
Waits until something is so; throws if it does not become so.
#>
function Wait-Until {
    param([scriptblock] $Condition)
    for ($deadline = [datetime]::UtcNow.AddSeconds(30); [datetime]::UtcNow -lt $deadline; Start-Sleep -Milliseconds 20) {
        if (& $Condition) { return }
    }
    throw "It did not come to this: $Condition"
}

Export-ModuleMember -Function Get-Sandbox, Get-Estate, Invoke-SandboxRenewal, Get-SandboxConnectionCount, Get-PsqlTransport, Invoke-SandboxSql,
    Set-SandboxHba, Start-SandboxSession, Stop-SandboxSession, Wait-Until
