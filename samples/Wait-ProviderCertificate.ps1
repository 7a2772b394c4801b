<#
.SYNOPSIS
Waits for the certificate that a provider of managed PostgreSQL has announced, and says whether clients will verify it.

.DESCRIPTION
The first run remembers what the server serves, in a file of state. Later runs wait until it serves another certificate, and then ask whether
clients with -RootCertificate verify it for this host. Each run may end without it: the next one goes on waiting.

Exit codes: 0, the new certificate is there, and clients verify it; 1, an error, such as a server that does not answer; 2, it is not there yet;
3, it is there, and clients with sslmode=verify-full refuse it: they need other roots.

.EXAMPLE
pwsh -NoProfile -NonInteractive -File Wait-ProviderCertificate.ps1 -Endpoint db1.example.com -StatePath db1.state -RootCertificate rds.crt
#>
#Requires -Version 7.4
#Requires -Modules PgSsl
[CmdletBinding()]
param(
    # The server.
    [Parameter(Mandatory)]
    [string] $Endpoint,

    # Where the fingerprint of the old certificate is kept. Remove it when the change is over.
    [Parameter(Mandatory)]
    [string] $StatePath,

    # The roots that clients have, or system.
    [Parameter(Mandatory)]
    [string] $RootCertificate,

    # How long this run waits.
    [ValidateRange(1, 86400)]
    [int] $TimeoutSec = 900
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Test-Path -LiteralPath $StatePath)) {
    # New-Item follows no link that somebody put there.
    $null = New-Item -ItemType File -Path $StatePath -Value (Get-PgServerCertificate $Endpoint).Fingerprint
    exit 2
}
$old = (Get-Content -LiteralPath $StatePath -Raw).Trim()
try { $new = Wait-PgServerCertificate $Endpoint -NotFingerprint $old -RootCertificate $RootCertificate -TimeoutSec $TimeoutSec }
catch {
    if ($_.FullyQualifiedErrorId -notlike 'CertificateNotServed*') { throw }
    Write-Warning $_.Exception.Message
    exit 2
}
$verdict = $new | Test-PgSslMode -SslMode verify-full -RootCertificate $RootCertificate -TlsOnly
# As text: exit ends a script before PowerShell has written a table.
($new, $verdict | ForEach-Object { ($_ | Format-List | Out-String -Width 150).Trim() }) -join "`n`n"
exit ($verdict.MitmSafe ? 0 : 3)
