BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $hasPsql = [bool](Get-Sandbox).Psql
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $socket = "host=$($sandbox.HbaKeptSocket) port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres"

    function New-HbaFile([string[]] $Line, [string] $Name = "$(New-Guid).conf") {
        Set-Content -Path "$TestDrive/$Name" -Value $Line
        (Get-Item "$TestDrive/$Name").FullName
    }

    $path = New-HbaFile -Name pg_hba.conf -Line @(
        'local    all          all                    peer'
        'hostssl  orders       app    10.0.0.0/8      scram-sha-256'
        'host     all          +admins 10.0.0.0/8     md5'
        'host     all          all    10.9.0.0/16     reject'
        'hostgssenc all        all    10.0.0.0/8      gss include_realm=0'
        'host     replication  all    10.0.0.0/8      scram-sha-256'
        'host     crm          all    .example.com    scram-sha-256'
    )
    $asNobody = @{ Path = $path; User = 'app'; Database = 'orders'; RoleMembership = @{} }
}

Describe 'Test-PgHbaRule' {
    Context 'the first rule that matches' {
        It 'decides, over TLS and in plaintext unless one is asked for' {
            $tests = Test-PgHbaRule @asNobody -Address 10.0.0.7
            $tests.Transport | Should -Be tls, plaintext
            $tests.Outcome | Should -Be authenticate, 'implicit reject'
            $tests.Method | Should -Be scram-sha-256, $null
            $tests.LineNumber | Should -Be 2, $null
            $tests.RuleNumber | Should -Be 2, $null
            $tests.IsLetIn | Should -Be $true, $false
            $tests[0].Rule.Raw | Should -Be 'hostssl  orders       app    10.0.0.0/8      scram-sha-256'
            $tests[0].Path | Should -Be $path
        }

        It 'is that for -<Asked> alone' -ForEach @(
            @{ Asked = 'Ssl'; Outcome = 'authenticate'; Line = 2 }
            @{ Asked = 'NoSsl'; Outcome = 'implicit reject'; Line = $null }
            @{ Asked = 'Gss'; Outcome = 'authenticate'; Line = 5 }
        ) {
            $asked = @{ $Asked = $true }
            $test = Test-PgHbaRule @asNobody -Address 10.0.0.7 @asked
            $test | Should -HaveCount 1
            $test.Outcome | Should -Be $Outcome
            $test.LineNumber | Should -Be $Line
        }

        It 'may reject, and then nothing behind it counts' {
            $test = Test-PgHbaRule @asNobody -Address 10.9.1.1 -NoSsl
            $test.Outcome, $test.LineNumber, $test.IsLetIn | Should -Be 'reject', 4, $false
        }

        It 'is said in the words of the server, where it refuses: -Replication <Replication>, <Address>' -ForEach @(
            @{ Replication = $false; Address = '10.0.0.7'; Reason = 'no pg_hba.conf entry for host "10.0.0.7", user "app", database "orders", no encryption' }
            @{ Replication = $false; Address = '10.9.0.7'; Reason = 'pg_hba.conf rejects connection for host "10.9.0.7", user "app", database "orders", no encryption' }
            @{ Replication = $true; Address = '11.0.0.7'; Reason = 'no pg_hba.conf entry for replication connection from host "11.0.0.7", user "app", no encryption' }
        ) {
            (Test-PgHbaRule @asNobody -Address $Address -NoSsl -Replication:$Replication -NoDns).Reason | Should -Be $Reason
        }

        It 'is one for the socket without -Address, which has neither TLS nor GSSAPI' {
            $test = Test-PgHbaRule @asNobody
            $test.Transport, $test.Method, $test.LineNumber, $test.Address | Should -Be 'socket', 'peer', 1, $null
            { Test-PgHbaRule @asNobody -Ssl -ErrorAction Stop } | Should -Throw -ErrorId 'ContradictoryParameters,PgSsl.Cmdlets.TestPgHbaRuleCommand'
        }

        It 'is for physical replication only one that says replication' {
            $test = Test-PgHbaRule @asNobody -Address 10.0.0.7 -Ssl -Replication
            $test.LineNumber, $test.IsReplication | Should -Be 6, $true
        }

        It 'takes the database for the one of the user''s name, as libpq does' {
            $named = New-HbaFile 'host sameuser all all md5'
            (Test-PgHbaRule $named -User app -Address 10.0.0.7 -Ssl).Outcome | Should -Be authenticate
            (Test-PgHbaRule $named -User app -Address 10.0.0.7 -Ssl).Database | Should -Be app
            (Test-PgHbaRule $named -User app -Database orders -Address 10.0.0.7 -Ssl).Outcome | Should -Be 'implicit reject'
        }

        It 'asks no DNS for <Address>, which is not an address' -ForEach @(
            @{ Address = '10.1.1.300'; Message = 'is not an IP address' }
            @{ Address = '10.0.0.7:5432'; Message = 'is not an IP address' }
            @{ Address = '10.1.1.0/24'; Message = 'is not a single address' }
        ) {
            Test-PgHbaRule @asNobody -Address $Address -ErrorVariable failure -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'InvalidParameterValue,*'
            "$failure" | Should -Match $Message
        }

        It 'is for an IPv4 address none with an IPv6 network' {
            $six = New-HbaFile 'host all all ::/0 md5'
            (Test-PgHbaRule $six -User app -Address 10.0.0.7 -Ssl).IsLetIn | Should -BeFalse
            (Test-PgHbaRule $six -User app -Address '2001:db8::7' -Ssl).IsLetIn | Should -BeTrue
        }

        It 'takes a name for all its addresses, and asks no DNS with -NoDns' {
            $local = New-HbaFile 'host all all samehost md5'
            (Test-PgHbaRule $local -User app -Address localhost -Ssl).IsLetIn | Sort-Object -Unique | Should -Be $true
            { Test-PgHbaRule $local -User app -Address localhost -NoDns -ErrorAction Stop } |
                Should -Throw -ErrorId 'InvalidParameterValue,PgSsl.Cmdlets.TestPgHbaRuleCommand'
        }
    }

    Context 'what is not known' {
        It 'is an outcome of its own: memberships that nobody told' {
            $test = Test-PgHbaRule $path -User bob -Database crm -Address 10.0.0.7 -Ssl -NoDns
            $test.Outcome, $test.IsLetIn, $test.Method | Should -Be 'unknown', $null, $null
            $test.Reason | Should -Match 'whether bob is a member of admins \(pg_hba\.conf:3\)'
        }

        It 'is known with -RoleMembership, through other roles, too' {
            $members = @{ admins = 'operators', 'alice'; operators = 'bob' }
            (Test-PgHbaRule $path -User bob -Database crm -Address 10.0.0.7 -Ssl -RoleMembership $members).LineNumber | Should -Be 3
            (Test-PgHbaRule $path -User admins -Database crm -Address 10.0.0.7 -Ssl -RoleMembership $members).LineNumber | Should -Be 3
            (Test-PgHbaRule $path -User eve -Database hr -Address 10.0.0.7 -Ssl -RoleMembership $members).Outcome | Should -Be 'implicit reject'
        }

        It 'is the name of a client with -NoDns' {
            $named = New-HbaFile 'host all all .example.com md5'
            $test = Test-PgHbaRule $named -User app -Address 10.0.0.7 -Ssl -NoDns
            $test.Outcome | Should -Be unknown
            $test.Reason | Should -Match 'the host name of 10\.0\.0\.7'
        }

        It 'is false for -Quiet' {
            Test-PgHbaRule $path -User bob -Database crm -Address 10.0.0.7 -Ssl -Quiet -NoDns | Should -BeExactly $false
            Test-PgHbaRule @asNobody -Address 10.0.0.7 -Quiet | Should -BeExactly $true, $false
        }
    }

    Context '-All' {
        It 'shows each rule, which one decides, and why the others do not match' {
            $matching = Test-PgHbaRule @asNobody -Address 10.0.0.7 -NoSsl -All -NoDns
            $matching | ForEach-Object { $_ | Should -BeOfType PgSsl.HbaRuleMatch }
            $matching.LineNumber | Should -Be 1, 2, 3, 4, 5, 6, 7
            $matching.Decides | Should -Not -Contain $true
            $reasons = $matching.Reason
            $reasons[0] | Should -Be 'local does not match connections in plaintext'
            $reasons[1] | Should -Be 'hostssl does not match connections in plaintext'
            $reasons[2] | Should -Be 'the user is app'
            $reasons[3] | Should -Be 'the address is 10.0.0.7'
            $reasons[5] | Should -Be 'the database is orders'
            $matching.IsMatch | Sort-Object -Unique | Should -Be $false
        }

        It 'shows what is refused, too' {
            $refused = New-HbaFile 'host all all all', 'host all all all md5'
            $matching = Test-PgHbaRule $refused -User app -Address 10.0.0.7 -Ssl -All -WarningVariable warnings -WarningAction SilentlyContinue
            $matching[0].Reason | Should -Be 'the server refuses the line: end-of-line before authentication method'
            $matching.Decides | Should -Be $false, $true
            $warnings | Should -Match '\.conf:1: the server refuses this line and with it the whole file'
        }

        It 'leaves open whether somebody is let in by a file that the server refuses' {
            $refused = New-HbaFile 'host all all all', 'host all all all md5'
            $test = Test-PgHbaRule $refused -User app -Address 10.0.0.7 -Ssl -WarningAction SilentlyContinue
            $test.Outcome | Should -Be unknown
            $test.IsLetIn | Should -BeNullOrEmpty
            $test.Reason | Should -BeLike 'It is not known which rules the server uses: it refuses *.conf:1, and with this line the whole file.'
            Test-PgHbaRule $refused -User app -Address 10.0.0.7 -Ssl -Quiet -WarningAction SilentlyContinue | Should -BeFalse
        }
    }

    Context '-ClientCertificateName' {
        BeforeAll {
            $demanding = New-HbaFile 'hostssl all app all cert', 'hostssl all bob all scram-sha-256 clientcert=verify-ca', 'host all all all trust'
        }

        It 'is needed to know whether a rule that demands a certificate lets somebody in: <User>' -ForEach @{ User = 'app' }, @{ User = 'bob' } {
            $test = Test-PgHbaRule $demanding -User $User -Database x -Address 10.0.0.7 -Ssl
            $test.Outcome, $test.IsLetIn, $test.LineNumber | Should -Be 'unknown', $null, ($User -eq 'app' ? 1 : 2)
            $test.Reason | Should -Match '-ClientCertificateName'
            Test-PgHbaRule $demanding -User $User -Database x -Address 10.0.0.7 -Ssl -Quiet | Should -BeExactly $false
        }

        It 'of "<Name>" lets <User> in: <IsLetIn>' -ForEach @(
            @{ Name = 'app'; User = 'app'; IsLetIn = $true }
            @{ Name = 'eve'; User = 'app'; IsLetIn = $false }
            @{ Name = ''; User = 'app'; IsLetIn = $false }
            @{ Name = 'eve'; User = 'bob'; IsLetIn = $true }
            @{ Name = ''; User = 'bob'; IsLetIn = $false }
            @{ Name = ''; User = 'eve'; IsLetIn = $true }
        ) {
            $test = Test-PgHbaRule $demanding -User $User -Database x -Address 10.0.0.7 -Ssl -ClientCertificateName $Name
            $test.IsLetIn | Should -Be $IsLetIn
            if (-not $Name -and -not $IsLetIn) { $test.Reason | Should -Be 'connection requires a valid client certificate' }
        }
    }

    Context 'the pipeline' {
        It 'takes replication: physical without a database, logical with one' {
            $rules = New-HbaFile 'host replication all all md5', 'host orders all all scram-sha-256'
            $rows = [pscustomobject]@{ UserName = 'r'; Database = $null; ClientAddress = '10.0.0.7'; IsReplication = $true },
                [pscustomobject]@{ UserName = 'r'; Database = 'orders'; ClientAddress = '10.0.0.7'; IsReplication = $true },
                [pscustomobject]@{ UserName = 'r'; Database = 'orders'; ClientAddress = '10.0.0.7'; IsReplication = $false }
            $rows | Test-PgHbaRule -Path $rules -Ssl | ForEach-Object LineNumber | Should -Be 1, 2, 2
            $rows | ConvertTo-Csv | ConvertFrom-Csv | Test-PgHbaRule -Path $rules -Ssl | ForEach-Object LineNumber | Should -Be 1, 2, 2
            Test-PgHbaRule -Path $rules -User r -Database orders -Address 10.0.0.7 -Ssl -Replication | ForEach-Object LineNumber | Should -Be 1
        }

        It 'takes rows of a CSV file, a client each' {
            $tests = "User,Database,Address`napp,orders,10.0.0.7`napp,orders,10.9.0.7`neve,crm,10.0.0.8" | ConvertFrom-Csv |
                Test-PgHbaRule -Path $path -NoSsl -RoleMembership @{} -NoDns
            $tests.User | Should -Be app, app, eve
            $tests.Outcome | Should -Be 'implicit reject', reject, unknown
        }

        It 'takes aliases of the views of PostgreSQL for names' {
            $row = [pscustomobject]@{ UserName = 'app'; DatabaseName = 'orders'; ClientAddress = '10.0.0.7' }
            $row | Test-PgHbaRule $path -Ssl -RoleMembership @{} | Select-Object -ExpandProperty LineNumber | Should -Be 2
        }

        It 'takes files' {
            (Get-Item $path | Test-PgHbaRule -User app -Database orders -Address 10.0.0.7 -Ssl).LineNumber | Should -Be 2
        }

        It 'goes on after a row that is no address' {
            $tests = [pscustomobject]@{ Address = 'no address' }, [pscustomobject]@{ Address = '10.0.0.7' } |
                Test-PgHbaRule $path -User app -Database orders -Ssl -NoDns -ErrorVariable failures -ErrorAction SilentlyContinue
            $tests | Should -HaveCount 1
            $failures.FullyQualifiedErrorId | Should -Be 'InvalidParameterValue,PgSsl.Cmdlets.TestPgHbaRuleCommand'
        }
    }

    Context '-Endpoint' {
        It 'knows the members of roles' {
            $named = New-HbaFile 'host all +admins all scram-sha-256', 'host all all all reject'
            (Test-PgHbaRule $named -Endpoint $socket -User bob -Address 10.0.0.7 -Ssl).Method | Should -Be scram-sha-256
            (Test-PgHbaRule $named -Endpoint $socket -User app -Address 10.0.0.7 -Ssl).Outcome | Should -Be reject
            (Test-PgHbaRule $named -Endpoint $socket -User postgres -Address 10.0.0.7 -Ssl).Outcome | Should -Be reject -Because 'a superuser is no member'
        }

        It 'lets -RoleMembership win' {
            $named = New-HbaFile 'host all +admins all scram-sha-256'
            (Test-PgHbaRule $named -Endpoint $socket -User eve -Address 10.0.0.7 -Ssl -RoleMembership @{ admins = 'eve' }).IsLetIn | Should -BeTrue
        }

        It 'agrees with psql: <User>, sslmode=<SslMode>' -Skip:(-not $hasPsql) -ForEach @(
            @{ User = 'app'; SslMode = 'disable' }
            @{ User = 'app'; SslMode = 'require' }
            @{ User = 'bob'; SslMode = 'disable' }
            @{ User = 'postgres'; SslMode = 'disable' }
        ) {
            $isSsl = $SslMode -eq 'require'
            $test = Test-PgHbaRule -Endpoint $socket -User $User -Database postgres -Address 127.0.0.1 -Ssl:$isSsl -NoSsl:(-not $isSsl)
            $transport = Get-PsqlTransport "host=127.0.0.1 port=$($sandbox.HbaKeptPort) user=$User dbname=postgres sslmode=$SslMode"
            $test.IsLetIn | Should -Be ($transport -ne 'none')
        }

        It 'is an error of that server where it does not answer' {
            Test-PgHbaRule -Endpoint "postgresql://postgres@$($sandbox.Closed)/postgres", $socket -User app -Address 10.0.0.7 -Ssl -ErrorVariable failures -ErrorAction SilentlyContinue |
                Should -HaveCount 1
            $failures.FullyQualifiedErrorId | Should -Be 'ConnectionRefused,PgSsl.Cmdlets.TestPgHbaRuleCommand'
        }
    }
}
