BeforeDiscovery {
    $views = foreach ($file in Get-ChildItem (Get-Module PgSsl).ModuleBase -Recurse -Filter *.Format.ps1xml) {
        foreach ($view in ([xml](Get-Content $file)).Configuration.ViewDefinitions.View.Where{ $_.TableControl }) {
            $labels = @($view.TableControl.TableHeaders.TableColumnHeader.Label) + @($view.GroupBy.Label).Where{ $_ }
            @{ Type = $view.ViewSelectedBy.TypeName; Labels = $labels }
        }
    }
    $types = 'ServerCertificate', 'SslModeResult', 'RootCertificate', 'HbaRule', 'HbaRuleTest', 'HbaRuleMatch', 'HbaSslChange',
        'ServerCertificateRequirement', 'ServerCertificateInstallation', 'SelfSignedCertificate', 'CertificateRequest', 'RootCertificateProvider',
        'RootCertificateChange', 'FileCertificate', 'SslConfiguration', 'SslSession', 'ConnectionSetting', 'ClientVerification' |
        ForEach-Object { @{ Type = $_ } }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $hba = "$TestDrive/pg_hba.conf"
    'local all all peer', 'host orders,crm app,bob 10.0.0.0/8 md5', 'hostssl all all 0.0.0.0/0 scram-sha-256' | Set-Content $hba
    $client = @{ Path = $hba; User = 'app'; Database = 'orders'; Address = '10.0.0.7'; Ssl = $true }
    $pair = New-PgSelfSignedCertificate db1 -KeyPath "$TestDrive/pair.key" -WarningAction Ignore
    $installed = @{ SslCertFile = "$TestDrive/installed.crt"; SslKeyFile = "$TestDrive/installed.key"; WarningAction = 'Ignore' }
    $objects = @{
        ServerCertificate             = Get-PgServerCertificate $sandbox.Good
        SslModeResult                 = Test-PgSslMode $sandbox.Good verify-full -UserName anyone -Database postgres
        RootCertificate               = Get-PgRootCert $sandbox.Root
        FileCertificate               = Get-PgCertificate $pair.CertificatePath, $pair.KeyPath | Select-Object -First 1
        HbaRule                       = Get-PgHbaRule $hba | Select-Object -Index 1
        HbaRuleTest                   = Test-PgHbaRule @client
        HbaRuleMatch                  = Test-PgHbaRule @client -All | Select-Object -First 1
        ServerCertificateRequirement  = $pair | Test-PgServerCertificate | Select-Object -First 1
        ServerCertificateInstallation = $pair | Install-PgServerCertificate @installed
        SelfSignedCertificate         = $pair
        CertificateRequest            = New-PgCsr db1 -KeyPath "$TestDrive/csr.key"
        RootCertificateProvider       = Get-PgRootCert -Provider Neon
        HbaSslChange                  = Set-PgHbaSsl $hba
        RootCertificateChange         = Install-PgRootCert $sandbox.Root -Path "$TestDrive/installed.pem"
        SslConfiguration              = Get-PgSslConfiguration "postgresql://postgres@127.0.0.1:$($sandbox.HbaKeptPort)/postgres"
        SslSession                    = Get-PgSslSession "postgresql://postgres@127.0.0.1:$($sandbox.HbaKeptPort)/postgres" | Select-Object -First 1
        ConnectionSetting             = Get-PgConnectionSetting $sandbox.Good | Select-Object -First 1
        ClientVerification            = Test-PgClientVerification { Get-PgServerCertificate "localhost:$PgPort" } -Impostor Genuine
    }
}

Describe 'A table of <Type>' -ForEach $views {
    It 'has columns that are properties, so that Where-Object and Sort-Object take them' {
        # One type has a second table, by a name behind a #.
        $name = $Type -replace '#.*'
        $known = ($name -as [type]).GetProperties().Name + @((Get-TypeData $name).Members.Keys)
        $Labels | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
    }
}

Describe 'An export of <Type>' -ForEach $types {
    It 'has text in each cell of a CSV' {
        $objects[$Type] | ConvertTo-Csv | Should -Not -Match '"(System|PgSsl|Microsoft)\.'
    }

    It 'has text in each cell of an HTML table' {
        $objects[$Type] | ConvertTo-Html -Fragment | Should -Not -Match '>(System|PgSsl|Microsoft)\.'
    }

    It 'is JSON of a few kilobytes, and complete' {
        $json = $objects[$Type] | ConvertTo-Json -Depth 4 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeNullOrEmpty
        $json.Length | Should -BeLessThan 4096
    }

    It 'has words for enumerations' {
        ("PgSsl.$Type" -as [type]).GetProperties().PropertyType.IsEnum | Should -Not -Contain $true
    }
}

