<#
.SYNOPSIS
Makes PowerShell's help file from the pages in this folder.

.PARAMETER Path
The file to write: en-US/PgSsl.dll-Help.xml.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Path
)

Import-Module Microsoft.PowerShell.PlatyPS
$staging = Join-Path ([IO.Path]::GetTempPath()) "PgSsl.Help-$(New-Guid)"
try {
    Import-MarkdownCommandHelp -Path $PSScriptRoot/*-*.md | Export-MamlCommandHelp -OutputFolder $staging | Out-Null
    # PlatyPS ends lines as the operating system does; the file is committed.
    $maml = (Get-Content -Raw "$staging/PgSsl/PgSsl.dll-Help.xml").ReplaceLineEndings("`n")
    # In a console Markdown's fences are noise, and so is the control character that PlatyPS puts between paragraphs.
    $maml = $maml -replace '(?m)(?<=<maml:para>)```\w+\n' -replace '\n```(?=</maml:para>)' -replace '(?m)^\s*<maml:para>(&#x80;|\u0080)</maml:para>\n'
    [IO.File]::WriteAllText($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path), $maml)
}
finally {
    Remove-Item $staging -Recurse -Force -ErrorAction Ignore
}
