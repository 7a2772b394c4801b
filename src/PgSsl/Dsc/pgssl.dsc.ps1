<#
.SYNOPSIS
Runs one operation on a resource of PgSsl, as the engine of DSC v3 asks for it.

.DESCRIPTION
The properties come as JSON on standard input; the state goes as JSON to standard output, messages as JSON lines to standard error, and the exit
code says what kind of failure there was. PgSsl.dsc.manifests.json names this script; docs/guides/dsc.md shows configurations.

.PARAMETER Resource
HbaSsl, RootCertificate, ServerCertificate or SslConfiguration.

.PARAMETER Operation
get, test, set, delete or export.

.PARAMETER WhatIf
Says what set and delete would do, and does nothing.

.EXAMPLE
'{"endpoint": "db1.example.com"}' | pwsh -NoProfile -File ./pgssl.dsc.ps1 -Resource SslConfiguration -Operation get
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Resource,

    [Parameter(Mandatory)]
    [ValidateSet('get', 'test', 'set', 'delete', 'export')]
    [string] $Operation,

    [switch] $WhatIf
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../PgSsl.psd1"
exit [PgSsl.Dsc.JsonOperation]::Run($Resource, $Operation, $WhatIf)
