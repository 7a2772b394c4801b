<#
.SYNOPSIS
Looks every night for certificates that expire, servers that drifted, and plaintext, and says by its exit code how bad it is.

.DESCRIPTION
One line for each thing that somebody should look at: severity (WARNING or CRITICAL), server, code, what was seen. The codes are those of
Get-PgSslConfiguration, and these: Expires (the days are those of -WarningDays and -CriticalDays), and NotSeen, for a server that does not
answer, or does not let the role in: then nobody knows how it is.

Exit codes:
  0  nothing to do
  1  the check itself failed: no module, no list, no secret. It is what pwsh ends with after any error, so it says nothing of the servers
  2  a warning: somebody should look at it within days
  3  critical: somebody should look at it now

.EXAMPLE
pwsh -NoProfile -NonInteractive -File Test-PgSslEstate.ps1 -ServerList servers.csv

The password comes from PGPASSFILE, as it does for psql.

.EXAMPLE
pwsh -NoProfile -NonInteractive -File Test-PgSslEstate.ps1 -ServerList servers.csv -SecretName pgssl -WarningDays 21

Role and password come from the vault of SecretManagement.
#>
#Requires -Version 7.4
#Requires -Modules PgSsl
[CmdletBinding()]
[OutputType([string])]
param(
    # A CSV file with a column Endpoint: host, host:port, a URI, a connection string.
    [Parameter(Mandatory)]
    [string] $ServerList,

    # The name of a secret (a PSCredential) that Get-Secret finds.
    [string] $SecretName,

    # From so many days before the end on, a certificate is a warning.
    [ValidateRange(0, 3650)]
    [int] $WarningDays = 30,

    # From so many days before the end on, it is critical.
    [ValidateRange(0, 3650)]
    [int] $CriticalDays = 7,

    # Findings that are accepted here, such as ClientChoosesCipher.
    [string[]] $IgnoreCode = @(),

    # The roots that clients have (sslrootcert). Without it: those of the account that runs this.
    [string] $RootCertificate
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Messages of the module are printable: no name that somebody chose begins a line of its own. But agents of Azure DevOps obey ##vso[...] wherever
# it is in a line, and runners of GitHub ##[...]; the name in a certificate is not to be a command for them.
$severities = [Collections.Generic.List[string]]::new()
function Write-Line([string] $Severity, [string] $Server, [string] $Code, [string] $Message) {
    $severities.Add($Severity)
    "$($Severity.ToUpperInvariant()) $Server ${Code}: $Message" -replace '##(?=(vso)?\[)', '# #'
}

$options = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
if ($SecretName) { $options.Credential = [pscredential](Get-Secret -Name $SecretName) }
if ($RootCertificate) { $options.RootCertificate = $RootCertificate }
$servers = @(Import-Csv -LiteralPath $ServerList)
if (-not $servers) { throw "There is no server in $ServerList." }

# One server that is down is no reason to look at no other one.
$seen = $servers | Get-PgSslConfiguration @options
foreach ($failure in $failures) {
    Write-Line -Severity Critical -Server $failure.TargetObject -Code NotSeen -Message $failure.Exception.Message
}
foreach ($configuration in $seen) {
    $server = @{ Server = "$($configuration.HostName):$($configuration.Port)" }
    $days = $configuration.DaysRemaining
    if ($null -ne $days -and $days -le $WarningDays) {
        $severity = $days -le $CriticalDays ? 'Critical' : 'Warning'
        Write-Line @server -Severity $severity -Code Expires -Message "The certificate expires in $days days."
    }
    if ($configuration.SqlFailure) {
        Write-Line @server -Severity Warning -Code NotSeen -Message "Settings, files and rules were not seen: $($configuration.SqlFailure)"
    }
    # ExpiresSoon is Expires, with the module's own number of days.
    foreach ($finding in $configuration.Findings) {
        if ($finding.Severity -ne 'Information' -and $finding.Code -notin @($IgnoreCode) + 'ExpiresSoon') {
            Write-Line @server -Severity $finding.Severity -Code $finding.Code -Message $finding.Message
        }
    }
}
exit ('Critical' -in $severities ? 3 : $severities ? 2 : 0)
