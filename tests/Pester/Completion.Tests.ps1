BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1

    # What Tab offers at the end of a line.
    function Get-Completion([string] $Line) {
        [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
    }
}

Describe 'Completion' {
    It 'of "<Line>" is <Expected>' -ForEach @(
        @{ Line = 'Test-PgSslMode db1 '; Expected = 'disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full' }
        @{ Line = 'Test-PgSslMode db1 -SslMode v'; Expected = 'verify-ca', 'verify-full' }
        @{ Line = 'Test-PgSslMode db1 -SslMode Verify'; Expected = 'verify-ca', 'verify-full' }
        @{ Line = 'Test-PgSslMode db1 -SslMode require, verify-f'; Expected = , 'verify-full' }
        @{ Line = 'Test-PgSslMode db1 -Client n'; Expected = 'npgsql', 'node-postgres' }
        @{ Line = 'Test-PgSslMode db1 -SslNegotiation '; Expected = 'postgres', 'direct' }
        @{ Line = 'Get-PgServerCertificate db1 -SslNegotiation d'; Expected = , 'direct' }
        @{ Line = 'New-PgCsr db1 -KeyAlgorithm '; Expected = 'ecdsa-p256', 'ecdsa-p384', 'rsa-3072', 'rsa-2048', 'rsa-4096', 'same' }
        @{ Line = 'New-PgSelfSignedCertificate db1 -KeyAlgorithm r'; Expected = 'rsa-3072', 'rsa-2048', 'rsa-4096' }
        @{ Line = 'New-PgCsr app -Role c'; Expected = , 'Client' }
        @{ Line = 'ConvertTo-PgConnectionString db1 -Format '; Expected = 'Uri', 'Conninfo', 'Npgsql', 'Jdbc', 'Environment', 'Service' }
        @{ Line = 'Install-PgRootCert -Provider amazonrds'; Expected = 'AmazonRds', 'AmazonRdsChina', 'AmazonRdsGovCloud' }
        @{ Line = 'Get-PgRootCert -Provider Az'; Expected = 'AzureCosmosDb', 'AzureFlexibleServer' }
        @{ Line = 'Enable-PgSsl x -MinimumProtocol TLSv1.'; Expected = 'TLSv1.2', 'TLSv1.3', 'TLSv1.1' }
        @{ Line = 'Enable-PgSsl x -Groups X25519M'; Expected = , 'X25519MLKEM768' }
        @{ Line = 'Enable-PgSsl x -Ciphers HIGH:!'; Expected = , 'HIGH:!aNULL' }
        @{ Line = 'Enable-PgSsl x -Tls13Ciphers TLS_AES_2'; Expected = , 'TLS_AES_256_GCM_SHA384' }
        @{ Line = 'Install-PgRootCert -Provider AmazonRds -Region eu-w'; Expected = 'eu-west-1', 'eu-west-2', 'eu-west-3' }
        @{ Line = 'Install-PgRootCert -Provider AmazonRdsChina -Region '; Expected = 'cn-north-1', 'cn-northwest-1' }
        @{ Line = 'Set-PgHbaSsl x -Type '; Expected = 'host', 'hostssl', 'hostnossl', 'hostnogssenc' }
        @{ Line = 'Set-PgHbaSsl x -ClientCertificate v'; Expected = 'verify-ca', 'verify-full' }
        @{ Line = 'Set-PgHbaSsl x -AuthenticationMethod '; Expected = , 'scram-sha-256' }
        @{ Line = 'Get-PgHbaRule x -ServerVersion '; Expected = '14', '15', '16', '17', '18' }
        @{ Line = 'Get-PgConnectionSetting db1 -Name sslr'; Expected = , 'sslrootcert' }
        @{ Line = 'Get-PgConnectionSetting db1 channel'; Expected = , 'channel_binding' }
    ) {
        (Get-Completion $Line).CompletionText | Should -Be $Expected
    }

    It 'tells what each word means: "<_>"' -ForEach @(
        'Test-PgSslMode db1 ', 'Test-PgSslMode db1 -Client ', 'Test-PgSslMode db1 -SslNegotiation ', 'Enable-PgSsl x -MinimumProtocol '
        'Enable-PgSsl x -Groups ', 'Enable-PgSsl x -Ciphers ', 'Enable-PgSsl x -Tls13Ciphers ', 'Set-PgHbaSsl x -Type '
        'Set-PgHbaSsl x -ClientCertificate ', 'Set-PgHbaSsl x -AuthenticationMethod ', 'New-PgCsr db1 -KeyAlgorithm '
        'ConvertTo-PgConnectionString db1 -Format ', 'Install-PgRootCert -Provider AmazonRds -Region '
    ) {
        $offers = @(Get-Completion $_)
        $offers.Count | Should -BeGreaterThan 0
        $offers | Where-Object { $_.ToolTip -eq $_.CompletionText } | Should -BeNullOrEmpty
    }

    It 'of -RootCertificate offers the system''s roots and files' {
        $file = Join-Path $TestDrive corp.crt
        $null = New-Item $file
        (Get-Completion 'Get-PgServerCertificate db1 -RootCertificate s').CompletionText | Should -Contain system
        (Get-Completion "Get-PgServerCertificate db1 -RootCertificate $TestDrive/co").CompletionText | Should -Be $file
    }

    Context 'of names in pg_hba.conf' {
        BeforeAll {
            Push-Location $TestDrive
            'host orders,"two words" app,bob 10.0.0.0/8 md5', 'host all all .example.com md5', 'hosts' | Set-Content pg_hba.conf
        }

        AfterAll { Pop-Location }

        It 'offers those of the file that -Path names: "<Line>" is <Expected>' -ForEach @(
            @{ Line = 'Test-PgHbaRule pg_hba.conf -User '; Expected = 'all', 'app', 'bob' }
            @{ Line = 'Test-PgHbaRule -Path ./pg_hba.conf -User b'; Expected = , 'bob' }
            @{ Line = 'Set-PgHbaSsl pg_hba.conf -Database '; Expected = 'all', 'orders', "'two words'" }
            @{ Line = 'Set-PgHbaSsl pg_hba.conf -Address 1'; Expected = , '10.0.0.0' }
        ) {
            (Get-Completion $Line).CompletionText | Should -Be $Expected
        }

        It 'offers nothing, and does not complain, without the file' {
            (Get-Completion 'Test-PgHbaRule nowhere.conf -User a').CompletionText | Should -Not -Contain app
        }
    }

    Context 'of -Endpoint' {
        BeforeAll {
            $env:PGPASSFILE = Join-Path $TestDrive pgpass
            $env:PGSERVICEFILE = Join-Path $TestDrive pg_service.conf
            '# all of them', 'db1:5432:*:app:hunter2', 'db2:6432:crm:app:hunter2', '*:*:*:app:hunter2', '/run/x:5432:*:a:b', 'db1:*:*:b:c' |
                Set-Content $env:PGPASSFILE
            '[crm]', 'host=crm1', '[two words]', 'host=db3' | Set-Content $env:PGSERVICEFILE
        }

        AfterAll {
            $env:PGPASSFILE, $env:PGSERVICEFILE = $null
        }

        It 'offers the hosts of the password file and the services of the service file' {
            (Get-Completion 'Get-PgServerCertificate ').CompletionText |
                Should -Be 'db1', 'db2:6432', 'service=crm', "'service=two words'"
        }

        It 'offers those that begin with what is typed' {
            (Get-Completion 'Test-PgSslMode db2').CompletionText | Should -Be 'db2:6432'
            (Get-Completion 'Wait-PgServerCertificate -Endpoint SERV').ListItemText | Should -Be 'service=crm', 'service=two words'
        }

        It 'offers no password' {
            Get-Completion 'Get-PgServerCertificate ' | Format-List * | Out-String | Should -Not -Match hunter2
        }

        It 'offers nothing, and does not complain, without the files' {
            $env:PGPASSFILE = $env:PGSERVICEFILE = Join-Path $TestDrive nowhere
            (Get-Completion 'Get-PgServerCertificate db').CompletionText | Should -Not -Contain 'db1'
        }
    }
}
