<#
.SYNOPSIS
Writes a report of what each PostgreSQL server of a list serves, and when it expires: CSV, JSON or HTML.

.DESCRIPTION
It needs no account on the servers: it looks at what they serve. A server that is down, or has no TLS, has its row as well.

The report is written beside its place, and renamed: whoever reads it meets the whole report, the old one or the new one. If its path is a
symbolic link, the link is replaced, and the file that it leads to is left alone.

Exit codes: 0, the report is written; 1, it is not.

.EXAMPLE
pwsh -NoProfile -NonInteractive -File Export-PgSslInventory.ps1 -ServerList servers.csv -Path inventory.csv

The list has a column Endpoint: host, host:port, a URI, a connection string. Columns Name and Owner come along if they are there.
#>
#Requires -Version 7.4
#Requires -Modules PgSsl
[CmdletBinding()]
param(
    # A CSV file with a column Endpoint.
    [Parameter(Mandatory)]
    [string] $ServerList,

    # The report: its ending, .csv, .json or .html, says what is written.
    [Parameter(Mandatory)]
    [ValidatePattern('\.(csv|json|html)$')]
    [string] $Path,

    # The roots that clients have (sslrootcert), or system. Without it: those of the account that runs this.
    [string] $RootCertificate
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# A server chooses the names in its certificate. What a terminal obeys, or hides, becomes a question mark; and programs for tables take a cell that
# begins like this for a formula.
function Protect-Cell([string] $Text) { $Text -replace '[\p{Cc}\p{Cf}\u2028\u2029]', '?' -replace '^[=+\-@]', '''$0' }

function Save-Text([string] $Target, [string] $Text) {
    $full = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Target)
    $beside = "$full.$([guid]::NewGuid().ToString('N')).tmp"
    try {
        # CreateNew follows no link that somebody put there.
        $stream = [IO.FileStream]::new($beside, 'CreateNew', 'Write')
        try { $stream.Write([Text.UTF8Encoding]::new($false).GetBytes($Text)) } finally { $stream.Dispose() }
        [IO.File]::Move($beside, $full, $true)
    }
    finally { Remove-Item -LiteralPath $beside -ErrorAction Ignore }
}

$roots = $RootCertificate ? @{ RootCertificate = $RootCertificate } : @{}
$seen = Import-Csv -LiteralPath $ServerList | Get-PgServerCertificate @roots -IncludeFailed
$rows = foreach ($server in $seen) {
    $row = [ordered]@{}
    foreach ($column in 'Name', 'Owner') {
        $cell = $server.InputObject.PSObject.Properties[$column]
        if ($cell) { $row[$column] = Protect-Cell $cell.Value }
    }
    $row.Server = Protect-Cell "$($server.HostName):$($server.Port)"
    $row.Status = $server.Status
    # ISO 8601, whatever the culture of the session is.
    $row.NotAfter = $server.NotAfter ? $server.NotAfter.ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture) : $null
    $row.Days = $server.DaysRemaining
    $row.Trusted = [bool]$server.TrustedBy
    $row.Chain = $server.ChainStatus -join ' '
    $row.Names = Protect-Cell ($server.SubjectAlternativeName -join ' ')
    $row.Issuer = Protect-Cell $server.Issuer
    $row.Fingerprint = $server.Fingerprint
    $row.Error = Protect-Cell $server.Error
    [pscustomobject]$row
}
$text = switch ([IO.Path]::GetExtension($Path)) {
    '.csv' { $rows | ConvertTo-Csv }
    '.json' { ConvertTo-Json @($rows) }
    '.html' { $rows | ConvertTo-Html -Title 'TLS of PostgreSQL' }
}
Save-Text $Path (($text -join "`n") + "`n")
