BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $isUnjudged = -not (Get-Sandbox).Psql
    $servers = @(
        @{ Server = 'Switched'; Version = [int](Get-Sandbox).Major }
        if ((Get-Sandbox).SwitchedDirect) { @{ Server = 'SwitchedDirect'; Version = 18 } }
    )
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox

    function Get-Endpoint([string] $Server) { "host=127.0.0.1 port=$($sandbox."${Server}Port") user=postgres dbname=postgres" }

    # What psql meets: t, f, or nothing where it does not get in.
    function Get-Transport([string] $Server, [string] $SslMode) {
        & $sandbox.Psql -XAtc 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()' "$(Get-Endpoint $Server) sslmode=$SslMode" 2> $null
    }

    function New-ConfigurationFile([string] $Text) {
        $folder = New-Item -ItemType Directory "$TestDrive/$(New-Guid)"
        New-PgSelfSignedCertificate localhost -KeyPath "$folder/server.key" -CertificatePath "$folder/server.crt" | Out-Null
        [IO.File]::WriteAllText("$folder/postgresql.conf", $Text)
        "$folder/postgresql.conf"
    }
}

Describe 'Enable-PgSsl' {
    Context 'PostgreSQL <Version>' -ForEach $servers -Skip:$isUnjudged {
        BeforeAll {
            $endpoint = Get-Endpoint $Server
            Disable-PgSsl $endpoint -Force -WarningAction SilentlyContinue | Out-Null
        }

        It 'shows what would change, and changes nothing' {
            Enable-PgSsl $endpoint -MinimumProtocol Tls13 -WhatIf | Should -BeNullOrEmpty
            Get-Transport $Server prefer | Should -Be f
        }

        It 'switches it on, with psql as the judge' {
            Start-SandboxSession $Server 'user=postgres sslmode=disable'
            $change = Enable-PgSsl $endpoint -MinimumProtocol Tls13 -WarningVariable warnings -WarningAction SilentlyContinue
            Stop-SandboxSession $Server
            $change | Should -BeOfType PgSsl.SslConfigurationChange
            $change.IsChanged, $change.IsProven | Should -Be $true, $true
            $change.Changes.Name | Should -Contain ssl_min_protocol_version
            $change.Diff -match "ALTER SYSTEM SET ssl = 'on'" | Should -HaveCount 1
            $change.PlaintextSessions | Should -Be 1 -Because 'the session that asks ends by itself'
            "$warnings" | Should -Match '1 session is in plaintext'
            Get-Transport $Server require | Should -Be t
        }

        It 'changes nothing the second time, and still looks' {
            $change = Enable-PgSsl $endpoint -MinimumProtocol TLSv1.3
            $change.IsChanged, $change.IsProven | Should -Be $false, $true
        }

        It 'takes of a state only the server: <Way>' -ForEach @(
            @{ Way = 'live'; Kept = { $args[0] } }
            @{ Way = 'a file'; Kept = { $args[0] | Export-Clixml "$TestDrive/s.xml"; Import-Clixml "$TestDrive/s.xml" } }
            @{ Way = 'JSON'; Kept = { $args[0] | ConvertTo-Json -Depth 4 | ConvertFrom-Json } }
        ) {
            $state = & $Kept (Get-PgSslConfiguration $endpoint)
            # As it was before somebody moved the pair, or on another server behind the same name.
            $state.CertificatePath, $state.KeyPath = '/elsewhere/server.crt', '/elsewhere/server.key'
            $change = $state | Enable-PgSsl -ErrorAction Stop
            $change.IsChanged, $change.IsProven | Should -Be $false, $true
            $planned = $state | Enable-PgSsl -CertificatePath "$TestDrive/none.crt" -KeyPath "$TestDrive/none.key" -WhatIf -ErrorVariable failures -ErrorAction SilentlyContinue
            $planned | Should -BeNullOrEmpty
            "$failures" | Should -Match 'none.crt' -Because 'what somebody types is meant'
            $state | Install-PgServerCertificate -Endpoint $endpoint -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'InvalidCertificateFile,PgSsl.Cmdlets.InstallPgServerCertificateCommand'
            $judged = $state | Test-PgServerCertificate
            $judged.CertificatePath | Should -Not -Contain '/elsewhere/server.crt'
            $judged[0].CertificatePath | Should -Be (Get-PgSslConfiguration $endpoint).CertificatePath
        }

        It 'takes a pair of a table' {
            $row = [pscustomobject]@{ Endpoint = $endpoint; CertificatePath = "$TestDrive/none.crt"; KeyPath = "$TestDrive/none.key" }
            $row | Enable-PgSsl -WhatIf -ErrorVariable failures -ErrorAction SilentlyContinue
            "$failures" | Should -Match 'none.crt'
        }

        It 'refuses a key of another certificate, and serves what it served' {
            New-PgSelfSignedCertificate localhost -KeyPath "$TestDrive/$Server.key" -CertificatePath "$TestDrive/$Server.crt" | Out-Null
            $before = (Get-PgServerCertificate $endpoint).Fingerprint
            Enable-PgSsl $endpoint -CertificatePath "$TestDrive/$Server.crt" -ErrorVariable failure -ErrorAction SilentlyContinue
            $failure[0].FullyQualifiedErrorId | Should -BeLike '*,PgSsl.Cmdlets.EnablePgSslCommand'
            $failure[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            (Get-PgServerCertificate $endpoint).Fingerprint | Should -Be $before
        }

        It 'says that what ALTER SYSTEM wrote would override a file' {
            $path = "$($sandbox."${Server}Directory")/postgresql.conf"
            Disable-PgSsl $endpoint -ConfigurationPath $path -Force -ErrorVariable failure -ErrorAction SilentlyContinue
            $failure[0].ErrorDetails.RecommendedAction | Should -Match 'ALTER SYSTEM RESET ssl'
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'ContradictoryParameters,*'
        }
    }

    Context 'a file alone' {
        It 'is changed in one line, and what was not proven is said' {
            $path = New-ConfigurationFile "# mine`n#ssl = off`nport = 5432`n"
            $change = Enable-PgSsl -ConfigurationPath $path
            [IO.File]::ReadAllText($path) | Should -BeExactly "# mine`n#ssl = off`nssl = on`nport = 5432`n"
            $change.IsChanged, $change.IsProven, $change.Endpoint, $change.PlaintextSessions | Should -Be $true, $false, $null, $null
            ($change.Proofs | Where-Object State -EQ NotMade).Name | Should -Contain Wire
            [IO.File]::ReadAllText($change.Backup[0]) | Should -BeExactly "# mine`n#ssl = off`nport = 5432`n"
        }

        It 'is shown by -WhatIf with each note once' {
            $path = New-ConfigurationFile ''
            Start-Transcript "$TestDrive/whatif.txt" | Out-Null
            try { Enable-PgSsl -ConfigurationPath $path -CaPath $sandbox.Root -WhatIf | Should -BeNullOrEmpty }
            finally { Stop-Transcript | Out-Null }
            $text = Get-Content -Raw "$TestDrive/whatif.txt"
            $text | Should -Match 'What if: \d+ settings of'
            [regex]::Matches($text, "'localhost' is self-signed") | Should -HaveCount 1
        }

        It 'is named from where the session is' {
            $path = New-ConfigurationFile ''
            Push-Location (Split-Path $path)
            try { (Enable-PgSsl -ConfigurationPath postgresql.conf -CertificatePath server.crt -KeyPath ./server.key).Changes.After | Should -Contain "$(Split-Path (Get-Item $path).FullName)/server.crt" }
            finally { Pop-Location }
        }

        It 'is left alone with <Why>' -ForEach @(
            @{ Why = 'an error in it'; Text = "ssl =`n"; Id = 'InvalidConfigurationFile' }
            @{ Why = 'the mark of Patroni'; Text = "# It will be overwritten by Patroni!`n"; Id = 'ManagedElsewhere' }
        ) {
            $path = New-ConfigurationFile $Text
            Enable-PgSsl -ConfigurationPath $path -ErrorVariable failure -ErrorAction SilentlyContinue
            $failure[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
            [IO.File]::ReadAllText($path) | Should -BeExactly $Text
        }
    }

    It 'names what the version lacks' {
        Enable-PgSsl (Get-Endpoint Switched) -Tls13Ciphers TLS_AES_256_GCM_SHA384 -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'UnsupportedParameter,*'
    }

    It 'wants a server or a file' {
        Enable-PgSsl -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'InvalidParameterValue,*'
    }

    It 'survives CLIXML and JSON' {
        $change = Enable-PgSsl -ConfigurationPath (New-ConfigurationFile "ssl = off`n")
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($change, 3))
        $copy.Changes[0].Name, $copy.Diff.Count | Should -Be 'ssl', $change.Diff.Count
        ($change | ConvertTo-Json -Depth 3 | ConvertFrom-Json).Changes[0].After | Should -Be on
    }

    It 'is shown as a table and a list' {
        $change = Enable-PgSsl -ConfigurationPath (New-ConfigurationFile "ssl = off`n")
        $change | Out-String -Width 120 | Should -Match 'IsChanged +IsProven +Plaintext +Endpoint +Changes[\s\S]*ssl=on'
        $change | Format-List | Out-String -Width 160 | Should -Match 'ssl: off -> on'
    }
}