Describe 'Output' {
    It 'shows a list in one cell: <Expected>' -ForEach @(
        @{ Property = 'Database'; Expected = 'orders, crm' }
        @{ Property = 'User'; Expected = 'app, bob' }
    ) {
        ($objects.HbaRule | ConvertTo-Csv | ConvertFrom-Csv).$Property | Should -Be $Expected
    }

    It 'filters by the columns of a table' {
        $days = $objects.ServerCertificate.DaysRemaining
        $objects.ServerCertificate | Where-Object Days -EQ $days | Where-Object Server -EQ "localhost:$($sandbox.GoodPort)" | Should -HaveCount 1
    }

    It 'has certificates, too' {
        $objects.ServerCertificate.Certificate.Thumbprint | Should -Be $objects.ServerCertificate.Chain[0].Thumbprint
        $objects.RootCertificate.Certificate.Subject | Should -Be $objects.RootCertificate.Subject
        $objects.HbaSslChange.Rules[0].Before.Type, $objects.HbaSslChange.Rules[0].After.Type | Should -Be host, hostssl
    }

    It 'takes severities and states as words' {
        $objects.HbaRule.Findings.Severity | Sort-Object -Unique | Should -Be Warning
        ($objects.HbaRule | ConvertTo-Json -Depth 4 | ConvertFrom-Json).Findings[0].Severity | Should -Be Warning
    }

    Context 'in the order of the input' {
        It 'by <_>' -ForEach 'Get-PgServerCertificate', 'Test-PgSslMode' {
            $hosts = $sandbox.Counted, $sandbox.Good
            $with = if ($_ -eq 'Test-PgSslMode') { @{ SslMode = 'verify-full'; UserName = 'anyone'; Database = 'postgres' } } else { @{ IncludeFailed = $true } }
            $ports = $hosts -replace '.*:'
            ($hosts | & $_ -TimeoutSec 2 @with).Port | Should -Be $ports
            ($hosts | & $_ -TimeoutSec 2 -AsCompleted @with).Port | Should -Be $ports[1, 0]
        }

        It 'with the error of an endpoint that cannot be used in its turn' {
            $seen = $sandbox.Good, 'a b c', $sandbox.SelfSigned | Get-PgServerCertificate 2>&1
            $seen[0].Endpoint, $seen[2].Endpoint | Should -Be $sandbox.Good, $sandbox.SelfSigned
            $seen[1] | Should -BeOfType ([Management.Automation.ErrorRecord])
        }
    }

    Context '-IncludeFailed' {
        It 'gives a row for <Name>' -ForEach @(
            @{ Name = 'a server that is down'; Server = { $sandbox.Closed }; Status = 'Unreachable'; ErrorId = 'ConnectionRefused' }
            @{ Name = 'a server without TLS'; Server = { $sandbox.TlsOff }; Status = 'NoTls'; ErrorId = 'TlsNotOffered' }
            @{ Name = 'text that names no server'; Server = { 'a b c' }; Status = 'Failed'; ErrorId = 'InvalidEndpoint' }
        ) {
            $row = & $Server | Get-PgServerCertificate -IncludeFailed -ErrorVariable failures
            $row.Status, $row.ErrorId | Should -Be $Status, $ErrorId
            $row.Error | Should -Not -BeNullOrEmpty
            $row.Fingerprint, $row.NotAfter, $row.Certificate | Should -Be $null, $null, $null
            $failures | Should -BeNullOrEmpty
            $row | Out-String | Should -Match $Status
        }

        It 'gives the same columns for all servers' {
            $rows = $sandbox.Closed, $sandbox.Good | Get-PgServerCertificate -IncludeFailed | ConvertTo-Csv | ConvertFrom-Csv
            $rows[1].Fingerprint | Should -Be (Get-PgServerCertificate $sandbox.Good).Fingerprint
            $rows.Status | Should -Be Unreachable, Served
        }
    }

    Context 'keeps the row of input' {
        BeforeAll {
            $csv = "Server,Port,Owner`nlocalhost,$($sandbox.GoodPort),dba`n$($sandbox.Closed),,web" | ConvertFrom-Csv
        }

        It 'as InputObject, also of a server that failed' {
            ($csv | Get-PgServerCertificate -IncludeFailed).InputObject.Owner | Should -Be dba, web
        }

        It 'through a second cmdlet' {
            ($csv[0] | Get-PgServerCertificate | Test-PgSslMode -SslMode require -UserName x -Database postgres).InputObject.Owner | Should -Be dba
        }

        It 'and none of text' {
            (Get-PgServerCertificate $sandbox.Good).PSObject.Properties.Name | Should -Not -Contain InputObject
        }

        It 'without what may be a secret' {
            $uri = "postgresql://app:s3cret@$($sandbox.Good)/x"
            $row = [pscustomobject]@{ Server = $sandbox.Good; Password = 's3cret'; ApiKey = 's3cret'; Link = $uri; Line = 'host=x password=s3cret'; Owner = 'dba' }
            $served = $row | Get-PgServerCertificate
            $served.InputObject.PSObject.Properties.Name | Should -Be Server, Owner
            $served | ConvertTo-Json -Depth 4 | Should -Not -Match s3cret
        }

        It 'only its scalars, so that an export stays small' {
            $row = [pscustomobject]@{ Server = $sandbox.Good; Large = [Diagnostics.Process]::GetCurrentProcess() }
            $kept = ($row | Get-PgServerCertificate).InputObject
            $kept.PSObject.Properties.Name | Should -Be Server
        }
    }

    It 'names the server in the message of each error: <Command>' -ForEach @(
        @{ Command = 'Get-PgServerCertificate' }, @{ Command = 'Get-PgHbaRule' }, @{ Command = 'Get-PgSslSession' }, @{ Command = 'Enable-PgSsl' },
        @{ Command = 'Wait-PgServerCertificate'; With = @{ TimeoutSec = 1; NotSelfSigned = $true } }, @{ Command = 'Set-PgHbaSsl' }
    ) {
        if (-not $With) { $With = @{} }
        & $Command $sandbox.Closed @With -ErrorVariable failures -ErrorAction SilentlyContinue
        "$($failures[0])" | Should -Match ([regex]::Escape($sandbox.Closed))
    }
}
