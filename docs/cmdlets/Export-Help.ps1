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
    # PlatyPS leaves an example in its introduction. Its code, which comes first, belongs into code, and all else, what it shows too, into remarks.
    $maml = [regex]::Replace($maml, '(?s)<maml:introduction>\s*(.*?)\s*</maml:introduction>\s*<dev:code />\s*<dev:remarks />', {
        $code, $remarks = [regex]::Matches($args[0].Groups[1].Value, '(?s)<maml:para>(.*?)</maml:para>').ForEach{ $_.Groups[1].Value }
        $lines = @("<dev:code>$($code -replace '^```\w+\n|\n```$')</dev:code>", '<dev:remarks>')
        $lines += $remarks.ForEach{ "  <maml:para>$_</maml:para>" }
        ($lines + '</dev:remarks>') -join "`n        "
    })
    # -Online opens the first link. It is PostgreSQL's page on the subject.
    $maml = $maml -replace '(?<=<maml:linkText>)Online Version(?=</maml:linkText>)', 'PostgreSQL: what is documented on this subject'
    # In a console Markdown's fences are noise, and so is the control character that PlatyPS puts between paragraphs.
    $maml = $maml -replace '(?m)(?<=<maml:para>)```\w+\n' -replace '\n```(?=</maml:para>)' -replace '(?m)^\s*<maml:para>(&#x80;|\u0080)</maml:para>\n'
    [IO.File]::WriteAllText($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path), $maml)
}
finally {
    Remove-Item $staging -Recurse -Force -ErrorAction Ignore
}
