BeforeDiscovery {
    $root = Resolve-Path $PSScriptRoot/../..
    Import-Module $env:PGSSL_TEST_MODULE/PgSsl.psd1
    $commands = Get-Command -Module PgSsl | ForEach-Object { @{ Name = $_.Name } }
}

BeforeAll {
    $root = Resolve-Path $PSScriptRoot/../..
    $page = Get-Content $root/docs/CMDLETS.md

    # Cells of the rows that begin with a cell of this kind, without blanks.
    function Get-Row($FirstCell) {
        $page | Where-Object { $_ -match "^\| $FirstCell \|" } | ForEach-Object { , ($_.Trim('|') -split '\|').Trim() }
    }

    function Split-Cell($Cell) { @($Cell -split ', ' | Where-Object { $_ }) }

    $groups = @{}
    Get-Row '[a-z]+' | Where-Object { $_[0] -ne 'group' -and $_.Count -eq 2 } | ForEach-Object { $groups[$_[0]] = Split-Cell $_[1] }
    $table = Get-Row '-\w+' | ForEach-Object {
        foreach ($where in Split-Cell $_[3]) {
            foreach ($command in $groups[$where] ?? $where) {
                [pscustomobject]@{ Command = $command; Parameter = $_[0].TrimStart('-'); Aliases = Split-Cell $_[1] }
            }
        }
    }
    $common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
}

Describe 'docs/CMDLETS.md' {
    It 'names only cmdlets that there are' {
        $table.Command | Where-Object { $_ -notin (Get-Command -Module PgSsl).Name } | Should -BeNullOrEmpty
    }

    It 'has each parameter of <Name> once, with its aliases' -ForEach $commands {
        $parameters = (Get-Command $Name).Parameters.Values | Where-Object Name -NotIn $common
        $real = $parameters | ForEach-Object { "-$($_.Name) $(($_.Aliases | Sort-Object) -join ',')" } | Sort-Object
        $told = $table | Where-Object Command -EQ $Name | ForEach-Object { "-$($_.Parameter) $(($_.Aliases | Sort-Object) -join ',')" } | Sort-Object
        $difference = Compare-Object @($real) @($told) | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" }
        $difference | Should -BeNullOrEmpty -Because 'the cmdlet (<=) and the table (=>) say the same'
    }
}

Describe 'docs' {
    It 'links only to files that there are' {
        $pages = Get-Item $root/*.md, $root/docs/*.md, $root/docs/guides/*.md, $root/docs/decisions/*.md, $root/samples/*.md
        $broken = foreach ($file in $pages) {
            foreach ($link in [regex]::Matches((Get-Content -Raw $file), '\]\((?<Target>[^)#:\s]+)(#[^)]*)?\)')) {
                $target = Join-Path $file.DirectoryName $link.Groups['Target'].Value
                if (-not (Test-Path $target)) { "$($file.Name): $($link.Value)" }
            }
        }
        $broken | Should -BeNullOrEmpty
    }

    It 'has each decision in the index, with context, decision and consequence' {
        $files = Get-ChildItem $root/docs/decisions/*.md -Exclude README.md
        $index = Get-Content -Raw $root/docs/decisions/README.md
        foreach ($file in $files) {
            [regex]::Matches($index, [regex]::Escape("($($file.Name))")).Count | Should -Be 1 -Because $file.Name
            $text = Get-Content -Raw $file
            $text | Should -Match "^# $([int]$file.Name.Substring(0, 4))\. " -Because $file.Name
            foreach ($part in 'Context', 'Decision', 'Consequence') { $text | Should -Match "\*\*$part\.\*\*" -Because $file.Name }
        }
    }

    It 'shows every room of PgSsl.Core' {
        $core = (Resolve-Path $root/src/PgSsl.Core).Path
        $folders = Get-ChildItem $core -Recurse -Filter *.cs | ForEach-Object { [IO.Path]::GetRelativePath($core, $_.DirectoryName).Replace('\', '/') } |
            Where-Object { $_ -notmatch '^(bin|obj)(/|$)' } | Sort-Object -Unique
        $rooms = [regex]::Matches((Get-Content -Raw $root/docs/ARCHITECTURE.md), '(?m)^\| \d+ \| `([\w/]+)` \|').ForEach{ $_.Groups[1].Value } | Sort-Object -Unique
        $difference = Compare-Object @($folders) @($rooms) | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" }
        $difference | Should -BeNullOrEmpty -Because 'the folders (<=) and the table (=>) say the same'
    }
}

Describe 'docs/README.md' {
    It 'is a map of every page' {
        $map = Get-Content -Raw $root/docs/README.md
        $pages = Get-ChildItem $root/docs/*.md, $root/docs/guides/*.md, $root/docs/cmdlets/*.md -Exclude README.md
        foreach ($path in $pages.ForEach{ [IO.Path]::GetRelativePath("$root/docs", $_.FullName) -replace '\\', '/' }) {
            $map | Should -Match "\]\($([regex]::Escape($path))\)"
        }
    }

    It 'names no page that there is not' {
        $links = [regex]::Matches((Get-Content -Raw $root/docs/README.md), '\]\(([^)#]+)\)').ForEach{ "$root/docs/$($_.Groups[1].Value)" }
        $links | Should -Exist
    }
}
