<#
.SYNOPSIS
Builds, tests, documents, checks and packages PgSsl.

.DESCRIPTION
A driver for those who live in PowerShell. Each task only calls what one could call by hand:

  Build    dotnet build: the module, into bin, ready for Import-Module ./PgSsl.psd1
  Test     dotnet test: all tests, as continuous integration runs them
  Help     PlatyPS: en-US/PgSsl.dll-Help.xml from docs/cmdlets/*.md
  Analyze  PSScriptAnalyzer, over every PowerShell file of the repository
  Package  dotnet pack: the folders out/PgSsl and out/PgSslDsc, a package of each, out/PgSslEnforced.zip for Azure Machine Configuration,
           and out/PgSsl.bom.json, what the package is made of (CycloneDX)
  Sandbox  dotnet run: PostgreSQL servers that differ, and a walk through the main commands on them

.PARAMETER Task
What to do, in the order given. Build by default.

.PARAMETER Fast
Leaves the analyzers out of Build and Test, which halves the work of a build from nothing. Continuous integration runs them.

.EXAMPLE
./build.ps1 Build, Test

Builds the module and runs all tests.

.EXAMPLE
./build.ps1 -Task Package

Leaves what ships in out.
#>
#Requires -Version 7.4
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Help', 'Analyze', 'Package', 'Sandbox')]
    [string[]] $Task = 'Build',

    [switch] $Fast
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# A dotnet that fails ends this script with an error, as a failing cmdlet does.
$PSNativeCommandUseErrorActionPreference = $true

function Test-Script {
    Import-Module PSScriptAnalyzer
    $findings = Get-ChildItem -Recurse -File -Include *.ps1, *.psd1, *.psm1 |
        Where-Object { [IO.Path]::GetRelativePath($PSScriptRoot, $_.FullName) -notmatch '(^|[\\/])(bin|obj|out)[\\/]' } |
        ForEach-Object {
            # A folder's own settings say which rules make no sense there.
            $settings = Join-Path $_.DirectoryName PSScriptAnalyzerSettings.psd1
            $options = (Test-Path $settings) ? @{ Settings = $settings } : @{}
            Invoke-ScriptAnalyzer -Path $_.FullName @options
        }
    $findings | Out-Default
    if ($findings) { throw "PSScriptAnalyzer has $(@($findings).Count) findings." }
}

function Invoke-Pack {
    # Paths of this machine stay out of what ships.
    dotnet pack src/PgSsl -p:ContinuousIntegrationBuild=true
    dotnet pack src/PgSslDsc
    $null = New-Item -ItemType Directory out/PgSslDsc -Force
    Copy-Item src/PgSslDsc/PgSslDsc.psd1, src/PgSslDsc/PgSslDsc.psm1, LICENSE out/PgSslDsc
    $configuration = 'src/PgSslDsc/MachineConfiguration'
    & $configuration/New-Package.ps1 -Mof $configuration/PgSslEnforced.mof -Module out/PgSsl, out/PgSslDsc -Destination out | Out-Default
    dotnet tool restore
    $version = (Import-PowerShellDataFile PgSsl.psd1).ModuleVersion
    $names = '--set-name', 'PgSsl', '--set-version', $version, '--set-type', 'library'
    dotnet tool run dotnet-CycloneDX src/Shipped.slnx --exclude-dev @names --output out --filename PgSsl.bom.json --output-format Json
}

$options = $Fast ? @('-p:RunAnalyzers=false') : @()
Push-Location $PSScriptRoot
try {
    foreach ($name in $Task) {
        switch ($name) {
            'Build' { dotnet build src/PgSsl @options }
            'Test' { dotnet test @options }
            'Help' { & $PSScriptRoot/docs/cmdlets/Export-Help.ps1 en-US/PgSsl.dll-Help.xml }
            'Analyze' { Test-Script }
            'Package' { Invoke-Pack }
            'Sandbox' { dotnet run --project tests/PgSsl.Sandbox }
        }
    }
}
finally {
    Pop-Location
}
