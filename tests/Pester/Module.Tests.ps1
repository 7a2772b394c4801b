BeforeDiscovery {
    $root = Resolve-Path $PSScriptRoot/../..
    $commands = Get-Command -Module PgSsl | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
    $scripts = Get-ChildItem $root -Recurse -Include *.ps1, *.psm1, *.psd1 |
        Where-Object FullName -NotMatch '[/\\](bin|obj|out)[/\\]' |
        ForEach-Object { @{ Name = [IO.Path]::GetRelativePath($root, $_.FullName); File = $_.FullName } }
}

BeforeAll {
    $root = Resolve-Path $PSScriptRoot/../..
    $manifestPath = Join-Path $env:PGSSL_TEST_MODULE PgSsl.psd1
    Import-Module $PSScriptRoot/PowerShell.psm1
}

Describe 'Module' {
    It 'is the one that the tests were told to use' {
        (Get-Module PgSsl).ModuleBase | Should -Be $env:PGSSL_TEST_MODULE
        [PgSsl.ConnectionSetting].Assembly.Location | Should -Be (Join-Path $env:PGSSL_TEST_MODULE bin PgSsl.Core.dll)
    }

    It 'has a manifest without a fault' {
        $manifest = Test-ModuleManifest $manifestPath -ErrorAction Stop -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $manifest.Version | Should -BeGreaterThan ([version]'0.0')
    }

    It 'exports what the manifest says, and nothing else' {
        $expected = (Import-PowerShellDataFile $manifestPath).CmdletsToExport | Sort-Object
        Get-Command -Module PgSsl | ForEach-Object Name | Sort-Object | Should -Be $expected
        (Get-Module PgSsl).ExportedVariables.Keys | Should -BeNullOrEmpty
        (Get-Module PgSsl).ExportedAliases.Keys | Should -BeNullOrEmpty
    }

    It 'imports without an error, a warning or a word' {
        Invoke-PowerShell -Arguments $manifestPath {
            Import-Module $args[0] -WarningVariable warnings
            $Error
            $warnings
        } | Should -BeNullOrEmpty
    }

    It 'loads no dependency on import' {
        $loaded = Invoke-PowerShell -Arguments $manifestPath {
            $before = [AppDomain]::CurrentDomain.GetAssemblies().FullName
            Import-Module $args[0]
            [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.FullName -notin $before -and $_.Location }.ForEach{ $_.GetName().Name }
        }
        $loaded | Should -Contain PgSsl
        $loaded | Where-Object { $_ -notmatch '^(System|Microsoft)\.' } | Should -BeIn 'PgSsl', 'PgSsl.Core'
    }

    It 'has settings that work after a second import with -Force' {
        Invoke-PowerShell -Arguments $manifestPath {
            Import-Module $args[0]
            $first = Get-PgConnectionSetting db1 -Name host
            Import-Module $args[0] -Force
            $second = Get-PgConnectionSetting $first.Value -Name host
            "$($first.Value) $($second.Value) $($second.GetType().FullName)"
        } | Should -Be 'db1 db1 PgSsl.ConnectionSetting'
    }
}

Describe '<Name>' -ForEach $commands {
    It 'has at most three bases of this module above it' {
        $bases = @(for ($type = $Command.ImplementingType.BaseType; $type.Assembly -eq $Command.ImplementingType.Assembly; $type = $type.BaseType) { $type.Name })
        $bases.Count | Should -BeLessOrEqual 3 -Because "$bases"
        $bases[-1] | Should -Be PgCmdlet
    }

    It 'has an approved verb' {
        $Command.Verb | Should -BeIn (Get-Verb).Verb
    }

    It 'says what it emits' {
        $Command.OutputType | Should -Not -BeNullOrEmpty
        $Command.OutputType.Type | Should -Not -Contain $null
    }

    It 'has no parameter that clashes with a common one' {
        $own = $Command.ImplementingType.GetProperties().Where{ $_.GetCustomAttributes([Parameter], $true) }
        $names = foreach ($property in $own) {
            $property.Name
            $property.GetCustomAttributes([Alias], $true).AliasNames
        }
        $common = (Get-Command Get-Date).Parameters.Values.Where{ $_.Name -in [System.Management.Automation.Cmdlet]::CommonParameters }
        $names | Should -Not -BeNullOrEmpty
        $names | Where-Object { $_ -in $common.Name -or $_ -in $common.Aliases } | Should -BeNullOrEmpty
    }
}

