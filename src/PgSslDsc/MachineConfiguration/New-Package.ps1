<#
.SYNOPSIS
Makes a package for Azure Machine Configuration from a compiled configuration that uses PgSslDsc.

.DESCRIPTION
The package is laid out as New-GuestConfigurationPackage of the module GuestConfiguration does it: NAME.mof, NAME.metaconfig.json, and below Modules
the modules that the configuration needs, each without a folder for its version. Everything is in it, and nothing is compiled on the target.

.PARAMETER Mof
The configuration. Its name is the package's.

.PARAMETER Module
The folders of PgSsl and PgSslDsc, as they ship.

.PARAMETER Destination
The folder for the package.

.PARAMETER Type
Audit looks only; AuditAndSet also makes it so.

.PARAMETER Version
The package's version.

.OUTPUTS
The package's file.

.EXAMPLE
./New-Package.ps1 -Mof ./PgSslEnforced.mof -Module ./out/PgSsl, ./out/PgSslDsc -Destination ./out
#>
#Requires -Version 7.4
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)]
    [string] $Mof,

    [Parameter(Mandatory)]
    [string[]] $Module,

    [Parameter(Mandatory)]
    [string] $Destination,

    [ValidateSet('Audit', 'AuditAndSet')]
    [string] $Type = 'AuditAndSet',

    [string] $Version = '1.0.0'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The service takes no larger one.
$limit = 100MB

$name = [IO.Path]::GetFileNameWithoutExtension($Mof)
# .NET's folder is not PowerShell's, and [ and ] in a path are no pattern.
$folder = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Destination)
$package = Join-Path $folder "$name.zip"
if (-not $PSCmdlet.ShouldProcess($package, 'Make a Machine Configuration package')) { return }
$staging = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
try {
    $modules = (New-Item -ItemType Directory -Path "$staging/Modules" -Force).FullName
    Copy-Item -LiteralPath $Mof -Destination "$staging/$name.mof"
    [ordered]@{ Type = $Type; Version = $Version } | ConvertTo-Json | Set-Content -Path "$staging/$name.metaconfig.json" -Encoding ascii
    foreach ($source in $Module) {
        $manifest = @(Get-ChildItem -LiteralPath $source -File -Filter *.psd1)
        if ($manifest.Count -ne 1) { throw "$source is no folder of a module as it ships: it has $($manifest.Count) files *.psd1, and not one." }
        Copy-Item -LiteralPath $source -Destination "$modules/$($manifest.BaseName)" -Recurse
    }
    $null = [IO.Directory]::CreateDirectory($folder)
    if (Test-Path -LiteralPath $package) { Remove-Item -LiteralPath $package }
    [IO.Compression.ZipFile]::CreateFromDirectory($staging, $package)
}
finally {
    Remove-Item -LiteralPath $staging -Recurse -ErrorAction Ignore
}
$file = Get-Item -LiteralPath $package
if ($file.Length -gt $limit) { throw "$package has $([math]::Round($file.Length / 1MB)) MB; the service takes $($limit / 1MB) MB at most." }
$file
