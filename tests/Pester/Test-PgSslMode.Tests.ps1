BeforeDiscovery {
    $modes = 'disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $anyone = @{ UserName = 'anyone'; Database = 'postgres' }
    $verified = $anyone + @{ RootCertificate = $sandbox.Root }

    function Get-Summary {
        param([Parameter(ValueFromPipeline)] $Result)
        process { "$($Result.SslMode) $($Result.Transport) $($Result.VerifiesServer) $($Result.MitmSafe ? 'safe' : 'unsafe')" }
    }
}

Describe 'Test-PgSslMode' {
    It 'says of the six modes at <Server>, <With>' -ForEach @(
        @{ Server = 'Good'; With = 'with the right root'; Root = 'Root'; Expected =
            'disable plaintext none unsafe', 'allow plaintext none unsafe', 'prefer tls chain unsafe',
            'require tls chain unsafe', 'verify-ca tls chain unsafe', 'verify-full tls chain and host safe'
        }
        @{ Server = 'Good'; With = 'without a root'; Expected =
            'disable plaintext none unsafe', 'allow plaintext none unsafe', 'prefer tls none unsafe',
            'require tls none unsafe', 'verify-ca none chain unsafe', 'verify-full none chain and host unsafe'
        }
        @{ Server = 'Good'; With = 'with another root, where prefer gives up TLS'; Root = 'OtherRoot'; Expected =
            'disable plaintext none unsafe', 'allow plaintext none unsafe', 'prefer plaintext none unsafe',
            'require none chain unsafe', 'verify-ca none chain unsafe', 'verify-full none chain and host unsafe'
        }
        @{ Server = 'TlsOff'; With = 'with the right root'; Root = 'Root'; Expected =
            'disable plaintext none unsafe', 'allow plaintext none unsafe', 'prefer plaintext none unsafe',
            'require none chain unsafe', 'verify-ca none chain unsafe', 'verify-full none chain and host unsafe'
        }
        @{ Server = 'LeafOnly'; With = 'with the right root'; Root = 'Root'; Expected =
            'disable plaintext none unsafe', 'allow plaintext none unsafe', 'prefer plaintext none unsafe',
            'require none chain unsafe', 'verify-ca none chain unsafe', 'verify-full none chain and host unsafe'
        }
    ) {
        $with = $Root ? @{ RootCertificate = $sandbox.$Root } : @{}
        Test-PgSslMode $sandbox.$Server @anyone @with | Get-Summary | Should -Be $Expected
    }

    It 'tells that role <Role> <Story>' -ForEach @(
        @{ Role = 'ssl_only'; Story = 'gets in over TLS only'; Expected = 'none', 'tls', 'tls', 'tls', 'tls', 'tls'; Method = 'scram-sha-256' }
        @{ Role = 'plain_only'; Story = 'gets in without TLS only'; Expected = 'plaintext', 'plaintext', 'plaintext', 'none', 'none', 'none'; Method = 'scram-sha-256' }
        @{ Role = 'nobody'; Story = 'gets in nowhere'; Expected = 'none', 'none', 'none', 'none', 'none', 'none' }
        @{ Role = 'anyone'; Story = 'gets in everywhere'; Expected = 'plaintext', 'plaintext', 'tls', 'tls', 'tls', 'tls'; Method = 'none' }
    ) {
        $results = Test-PgSslMode $sandbox.Good -UserName $Role -Database postgres -RootCertificate $sandbox.Root
        $results.Transport | Should -Be $Expected
        foreach ($result in $results) {
            $result.AuthenticationMethod | Should -Be ($result.Connects ? $Method : $null)
            $result.ErrorId | Should -Be ($result.Connects ? $null : 'ConnectionRejected')
        }
    }

    Context 'the connection string of an application' {
        BeforeAll {
            $name, $port = $sandbox.Good -split ':'
        }

        It 'is judged for <Client>, first in <Asked>, the mode that it asks for: <Text>' -ForEach @(
            @{ Client = 'npgsql'; Asked = 'require'; Verifies = 'none'; Text = 'Host={0};Port={1};Username=anyone;Database=postgres;SSL Mode=Require' }
            @{ Client = 'npgsql'; Asked = 'verify-full'; Verifies = 'chain and host'
                Text = 'Server={0};Port={1};User Id=anyone;DB=postgres;SslMode=VerifyFull;Root Certificate={2}' }
            @{ Client = 'pgjdbc'; Asked = 'verify-full'; Verifies = 'chain and host'
                Text = 'jdbc:postgresql://{0}:{1}/postgres?user=anyone&ssl=true&sslrootcert={2}' }
            @{ Client = 'node-postgres'; Asked = 'require'; Verifies = 'none'; Text = 'postgres://anyone@{0}:{1}/postgres?ssl=no-verify' }
            @{ Client = 'libpq'; Asked = 'verify-ca'; Verifies = 'chain'
                Text = 'postgresql+psycopg2://anyone@{0}:{1}/postgres?sslmode=verify-ca&sslrootcert={2}' }
            @{ Client = 'pgx'; Asked = 'prefer'; Verifies = 'none'; Text = 'postgres://anyone@{0}:{1}/postgres?pool_max_conns=4' }
        ) {
            $results = Test-PgSslMode ($Text -f $name, $port, $sandbox.Root)
            $results.Client | Sort-Object -Unique | Should -Be $Client
            $results | Should -HaveCount 6
            $first, $rest = $results
            $first.SslMode, $first.AskedSslMode, $first.IsAsked | Should -Be $Asked, $Asked, $true
            $first.VerifiesServer | Should -Be $Verifies
            $rest.IsAsked | Should -Not -Contain $true
        }

        It 'is quoted as far as it says something about TLS' {
            (Test-PgSslMode "Host=$name;Port=$port;Username=anyone;Database=postgres;SSL Mode=Require;Trust Server Certificate=true")[0].AskedAs |
                Should -Be 'SSL Mode=Require; Trust Server Certificate=true'
        }

        It 'is refused in a row where its driver refuses it' {
            $result = Test-PgSslMode "Host=$name;Port=$port;Username=anyone;SSL Mode=Full" require
            $result.Connects, $result.ErrorId | Should -Be $false, 'InvalidParameterValue'
            $result.Reason | Should -BeLike 'Npgsql has no SSL Mode "Full".'
        }

        It 'is judged for other clients where they are named' {
            (Test-PgSslMode "Host=$name;Port=$port;Username=anyone;Database=postgres" require -Client libpq).AskedSslMode | Should -BeNullOrEmpty
        }

        It 'is taken by every cmdlet that takes a server' {
            (Get-PgServerCertificate "Host=$name;Port=$port;Password=geheim").Port | Should -Be $port
            Get-PgConnectionSetting "Host=$name;Port=$port;Password=geheim" | Where-Object Name -eq password | ForEach-Object Value |
                Should -Be '********'
            ConvertTo-PgConnectionString "jdbc:postgresql://${name}:$port/db?sslmode=require" -Format Npgsql |
                Should -Be "Host=$name;Port=$port;Database=db;SSL Mode=Require"
        }
    }

    It 'marks the mode that libpq would take, and keeps their order' {
        $results = Test-PgSslMode "$($sandbox.Good -replace '(.*):(.*)', 'host=$1 port=$2') user=anyone dbname=postgres sslmode=require"
        $results.SslMode | Should -Be 'disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'
        ($results | Where-Object IsAsked).SslMode | Should -Be require
    }

    Context 'a result' {
        It 'names server, user, database, client and mode' {
            $result = Test-PgSslMode $sandbox.Good verify-full @verified
            $result.HostName, $result.Port, $result.UserName, $result.Database | Should -Be 'localhost', $sandbox.GoodPort, 'anyone', 'postgres'
            $result.Client, $result.SslMode, $result.Protocol | Should -Be 'libpq', 'verify-full', 'TLSv1.3'
            $result.ErrorId, $result.Remedy | Should -Be $null, $null
        }

        It 'has a reason, and a remedy where there is something to do' {
            foreach ($result in Test-PgSslMode $sandbox.Good, $sandbox.TlsOff, $sandbox.Expired @verified) {
                $result.Reason | Should -Match '\S+ \S+.*\.$' -Because "of $($result.SslMode) at $($result.Endpoint)"
                if (-not $result.MitmSafe) { $result.Remedy | Should -Not -BeNullOrEmpty -Because "of $($result.SslMode): $($result.Reason)" }
            }
        }

        It 'names the CA that is missing, where a root is the wrong one' {
            $result = Test-PgSslMode $sandbox.Good verify-full @anyone -RootCertificate $sandbox.OtherRoot
            $result.ErrorId | Should -Be UntrustedCertificate
            $result.Reason | Should -Match 'Pester Root CA|Pester Issuing CA'
        }

        It 'is HostNameMismatch where the certificate is another''s' {
            (Test-PgSslMode "host=db1.test hostaddr=127.0.0.1 port=$($sandbox.GoodPort)" verify-full @verified).ErrorId | Should -Be HostNameMismatch
        }

        It 'can be tested again' {
            $first = Test-PgSslMode $sandbox.Good require @verified
            $again = $first | Test-PgSslMode -SslMode require @verified
            $again.Endpoint, $again.Transport | Should -Be $first.Endpoint, $first.Transport
        }
    }

    Context 'parameters' {
        It 'takes a mode as <_>' -ForEach 'VerifyFull', 'verify-full', 'VERIFYFULL', 'Verify-Full' {
            (Test-PgSslMode $sandbox.Good -SslMode $_ @verified).SslMode | Should -BeExactly verify-full
        }

        It 'refuses a mode that libpq does not know, and lists those it does' {
            { Test-PgSslMode $sandbox.Good -SslMode verify @verified } | Should -Throw '*verify-ca, verify-full*'
        }

        It 'tests each mode for each client, in the order asked for' {
            $results = Test-PgSslMode $sandbox.Good require, verify-full -Client pgx, LIBPQ @verified
            "$($results.ForEach{ "$($_.Client) $($_.SslMode)" })" | Should -Be 'pgx require pgx verify-full libpq require libpq verify-full'
        }

        It 'tells that require verifies with libpq, where there is a root, and not with <_>' -ForEach 'npgsql', 'pgjdbc' {
            (Test-PgSslMode $sandbox.Good require -Client libpq, $_ @verified).VerifiesServer | Should -Be 'chain', 'none'
        }

        It 'with -TlsOnly tests the modes that insist on TLS' {
            (Test-PgSslMode $sandbox.Good -TlsOnly @verified).SslMode | Should -Be 'require', 'verify-ca', 'verify-full'
        }

        It 'with -TlsOnly refuses a mode that does not' {
            { Test-PgSslMode $sandbox.Good prefer -TlsOnly @verified } |
                Should -Throw -ErrorId 'ContradictoryParameters,PgSsl.Cmdlets.TestPgSslModeCommand'
        }
    }

    Context 'several -RootCertificate' {
        It 'are candidates, each judged by itself, in the order given' {
            $results = Test-PgSslMode $sandbox.Good require, verify-full @anyone -RootCertificate $sandbox.OtherRoot, $sandbox.Root
            $results.RootCertificate | Should -Be $sandbox.OtherRoot, $sandbox.OtherRoot, $sandbox.Root, $sandbox.Root
            $results.Connects | Should -Be $false, $false, $true, $true
        }

        It 'show which clients survive which root' {
            $survivors = Test-PgSslMode $sandbox.Good require @anyone -Client libpq, npgsql, pgx -RootCertificate $sandbox.OtherRoot, $sandbox.Root |
                Where-Object Connects
            "$($survivors.ForEach{ "$($_.Client) $(Split-Path -Leaf $_.RootCertificate)" })" |
                Should -Be 'npgsql OtherRoot.crt libpq Root.crt npgsql Root.crt pgx Root.crt'
        }

        It 'are all to be there' {
            { Test-PgSslMode $sandbox.Good -RootCertificate $sandbox.Root, "$TestDrive/none.crt" } |
                Should -Throw -ErrorId 'FileNotFound,PgSsl.Cmdlets.TestPgSslModeCommand'
        }

        It 'make -Quiet true only if every one of them does' {
            Test-PgSslMode $sandbox.Good verify-full -Quiet @anyone -RootCertificate $sandbox.Root, $sandbox.OtherRoot | Should -BeFalse
            Test-PgSslMode $sandbox.Good verify-full -Quiet @anyone -RootCertificate $sandbox.Root, $sandbox.Root | Should -BeTrue
        }
    }

    Context '-Quiet' {
        It 'is <Expected> for <Description>' -ForEach @(
            @{ Description = 'modes that all connect over TLS'; Servers = , 'Good'; Modes = 'require', 'verify-full'; Expected = $true }
            @{ Description = 'all six modes, as some do without TLS'; Servers = , 'Good'; Expected = $false }
            @{ Description = 'a server with TLS off'; Servers = , 'TlsOff'; Modes = , 'require'; Expected = $false }
            @{ Description = 'one of two servers with TLS off'; Servers = 'Good', 'TlsOff'; Modes = , 'require'; Expected = $false }
            @{ Description = 'a server that is down'; Servers = , 'Closed'; Modes = , 'require'; Expected = $false }
        ) {
            $with = $Modes ? @{ SslMode = $Modes } : @{}
            $answer = $Servers.ForEach{ $sandbox.$_ } | Test-PgSslMode -Quiet @with @verified
            $answer | Should -BeOfType bool
            $answer | Should -Be $Expected
        }

        It 'is false, besides the error, for an endpoint that is none' {
            Test-PgSslMode 'db1:none' -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
        }
    }

    Context 'a server that cannot be reached' {
        It 'is an object per mode with <ErrorId>, not an error: <Server>' -ForEach @(
            @{ Server = 'Closed'; ErrorId = 'ConnectionRefused' }
            @{ Server = 'Silent'; With = @{ TimeoutSec = 1 }; ErrorId = 'ConnectionTimedOut' }
            @{ Server = 'Ssh'; ErrorId = 'NotPostgreSql' }
        ) {
            $with = $With ?? @{}
            $results = Test-PgSslMode $sandbox.$Server @with @verified -ErrorVariable failures
            $failures | Should -BeNullOrEmpty
            $results.Count | Should -Be 6
            $results.Connects | Should -Not -Contain $true
            $results.ErrorId | Select-Object -Unique | Should -Be $ErrorId
        }
    }

    Context 'client certificates' {
        It '<Story>' -ForEach @(
            @{ Story = 'lets in a role that presents its own'; Role = 'by_certificate'; Present = $true; Connects = $true }
            @{ Story = 'lets in a role that presents any of the CA'; Role = 'with_certificate'; Present = $true; Connects = $true }
            @{ Story = 'rejects a role that presents none'; Role = 'with_certificate'; Present = $false; Connects = $false }
        ) {
            $files = $Present ? " sslcert=$($sandbox.ClientCertificate) sslkey=$($sandbox.ClientKey)" : ''
            $result = Test-PgSslMode "host=localhost port=$($sandbox.AsksForCertificatePort) user=$Role dbname=postgres$files" verify-full -RootCertificate $sandbox.Root
            $result.ServerRequestsClientCertificate | Should -BeTrue
            $result.Connects | Should -Be $Connects -Because $result.Reason
            if (-not $Present) { $result.Remedy | Should -Match 'sslcert' }
        }
    }

    It 'agrees with psql about <Role> in <Mode> at <Server>' -ForEach @(
        foreach ($case in @('Good', 'anyone'), @('Good', 'ssl_only'), @('Good', 'plain_only'), @('TlsOff', 'anyone'), @('LeafOnly', 'anyone')) {
            foreach ($mode in $modes) { @{ Server = $case[0]; Role = $case[1]; Mode = $mode } }
        }
    ) {
        if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed' }
        $endpoint = "host=localhost port=$($sandbox."${Server}Port") user=$Role dbname=postgres sslrootcert=$($sandbox.Root)"
        $result = Test-PgSslMode $endpoint $Mode
        $env:PGPASSWORD = $sandbox.Password
        $shown = & $sandbox.Psql -X -w -d "$endpoint sslmode=$Mode gssencmode=disable" -Atc '\conninfo' 2>&1 | Out-String
        $env:PGPASSWORD = $null
        $connected = $LASTEXITCODE -eq 0
        $expected = -not $connected ? 'none' : $shown -match 'SSL connection' ? 'tls' : 'plaintext'
        $result.Transport | Should -Be $expected -Because "psql says: $shown"
    }
}
