BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $kept = "postgresql://postgres@127.0.0.1:$($sandbox.HbaKeptPort)/postgres"
    $socket = "host=$($sandbox.HbaKeptSocket) port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres"

    # Role ssl_only, with what it says is the password.
    function ConvertTo-Credential([string] $Text) {
        $secure = [securestring]::new()
        $Text.ToCharArray().ForEach{ $secure.AppendChar($_) }
        [pscredential]::new('ssl_only', $secure)
    }
}

Describe 'Get-PgSslConfiguration' {
    Context 'a load balancer' {
        It 'is told by <_>' -ForEach 'Get-PgHbaRule', 'Test-PgHbaRule', 'Get-PgSslSession' {
            $null = & $_ -Endpoint "postgresql://postgres@$($sandbox.Balanced)/postgres" -WarningVariable warnings -WarningAction SilentlyContinue
            @($warnings) -match 'leads to several servers' | Should -HaveCount 1
        }

        It 'ends no session' {
            $balanced = "postgresql://postgres@$($sandbox.Balanced)/postgres"
            Get-PgSslSession $balanced -Terminate -WhatIf -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -BeLike 'ContradictoryParameters,*'
        }

        It 'is said, and nothing is drift behind it' {
            $seen = Get-PgSslConfiguration "postgresql://postgres@$($sandbox.Balanced)/postgres"
            $seen.IsDrifted | Should -Be $null
            $seen.Findings.Code | Should -Contain SeveralServers
        }

        It 'is refused by those that change a server' {
            $balanced = "postgresql://postgres@$($sandbox.Balanced)/postgres"
            foreach ($change in { Enable-PgSsl $balanced -ErrorAction Stop }, { Disable-PgSsl $balanced -ErrorAction Stop }, { Set-PgHbaSsl $balanced -ErrorAction Stop }) {
                $change | Should -Throw '*leads to several servers*Nothing was changed.*'
            }
        }
    }

    Context 'a server and a role that may see everything' {
        BeforeAll { $seen = Get-PgSslConfiguration $kept }

        It 'has settings, files and what is served, side by side' {
            $seen | Should -BeOfType PgSsl.SslConfiguration
            $seen.Ssl, $seen.ServesTls, $seen.IsDrifted, $seen.KeyMatches | Should -Be $true, $true, $false, $true
            $seen.ServedFingerprint | Should -Be $seen.FileFingerprint
            $seen.ServedFingerprint | Should -Be (Get-PgServerCertificate $kept).Fingerprint
            $seen.KeyMode | Should -Be 0600
        }

        It 'says that its rules let plaintext in, and where' {
            $seen.Findings.Code | Should -Be PlaintextLetIn
            $lines = (Get-PgHbaRule $kept | Where-Object { $_.Findings.Code -match 'Plaintext' }).ForEach{ "pg_hba.conf:$($_.LineNumber)" }
            $seen.Findings.Message | Should -BeLike "*$($lines -join ', ') let them in, or some of them."
        }

        It 'has each setting as psql shows it' {
            if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed' }
            $shown = Invoke-SandboxSql HbaKept "SELECT name || '=' || setting FROM pg_settings WHERE name ~ '^ssl(_|$)' ORDER BY name COLLATE `"C`""
            $seen.Settings.ForEach{ "$($_.Name)=$($_.Value)" } | Should -Be $shown
        }

        It 'names files as the cmdlets for certificates take them' {
            $seen.CertificatePath, $seen.KeyPath | Should -Exist
        }

        It 'is the same over the socket, with the certificate that is served over TCP' {
            $overSocket = Get-PgSslConfiguration $socket
            $overSocket.ServedFingerprint | Should -Be $seen.ServedFingerprint
            $overSocket.IsDrifted | Should -BeFalse
        }

        It 'survives CLIXML and JSON' {
            $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($seen, 3))
            $copy.ServedFingerprint, $copy.ChangedSettings.Count | Should -Be $seen.ServedFingerprint, $seen.ChangedSettings.Count
            ($seen | ConvertTo-Json -Depth 3 | ConvertFrom-Json).ChangedSettings.Name | Should -Contain ssl
        }

        It 'exports the settings that are set somewhere, and has all of them' {
            $seen.ChangedSettings.Name | Should -Be ($seen.Settings | Where-Object Source -NE default).Name
            $seen.ChangedSettings.Count | Should -BeLessThan $seen.GetSettings().Count
        }
    }

    Context 'without credentials' {
        It 'has the wire half, and says why there is no other' {
            $seen = Get-PgSslConfiguration "postgresql://ssl_only@$($sandbox.Good)/postgres" -ErrorAction Stop
            $seen.ServesTls, $seen.Ssl, $seen.CertificatePath | Should -Be $true, $null, $null
            $seen.SqlFailure | Should -Match 'asks for the password'
            $seen.Findings.Code | Should -Contain SettingsNotSeen
        }

        It 'tries no session where only the wire is wanted' {
            $seen = Get-PgSslConfiguration $sandbox.SelfSigned -WireOnly
            $seen.ServesTls, $seen.SqlFailure, $seen.Settings.Count | Should -Be $true, $null, 0
            $seen.Findings.Code | Should -Contain SelfSigned
        }

        It 'finds <Code> at the server <Server>' -ForEach @(
            @{ Server = 'Expired'; Code = 'ExpiredMember' }
            @{ Server = 'LeafOnly'; Code = 'MissingIntermediate' }
            @{ Server = 'TlsOff'; Code = 'TlsIsOff' }
        ) {
            (Get-PgSslConfiguration $sandbox.$Server -WireOnly).Findings.Code | Should -Contain $Code
        }
    }

    Context 'a credential' {
        It 'opens the session' {
            $seen = Get-PgSslConfiguration "postgresql://$($sandbox.Good)/postgres" -Credential (ConvertTo-Credential $sandbox.Password)
            $seen.Ssl | Should -BeTrue
            $seen.Findings.Code | Should -Contain SettingsHidden
        }

        It 'that is wrong is an error, not half an answer' {
            $wrong = ConvertTo-Credential 'not it'
            Get-PgSslConfiguration "postgresql://$($sandbox.Good)/postgres" -Credential $wrong -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures[0].FullyQualifiedErrorId | Should -Match '^AuthenticationFailed,'
        }
    }

    It 'goes on after a server that does not answer' {
        $seen = $sandbox.Closed, $kept | Get-PgSslConfiguration -ErrorVariable failures -ErrorAction SilentlyContinue
        $seen.Port | Should -Be $sandbox.HbaKeptPort
        $failures.CategoryInfo.Category | Should -Be ConnectionError
        $failures.TargetObject | Should -Match ($sandbox.Closed -replace '.*:')
    }

    It 'leaves no session behind when the pipeline ends early' {
        if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed' }
        , $kept * 20 | ForEach-Object { $_ } | Get-PgSslConfiguration -ThrottleLimit 4 | Select-Object -First 1 | Out-Null
        Wait-Until { (Invoke-SandboxSql HbaKept "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'PgSsl'") -eq 0 }
    }

    It 'shows a row for each server, and everything in a list' {
        $text = Get-PgSslConfiguration $kept | Format-Table | Out-String -Width 160
        $text | Should -Match 'Server +Version +Ssl +Serves +Days +InFile +Findings'
        $text | Should -Match "127\.0\.0\.1:$($sandbox.HbaKeptPort) +\d+\.\d+ +on +TLSv1\.3 +\d+ the same"
        $list = Get-PgSslConfiguration $kept | Format-List | Out-String -Width 200
        $list | Should -Match 'ssl = on \(.*postgresql\.conf:\d+\)'
    }
}
