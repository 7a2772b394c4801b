BeforeDiscovery {
    $formats = 'Uri', 'Conninfo', 'Npgsql', 'Jdbc', 'Environment', 'Service' | ForEach-Object { @{ Format = $_ } }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox

    function Get-Completion([string] $Line) {
        [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText
    }
}

Describe 'ConvertTo-PgConnectionString' {
    It 'writes <Format>' -ForEach @(
        @{ Format = 'Uri'; Expected = 'postgresql://app@db1:6432/orders?sslmode=verify-full' }
        @{ Format = 'Conninfo'; Expected = 'host=db1 port=6432 dbname=orders user=app sslmode=verify-full' }
        @{ Format = 'Npgsql'; Expected = 'Host=db1;Port=6432;Database=orders;Username=app;SSL Mode=VerifyFull' }
        @{ Format = 'Jdbc'; Expected = 'jdbc:postgresql://db1:6432/orders?user=app&sslmode=verify-full' }
        @{ Format = 'Environment'; Expected = "PGHOST=db1`nPGPORT=6432`nPGDATABASE=orders`nPGUSER=app`nPGSSLMODE=verify-full" }
        @{ Format = 'Service'; Expected = "[db1]`nhost=db1`nport=6432`ndbname=orders`nuser=app`nsslmode=verify-full" }
    ) {
        ConvertTo-PgConnectionString 'postgresql://app@db1:6432/orders?sslmode=prefer' $Format -SslMode VerifyFull |
            Should -BeExactly $Expected
    }

    It 'takes <Name> for an endpoint' -ForEach @(
        @{ Name = 'a host'; Endpoint = 'db1'; Expected = 'host=db1' }
        @{ Name = 'host:port'; Endpoint = '[::1]:5433'; Expected = 'host=::1 port=5433' }
        @{ Name = 'a connection string'; Endpoint = "host=db1 application_name='a b'"; Expected = "host=db1 application_name='a b'" }
        @{ Name = 'a service'; Endpoint = 'service=crm'; Expected = 'service=crm' }
        @{ Name = 'a hashtable'; Endpoint = @{ Server = 'db1'; SslMode = 'VerifyCA' }; Expected = 'host=db1 sslmode=verify-ca' }
        @{ Name = 'an object'; Endpoint = [pscustomobject]@{ ComputerName = 'db1'; Port = 6432 }; Expected = 'host=db1 port=6432' }
    ) {
        $Endpoint | ConvertTo-PgConnectionString -Format conninfo | Should -BeExactly $Expected
    }

    It 'takes the rows of a table, where an empty cell says nothing' {
        'HostName,Port,User,Database,SslMode', 'db1,6432,app,orders,VerifyFull', 'db2,5432,,,' | ConvertFrom-Csv |
            ConvertTo-PgConnectionString | Should -Be 'postgresql://app@db1:6432/orders?sslmode=verify-full', 'postgresql://db2:5432'
    }

    It 'takes what the other cmdlets return' {
        Get-PgServerCertificate $sandbox.Good | ConvertTo-PgConnectionString -SslMode verify-full |
            Should -Be "postgresql://$($sandbox.Good)/?sslmode=verify-full"
        Test-PgSslMode $sandbox.Good verify-full -RootCertificate $sandbox.Root | ConvertTo-PgConnectionString -Format Conninfo |
            Should -Match "^host=localhost port=$($sandbox.GoodPort) .*sslmode=verify-full"
    }

    It 'has its overrides win' {
        $uri = 'postgresql://app@db1:5432/orders?sslmode=prefer&sslnegotiation=postgres'
        $new = ConvertTo-PgConnectionString $uri Conninfo -Port 1 -UserName u -Database d -SslMode require -SslNegotiation Direct -RootCertificate system -ErrorAction SilentlyContinue
        $new | Should -BeNullOrEmpty -Because 'system wants verify-full'
        ConvertTo-PgConnectionString $uri Conninfo -Port 1 -UserName u -Database d -SslMode verify-full -SslNegotiation Direct -RootCertificate system |
            Should -Be 'host=db1 port=1 dbname=d user=u sslmode=verify-full sslnegotiation=direct sslrootcert=system'
    }

    It 'resolves the path of -RootCertificate, and warns of one that is not there' {
        Push-Location $TestDrive
        try {
            Copy-Item $sandbox.Root ./root.crt
            ConvertTo-PgConnectionString db1 Conninfo -RootCertificate ./root.crt -WarningVariable warnings |
                Should -Be "host=db1 sslrootcert=$(Join-Path $TestDrive root.crt)"
            $warnings | Should -BeNullOrEmpty
            $null = ConvertTo-PgConnectionString db1 -RootCertificate ./nowhere.crt -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -Match 'nowhere.crt" does not exist'
        }
        finally { Pop-Location }
    }

    It 'leaves passwords out of <Format>, and warns' -ForEach $formats {
        $all = ConvertTo-PgConnectionString 'postgresql://u:hunter2@db1' $Format -Verbose *>&1 | Out-String
        $all | Should -Not -Match hunter2
        $all | Should -Match 'password is left out; -IncludePassword writes it'
        ConvertTo-PgConnectionString 'postgresql://u:hunter2@db1' $Format -WarningVariable warnings -WarningAction SilentlyContinue | Should -Match db1
        $warnings | Should -Be 'db1: password is left out; -IncludePassword writes it.'
    }

    It 'writes passwords into <Format> when asked to' -ForEach $formats {
        ConvertTo-PgConnectionString 'postgresql://u:hunter2@db1' $Format -IncludePassword | Should -Match hunter2
    }

    It 'warns of what the format cannot express, with the connection''s name, and writes the rest' {
        $text = ConvertTo-PgConnectionString 'host=db1 sslcrl=ca.crl' Npgsql -WarningVariable warnings -WarningAction SilentlyContinue
        $text | Should -Be 'Host=db1'
        $warnings | Should -Match '^db1: sslcrl is left out, Npgsql cannot express it: .*Check Certificate Revocation'
    }

    It 'warns of a second section of the same name' {
        $null = 'db1', 'db2' | ConvertTo-PgConnectionString -Format Service -ServiceName crm -WarningVariable warnings -WarningAction SilentlyContinue
        @($warnings).Count | Should -Be 1
        $warnings | Should -Match '^db2: .*\[crm\]'
    }

    It 'without an endpoint writes what the environment says' {
        $env:PGHOST, $env:PGSSLMODE = 'db9', 'verify-full'
        try { ConvertTo-PgConnectionString | Should -Be 'postgresql://db9/?sslmode=verify-full' }
        finally { $env:PGHOST, $env:PGSSLMODE = $null }
    }

    It 'has one error for a bad endpoint, and goes on' {
        'db1', 'db2:x', 'db3' | ConvertTo-PgConnectionString -ErrorVariable failures -ErrorAction SilentlyContinue |
            Should -Be 'postgresql://db1', 'postgresql://db3'
        $failures.FullyQualifiedErrorId | Should -Be 'InvalidEndpoint,PgSsl.Cmdlets.ConvertToPgConnectionStringCommand'
        $failures.TargetObject | Should -Be "db2$([char]0x2026)"
    }

    It 'is <ErrorId> for <Endpoint> as <Format>' -ForEach @(
        @{ Endpoint = 'host=db1 sslmode=verify'; Format = 'Uri'; ErrorId = 'InvalidParameterValue' }
        @{ Endpoint = 'host=db1 sslmode=require sslrootcert=system'; Format = 'Uri'; ErrorId = 'ContradictoryParameters' }
        @{ Endpoint = 'service=nowhere'; Format = 'Npgsql'; ErrorId = 'ServiceNotFound' }
        @{ Endpoint = 'host=project:region:instance'; Format = 'Jdbc'; ErrorId = 'InvalidParameterValue' }
    ) {
        ConvertTo-PgConnectionString $Endpoint $Format -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -Be "$ErrorId,PgSsl.Cmdlets.ConvertToPgConnectionStringCommand"
    }

    It 'tells that a format behind a pipeline needs its name' {
        { 'db1' | ConvertTo-PgConnectionString Npgsql } | Should -Throw -ErrorId 'ContradictoryParameters,*'
    }

    It 'tells that a service''s name belongs to one format' {
        { ConvertTo-PgConnectionString db1 Npgsql -ServiceName crm } | Should -Throw -ErrorId 'ContradictoryParameters,*'
    }

    It 'names the formats when it is given another' {
        { ConvertTo-PgConnectionString db1 -Format Xml } | Should -Throw '*Uri, Conninfo, Npgsql, Jdbc, Environment, Service*'
    }

    It 'completes the formats' {
        Get-Completion 'ConvertTo-PgConnectionString db1 ' | Should -Be 'Uri', 'Conninfo', 'Npgsql', 'Jdbc', 'Environment', 'Service'
        Get-Completion 'ConvertTo-PgConnectionString db1 -Format j' | Should -Be 'Jdbc'
    }

    Context 'what it writes leads' {
        BeforeAll {
            $endpoint = "postgresql://anyone@$($sandbox.Good)/postgres"
            $strict = @{ Endpoint = $endpoint; SslMode = 'verify-full'; RootCertificate = $sandbox.Root }
        }

        BeforeEach {
            if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'there is no psql' }
        }

        It 'psql to the server, verified: <Format>' -ForEach @(@{ Format = 'Uri' }, @{ Format = 'Conninfo' }) {
            & $sandbox.Psql -X -w -Atc 'select ssl from pg_stat_ssl where pid = pg_backend_pid()' -d (ConvertTo-PgConnectionString @strict $Format) | Should -Be t
        }

        It 'psql to the server through a service file' {
            $env:PGSERVICEFILE = Join-Path $TestDrive pg_service.conf
            try {
                ConvertTo-PgConnectionString @strict Service -ServiceName written | Set-Content $env:PGSERVICEFILE
                & $sandbox.Psql -X -w -Atc 'select ssl from pg_stat_ssl where pid = pg_backend_pid()' -d service=written | Should -Be t
            }
            finally { $env:PGSERVICEFILE = $null }
        }

        It 'psql to the server through the environment' {
            $variables = (ConvertTo-PgConnectionString @strict Environment) -split "`n" | ForEach-Object { , ($_ -split '=', 2) }
            try {
                $variables.ForEach{ Set-Item Env:$($_[0]) $_[1] }
                & $sandbox.Psql -X -w -Atc 'select ssl from pg_stat_ssl where pid = pg_backend_pid()' | Should -Be t
            }
            finally { $variables.ForEach{ Remove-Item Env:$($_[0]) } }
        }

        It 'this module back to the server' {
            ConvertTo-PgConnectionString @strict | Test-PgSslMode -SslMode verify-full -Quiet | Should -BeTrue
        }
    }
}
