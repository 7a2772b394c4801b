BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    # psql is the client whose sessions are looked at.
    $isWithoutClient = -not (Get-Sandbox).Psql
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $superuser = "host=127.0.0.1 port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres"

    # A psql that sleeps on the server HbaKept; gets what it calls itself.
    function Start-Client([string] $Connection) {
        Start-SandboxSession HbaKept $Connection -PassThru
    }

    function Find-Session([string] $Application) { Get-PgSslSession $superuser | Where-Object ApplicationName -EQ $Application }
}

AfterAll {
    if ($sandbox.Psql) { Stop-SandboxSession HbaKept }
}

Describe 'Get-PgSslSession' -Skip:$isWithoutClient {
    Context 'sessions' {
        BeforeAll {
            $tls = Start-Client 'user=app sslmode=require'
            $plaintext = Start-Client 'user=app sslmode=disable'
            $sessions = Get-PgSslSession $superuser
        }

        It 'are told with who they are and how they are connected' {
            $one = $sessions | Where-Object ApplicationName -EQ $tls
            $other = $sessions | Where-Object ApplicationName -EQ $plaintext
            $one | Should -BeOfType PgSsl.SslSession
            $one.Transport, $one.UserName, $one.Database, $one.ClientAddress, $one.IsLoopback | Should -Be 'tls', 'app', 'postgres', '127.0.0.1', $true
            $one.Protocol | Should -Be TLSv1.3
            $other.Transport, $other.Protocol, $other.Bits | Should -Be 'plaintext', $null, $null
            $one.BackendStart.Kind | Should -Be Utc
        }

        It 'have the session that asks among them' {
            $own = $sessions | Where-Object IsOwn
            $own | Should -HaveCount 1
            $own.ApplicationName, $own.UserName | Should -Be 'PgSsl', 'postgres'
        }

        It 'name the server so that it can be asked again' {
            $again = $sessions | Where-Object ApplicationName -EQ $tls | Get-PgSslSession
            $again.ProcessId | Should -Be ($sessions | Where-Object ApplicationName -EQ $tls).ProcessId
        }

        It 'are those in plaintext with -Plaintext' {
            $found = Get-PgSslSession $superuser -Plaintext
            $found.ApplicationName | Should -Contain $plaintext
            $found.Transport | Sort-Object -Unique | Should -Be plaintext
        }

        It 'of all servers come, one that does not answer notwithstanding: <From>' -ForEach @(
            @{ From = 'text'; Servers = { $superuser, "127.0.0.1:$($sandbox.HbaKeptPort)" } }
            @{ From = 'objects'; Servers = { $superuser, [pscustomobject]@{ HostName = '127.0.0.1'; Port = $sandbox.HbaKeptPort } } }
        ) {
            $env:PGUSER, $env:PGDATABASE = 'postgres', 'postgres'
            try {
                $found = @($sandbox.Closed) + (& $Servers) | Get-PgSslSession -ErrorVariable failures -ErrorAction SilentlyContinue
            }
            finally { Remove-Item Env:PGUSER, Env:PGDATABASE }
            $failures.FullyQualifiedErrorId | Should -Be 'ConnectionRefused,PgSsl.Cmdlets.GetPgSslSessionCommand'
            ($found | Where-Object IsOwn).Endpoint | Sort-Object -Unique | Should -HaveCount 2
        }

        It 'stream: the first ones end the pipeline' {
            $first = "host=127.0.0.1 port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres", $sandbox.Silent | Get-PgSslSession | Select-Object -First 1
            $first | Should -HaveCount 1
        }

        It 'go over CLIXML and JSON and come back as names of sessions' {
            $session = $sessions | Where-Object ApplicationName -EQ $tls
            $session | Export-Clixml $TestDrive/session.xml
            (Import-Clixml $TestDrive/session.xml | Get-PgSslSession).ProcessId | Should -Be $session.ProcessId
            ($session | ConvertTo-Json | ConvertFrom-Json | Get-PgSslSession).ProcessId | Should -Be $session.ProcessId
        }

        It 'are all clients of Test-PgHbaRule; those by socket are named' {
            $bySocket = Get-PgSslSession "host=$($sandbox.HbaKeptSocket) port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres" | Where-Object IsOwn
            $bySocket.Transport | Should -Be socket
            $tests = @($sessions) + $bySocket | Test-PgHbaRule -ErrorAction Stop
            ($tests | Where-Object Transport -EQ socket).Session | Should -Be "$bySocket"
            $null = $bySocket | Test-PgHbaRule -NoSsl -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -Be 'ContradictoryParameters,PgSsl.Cmdlets.TestPgHbaRuleCommand'
            "$failures" | Should -Match "Session $($bySocket.ProcessId) postgres@postgres.* uses a Unix-domain socket"
        }

        It 'are clients of Test-PgHbaRule' {
            $decided = $sessions | Where-Object ApplicationName -EQ $plaintext | Test-PgHbaRule -NoSsl
            $decided.User, $decided.Address, $decided.Outcome | Should -Be 'app', '127.0.0.1', 'authenticate'
        }
    }

    Context 'who may not see all' {
        It 'is warned once, with the count and the grant' {
            $null = Start-Client 'user=app sslmode=require'
            $found = Get-PgSslSession "host=127.0.0.1 port=$($sandbox.HbaKeptPort) user=auditor dbname=postgres" -WarningVariable warnings -WarningAction SilentlyContinue
            $found.UserName | Sort-Object -Unique | Should -Be auditor
            $warnings | Should -HaveCount 1
            $warnings | Should -Match '\d+ sessions? of other roles.*GRANT pg_read_all_stats TO "auditor"$'
        }
    }

    Context '-Terminate' {
        BeforeEach {
            $victim = Find-Session (Start-Client 'user=app sslmode=disable')
        }

        It 'ends a session that is named, warns that it may come back, and tells' {
            $ended = $victim | Get-PgSslSession -Terminate -WarningVariable warnings -WarningAction SilentlyContinue
            $ended.ProcessId, $ended.IsTerminated | Should -Be $victim.ProcessId, $true
            $warnings | Should -Match 'reconnect at once.*Set-PgHbaSsl'
            Find-Session $victim.ApplicationName | Should -BeNullOrEmpty
        }

        It 'takes many sessions of a server over one connection' {
            $other = Find-Session (Start-Client 'user=bob sslmode=disable')
            $ended = $victim, $other | Get-PgSslSession -Terminate -WarningVariable warnings -WarningAction SilentlyContinue
            $ended.ProcessId | Sort-Object | Should -Be ($victim.ProcessId, $other.ProcessId | Sort-Object)
            $warnings | Should -HaveCount 1
        }

        It 'shows a line for each session with -WhatIf, and ends none' {
            Start-Transcript "$TestDrive/whatif.txt" | Out-Null
            try { $victim | Get-PgSslSession -Terminate -WhatIf | Should -BeNullOrEmpty }
            finally { Stop-Transcript | Out-Null }
            Find-Session $victim.ApplicationName | Should -HaveCount 1
            Get-Content -Raw "$TestDrive/whatif.txt" |
                Should -Match "What if: .*end the session $($victim.ProcessId) app@postgres from 127\.0\.0\.1:\d+ \($($victim.ApplicationName)\), plaintext since"
        }

        It 'leaves loopback where nobody named it, and says so' {
            Get-PgSslSession $superuser -Terminate -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $warnings | Should -Match "plaintext sessions? .* left: .* on the server's own machine.*-ProcessId"
            Find-Session $victim.ApplicationName | Should -HaveCount 1
        }

        It 'leaves what is not in plaintext, whoever named it' {
            $encrypted = Find-Session (Start-Client 'user=app sslmode=require')
            $encrypted | Get-PgSslSession -Terminate -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $warnings | Should -Match 'is not in plaintext, and is left'
            Find-Session $encrypted.ApplicationName | Should -HaveCount 1
        }

        It 'does not take a later session for the one that was seen' {
            $seen = $victim | Select-Object Endpoint, ProcessId, @{ Name = 'BackendStart'; Expression = { $_.BackendStart.AddMinutes(-1) } }
            $seen | Get-PgSslSession -Terminate -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'SessionNotFound,PgSsl.Cmdlets.GetPgSslSessionCommand'
            $failures.CategoryInfo.Category | Should -Be ObjectNotFound
            Find-Session $victim.ApplicationName | Should -HaveCount 1
        }

        It 'is an error of the session with the grant, where the role may not' {
            # It may see the session, being a member of its role, and may end its own roles' only.
            Invoke-SandboxSql HbaKept 'GRANT pg_read_all_stats TO auditor'
            try {
                $failing = Get-PgSslSession "host=127.0.0.1 port=$($sandbox.HbaKeptPort) user=auditor dbname=postgres" -ProcessId $victim.ProcessId -Terminate -ErrorVariable failures -ErrorAction SilentlyContinue
            }
            finally { Invoke-SandboxSql HbaKept 'REVOKE pg_read_all_stats FROM auditor' }
            $failing | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'InsufficientPrivilege,PgSsl.Cmdlets.GetPgSslSessionCommand'
            $failures[0].ErrorDetails.RecommendedAction | Should -Be 'As a superuser: GRANT pg_signal_backend TO "auditor"'
            $failures[0].TargetObject.ProcessId | Should -Be $victim.ProcessId
        }
    }

    Context 'errors' {
        It 'are of the one session: a process id that nobody has' {
            Get-PgSslSession $superuser -ProcessId 1 -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'SessionNotFound,PgSsl.Cmdlets.GetPgSslSessionCommand'
        }

        It 'say that there is no password, and hold none' {
            $server = "host=127.0.0.1 port=$($sandbox.GoodPort) user=ssl_only dbname=postgres sslmode=require"
            Get-PgSslSession $server -ErrorVariable failures -ErrorAction SilentlyContinue
            Get-PgSslSession "$server password=hunter2" -ErrorVariable +failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -Be 'PasswordRequired,PgSsl.Cmdlets.GetPgSslSessionCommand', 'AuthenticationFailed,PgSsl.Cmdlets.GetPgSslSessionCommand'
            $failures | Format-List * -Force | Out-String | Should -Not -Match hunter2
        }
    }

    Context '-Credential' {
        It 'is whom the session is for: <From>' -ForEach @(
            @{ From = 'a parameter'; Call = { Get-PgSslSession $server -Credential $credential } }
            @{ From = 'a property'; Call = { [pscustomobject]@{ Endpoint = $server; Credential = $credential } | Get-PgSslSession } }
        ) {
            $secure = [securestring]::new()
            $sandbox.Password.ToCharArray().ForEach{ $secure.AppendChar($_) }
            $credential = [pscredential]::new('ssl_only', $secure)
            $server = "host=127.0.0.1 port=$($sandbox.GoodPort) dbname=postgres"
            $own = & $Call -WarningAction SilentlyContinue 3> $null | Where-Object IsOwn
            $own.UserName, $own.Transport | Should -Be 'ssl_only', 'tls'
        }
    }

    Context 'views' {
        BeforeAll {
            $session = Find-Session (Start-Client 'user=app sslmode=disable')
        }

        It 'are a table by server' {
            Import-Module $PSScriptRoot/Screen.psm1
            $shown = Get-Screen -Width 160 -Script { $args[0] } -Arguments $session
            $shown | Should -Match 'Server: 127\.0\.0\.1:\d+'
            $shown | Should -Match 'ProcessId UserName +Database +From +Application +Transport +Cipher'
            $shown | Should -Match "$($session.ProcessId) +app +postgres +127\.0\.0\.1:$($session.ClientPort) +$($session.ApplicationName) +plaintext"
        }

        It 'are a list of all properties' {
            $shown = $session | Format-List | Out-String -Width 140
            foreach ($property in $session.PSObject.Properties.Name -ne 'IsPlaintext') { $shown | Should -Match "(?m)^$property +:" }
        }

        It 'are the same for what was deserialized' {
            $again = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($session))
            $again | Out-String -Width 140 | Should -Be ($session | Out-String -Width 140)
        }
    }
}
