<#
.SYNOPSIS
Walks through the cmdlets on the servers of the playground.
.DESCRIPTION
Run by `dotnet run --project tests/PgSsl.Sandbox`. Each command is shown as one would type it, then run.
.PARAMETER Session
The script that imports the module and sets $Good, $SelfSigned and the other variables.
.PARAMETER Stay
Ends with a word of welcome: the session is the user's from then on.
#>
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'A demonstration talks to its audience.')]
param(
    [Parameter(Mandatory)]
    [string] $Session,

    [switch] $Stay
)

. $Session

function Show-Command {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'A demonstration talks to its audience.')]
    param([string] $Question, [scriptblock] $Command)

    Write-Host "`n$($PSStyle.Bold)$Question$($PSStyle.Reset)"
    Write-Host "PS> $($PSStyle.Foreground.Cyan)$("$Command".Trim())$($PSStyle.Reset)"
    # Errors in their place among the output: one of the servers gives one, as it should.
    if ([Console]::IsOutputRedirected) {
        (& $Command 2>&1 | Out-String -Width 120).TrimEnd()
    }
    else {
        & $Command 2>&1 | Out-Default
    }
}

Show-Command 'What does each server really serve?' {
    $Servers | Get-PgServerCertificate
}

Show-Command 'What is wrong with this one?' {
    Get-PgServerCertificate $MissingIntermediate | Format-List Subject, Issuer, ChainStatus, ChainFindings, TrustedBy, TrustFailure
}

Show-Command 'What would each sslmode make of a server in good order?' {
    Test-PgSslMode $Good
}

Show-Command 'And of one that permits TLS only?' {
    Test-PgSslMode $HostSslOnly
}

Show-Command 'And of one without TLS?' {
    Test-PgSslMode $TlsOff
}

Show-Command 'Why can clients not verify these, and what is to be done?' {
    $SelfSigned, $MissingIntermediate, $Expired | Test-PgSslMode -SslMode verify-full | Format-List Port, Reason, Remedy
}

Show-Command 'Settings, files and wire of all of them, side by side: what is the matter?' {
    $Servers.ForEach{ "$_ sslmode=allow" } | Get-PgSslConfiguration
}

Show-Command 'Renewed, but was it reloaded? What is served, and what is in the file:' {
    Get-PgSslConfiguration $Stale | Format-List ServedNotAfter, FileNotAfter, IsDrifted, Findings
}

Show-Command 'Who is connected to this one, and how?' {
    Get-PgSslSession $HostSslOnly
}

Show-Command 'A certificate for the one without TLS (a CA should sign it, outside of a playground) ...' {
    $folder = Split-Path $Root
    $made = New-PgSelfSignedCertificate localhost -IPAddress 127.0.0.1 -KeyPath $folder/new.key -CertificatePath $folder/new.crt
    Install-PgServerCertificate $made.CertificatePath -KeyPath $made.KeyPath -Endpoint "$TlsOff sslmode=disable"
}

Show-Command '... and TLS on, proven on the wire, or everything put back:' {
    Enable-PgSsl "$TlsOff sslmode=disable" | Format-List IsChanged, IsProven, Diff, Proofs
}

Show-Command 'What would it take to refuse plaintext there, and who could not come back?' {
    Set-PgHbaSsl -Endpoint "$TlsOff sslmode=require sslrootcert=" -IncludeLoopback -RejectPlaintext -WhatIf
}

Show-Command 'What would change, and for whom, if its root were installed where every client looks?' {
    Install-PgRootCert $Root -WhatIf
}

Show-Command 'The same connection, as Npgsql and JDBC want it, with the mode it should have:' {
    ConvertTo-PgConnectionString $Good -Format Npgsql -SslMode verify-full
    ConvertTo-PgConnectionString $Good -Format Jdbc -SslMode verify-full
}

Show-Command 'The expired one is to be renewed: which key and request would be made?' {
    Get-PgServerCertificate $Expired | New-PgCsr -WhatIf
}

Show-Command 'One answer for a script: is the whole estate ready for verify-full?' {
    $Servers | Test-PgSslMode -SslMode verify-full -Quiet
}

if ($Stay) {
    Write-Host @"

The servers stay up until you type exit. They are in `$Servers, and each in its own variable:
`$Good `$SelfSigned `$MissingIntermediate `$Expired `$HostSslOnly `$TlsOff `$Stale. `$Root is the root certificate.

  Get-Help about_PgSsl
  Get-Command -Module PgSsl
"@
}
