# What the Pester files know of the servers that tests/PgSsl.Module.Tests (PesterServers.cs) starts for them.

if (-not $env:PGSSL_TEST_SANDBOX) {
    throw 'The Pester files need the servers that "dotnet test tests/PgSsl.Module.Tests" starts for them: run that.'
}

<#
.SYNOPSIS
Gets the servers (host:port each), roots and client files by name.

.DESCRIPTION
Good, TlsOff, SelfSigned, LeafOnly, Expired, AsksForCertificate, Renewable: PostgreSQL 15. Direct: PostgreSQL 18, or DirectMissing.
Managed: PostgreSQL 15 below a root that only a URL leads to; ManagedFingerprint is the root's.
Role anyone gets in everywhere; ssl_only by hostssl and scram-sha-256, plain_only by hostnossl and md5.
Closed, Silent, Ssh: no PostgreSQL at all. Root, OtherRoot, ClientCertificate, ClientKey: files.
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
Has psql connect by a connection string, and says how that went: tls, plaintext or none; libpq looks for its files below HOME.
#>
function Get-PsqlTransport {
    param([string] $Endpoint)
    $shown = & (Get-Sandbox).Psql -X -w -d "$Endpoint gssencmode=disable" -Atc '\conninfo' 2>&1 | Out-String
    $LASTEXITCODE -ne 0 ? 'none' : $shown -match 'SSL connection' ? 'tls' : 'plaintext'
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

Export-ModuleMember -Function Get-Sandbox, Invoke-SandboxRenewal, Get-SandboxConnectionCount, Get-PsqlTransport, Wait-Until