Describe 'The resources for DSC' {
    BeforeDiscovery {
        $manifests = (Get-Content -Raw "$(Resolve-Path $PSScriptRoot/../..)/PgSsl.dsc.manifests.json" | ConvertFrom-Json).resources
        $resources = $manifests | ForEach-Object { @{ Name = $_.type -replace '.*/'; Properties = $_.schema.embedded.properties } }
    }

    # Without an engine nobody else validates: "ssl": "false" would be TLS.
    It '<Name> takes no property of another type than its schema has' -ForEach $resources {
        foreach ($property in $Properties.PSObject.Properties | Where-Object { -not $_.Value.PSObject.Properties['readOnly'] }) {
            $wrong = switch ($property.Value.type) {
                'string' { @('host=127.0.0.1 password=s3cret'), @{ host = 'x'; password = 's3cret' }, 5 }
                'boolean' { 'false', 0, @($false) }
                'integer' { '5', $true }
                'array' { 5, @(5), @{ a = 's3cret' } }
                'object' { 's3cret', @{ userName = 'x'; password = 's3cret' } }
            }
            foreach ($value in $wrong) {
                $text = { [PgSsl.Dsc.Resources]::Get($Name, @{ $property.Name = $value }) } | Should -Throw -PassThru
                "$text" | Should -Match "$($property.Name) of PgSsl/$Name is not (text|true or false|a whole number|a list of texts|a secret)"
                "$text" | Should -Not -Match s3cret
            }
        }
    }

    It 'shows no line of a file that turns others around' {
        $hba = "$TestDrive/pg_hba.conf"
        [IO.File]::WriteAllText($hba, "host all all 10.0.0.0/8 scram-sha-256 # $([char]0x202E)$([char]0x1B)]0;x`n")
        $asked = @{ path = $hba; serverVersion = 15; force = $true }
        $lines = @([PgSsl.Dsc.Resources]::WhatIf('HbaSsl', $asked).Plan) + @([PgSsl.Dsc.Resources]::Get('HbaSsl', $asked).State.plaintextRules)
        "$lines" | Should -Match '<U\+202E><U\+001B>'
        "$lines" | Should -Not -Match '[\u202E\u001B]'
    }

    It 'says that a result could not be written' -Skip:(-not $IsLinux) {
        $run = [PgSsl.Dsc.JsonOperation].GetMethods('NonPublic,Static').Where{ $_.Name -eq 'Run' -and $_.GetParameters().Count -eq 6 }[0]
        $source = [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes('{}'))
        $full = [IO.FileStream]::new('/dev/full', 'Open', 'Write', 'ReadWrite', 0)
        $messages = [IO.MemoryStream]::new()
        $run.Invoke($null, @('SslConfiguration', 'get', $false, $source, $full, $messages)) | Should -Be 1
        $message = [Text.Encoding]::UTF8.GetString($messages.ToArray()) | ConvertFrom-Json
        $message.error | Should -Match '^get of PgSsl/SslConfiguration has no result: '
    }
}

Describe 'PSScriptAnalyzer' {
    BeforeAll {
        $analyzer = Get-Module -ListAvailable PSScriptAnalyzer | Select-Object -First 1
        if ($analyzer) { Import-Module $analyzer.Path }
    }

    It 'finds nothing in <Name>' -ForEach $scripts {
        if (-not $analyzer) { Set-ItResult -Skipped -Because 'PSScriptAnalyzer is not installed' }
        # As build.ps1 -Task Analyze: a folder's own settings say which rules make no sense there.
        $settings = Join-Path (Split-Path $File) PSScriptAnalyzerSettings.psd1
        $options = (Test-Path $settings) ? @{ Settings = $settings } : @{}
        $findings = Invoke-ScriptAnalyzer -Path $File @options
        $findings.ForEach{ "$($_.ScriptName):$($_.Line) $($_.RuleName) $($_.Message)" } | Should -BeNullOrEmpty
    }
}
