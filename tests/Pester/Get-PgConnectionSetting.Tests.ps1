BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox

}

Describe 'Get-PgConnectionSetting' {
    It 'has a setting for every parameter that concerns identity or TLS' {
        $names = (Get-PgConnectionSetting db1).Name
        foreach ($name in 'host', 'hostaddr', 'port', 'dbname', 'user', 'password', 'passfile', 'service', 'sslmode', 'sslnegotiation', 'sslcert',
            'sslkey', 'sslpassword', 'sslcertmode', 'sslrootcert', 'sslcrl', 'sslcrldir', 'sslsni', 'ssl_min_protocol_version',
            'ssl_max_protocol_version', 'gssencmode', 'channel_binding', 'require_auth', 'connect_timeout') {
            $names | Should -Contain $name
        }
    }

    It 'takes all it is given: <Endpoint>' -ForEach @(
        @{ Endpoint = 'db1:6432'; Name = 'port'; Value = '6432' }
        @{ Endpoint = 'postgresql://u@db1/x?sslmode=require'; Name = 'sslmode'; Value = 'require' }
        @{ Endpoint = 'host=db1 application_name=''a b'''; Name = 'application_name'; Value = 'a b' }
        @{ Endpoint = @{ host = 'db1'; sslmode = 'VerifyCA' }; Name = 'sslmode'; Value = 'verify-ca' }
    ) {
        $setting = $Endpoint | Get-PgConnectionSetting -Name $Name
        $setting.Value, $setting.Source | Should -Be $Value, Explicit
        $setting.Origin | Should -BeNullOrEmpty
    }

    Context 'the pipeline' {
        It 'goes to ConvertTo-PgConnectionString and back, one connection each' {
            $settings = 'postgresql://u:secret@db1:6432/x?sslmode=require', "host=db2 options='a b'" | Get-PgConnectionSetting
            $settings.Endpoint | Sort-Object -Unique | Should -Be "host=db2 options='a b'", 'user=u host=db1 port=6432 dbname=x sslmode=require'
            $strings = $settings | ConvertTo-PgConnectionString -Format Conninfo
            $strings | Should -HaveCount 2
            $strings | Should -Not -Match secret
            ($strings | Get-PgConnectionSetting -Name host).Value | Should -Be db1, db2
            ($settings | Get-PgConnectionSetting -Name sslmode).Value | Should -Be require, prefer
        }

        It 'goes on to those that connect' {
            $served = Get-PgConnectionSetting $sandbox.Good | Get-PgServerCertificate
            $served | Should -HaveCount 1
            ConvertTo-PgConnectionString $sandbox.Good | Get-PgServerCertificate | ForEach-Object Fingerprint | Should -Be $served.Fingerprint
            Get-PgConnectionSetting "postgresql://postgres@127.0.0.1:$($sandbox.HbaKeptPort)/postgres" | Get-PgSslConfiguration | Should -HaveCount 1
        }

        It 'names the server that the environment means' {
            $env:PGHOST, $env:PGPORT = 'db7', '6432'
            try { (Get-PgConnectionSetting -Name host).Endpoint | Should -Be 'host=db7 port=6432' }
            finally { $env:PGHOST, $env:PGPORT = $null }
        }
    }

    Context 'precedence' {
        BeforeAll {
            $env:PGSERVICEFILE = Join-Path $TestDrive pg_service.conf
            '# estate', '[crm]', 'host=crm1', 'sslmode=verify-ca', 'dbname=crm' | Set-Content $env:PGSERVICEFILE
            $env:PGSSLMODE, $env:PGUSER = 'require', 'reader'
        }

        AfterAll {
            $env:PGSERVICEFILE, $env:PGSSLMODE, $env:PGUSER = $null
        }

        It '<Name> of "<Endpoint>" comes from <Source>' -ForEach @(
            @{ Endpoint = 'service=crm sslmode=verify-full'; Name = 'sslmode'; Value = 'verify-full'; Source = 'Explicit' }
            @{ Endpoint = 'service=crm'; Name = 'sslmode'; Value = 'verify-ca'; Source = 'ServiceFile'; Line = 4 }
            @{ Endpoint = 'service=crm'; Name = 'host'; Value = 'crm1'; Source = 'ServiceFile'; Line = 3 }
            @{ Endpoint = 'db1'; Name = 'sslmode'; Value = 'require'; Source = 'Environment'; Variable = 'PGSSLMODE' }
            @{ Endpoint = 'service=crm'; Name = 'user'; Value = 'reader'; Source = 'Environment'; Variable = 'PGUSER' }
            @{ Endpoint = 'service=crm'; Name = 'port'; Value = '5432'; Source = 'Default' }
        ) {
            $setting = Get-PgConnectionSetting $Endpoint -Name $Name
            $setting.Value, $setting.Source | Should -Be $Value, $Source
            $setting.Origin | Should -Be ($Line ? "$($env:PGSERVICEFILE):$Line" : $Variable)
        }

        It 'without an endpoint takes what psql without arguments would' {
            (Get-PgConnectionSetting -Name user).Value | Should -Be reader
        }
    }

    It 'has the default paths of libpq, below HOME' -Skip:$IsWindows {
        (Get-PgConnectionSetting db1 -Name sslrootcert).Value | Should -Be "$HOME/.postgresql/root.crt"
        (Get-PgConnectionSetting db1 -Name sslkey).Value | Should -Be "$HOME/.postgresql/postgresql.key"
    }

    It 'finds settings by wildcard, in any case' {
        (Get-PgConnectionSetting db1 -Name SSLC*, port).Name | Sort-Object | Should -Be 'port', 'sslcert', 'sslcertmode', 'sslcompression', 'sslcrl', 'sslcrldir'
    }

    It 'masks the password of <Name>' -ForEach @(
        @{ Name = 'a URI'; Endpoint = 'postgresql://u:hunter2@db1' }
        @{ Name = 'a connection string'; Endpoint = 'host=db1 password=hunter2 sslpassword=hunter2' }
        @{ Name = 'a hashtable'; Endpoint = @{ host = 'db1'; password = 'hunter2' } }
        @{ Name = 'PGPASSWORD'; Endpoint = 'db1'; Environment = 'hunter2' }
    ) {
        $env:PGPASSWORD = $Environment
        try { $settings = $Endpoint | Get-PgConnectionSetting }
        finally { $env:PGPASSWORD = $null }
        $settings.Where{ $_.Name -eq 'password' }.Value | Should -Be '********'
        $settings | ConvertTo-Json -Depth 5 | Should -Not -Match hunter2
        $settings | Format-List * | Out-String -Width 300 | Should -Not -Match hunter2
    }

    Context 'warnings' {
        It 'warns that <Story>' -ForEach @(
            @{ Story = 'prefer protects from nothing'; Name = 'sslmode'; Make = { 'db1' }; Match = 'Protects from nothing' }
            @{ Story = 'require does not verify'; Name = 'sslmode'; Make = { 'host=db1 sslmode=require' }; Match = 'not verified' }
            @{ Story = 'a root file can turn prefer into plaintext'; Name = 'sslrootcert'; Make = { "host=db1 sslrootcert=$($sandbox.Root)" }; Match = 'plaintext' }
            @{ Story = 'a root file turns require into verify-ca'; Name = 'sslrootcert'; Make = { "host=db1 sslmode=require sslrootcert=$($sandbox.Root)" }; Match = 'acts as verify-ca' }
            @{ Story = 'a missing root file makes verify-full fail'; Name = 'sslrootcert'; Make = { 'host=db1 sslmode=verify-full' }; Match = 'does not exist' }
        ) {
            (Get-PgConnectionSetting (& $Make) -Name $Name).Warning | Should -Match $Match
        }

        It 'has none for verify-full with its root' {
            Get-PgConnectionSetting "host=db1 sslmode=verify-full sslrootcert=$($sandbox.Root)" | Where-Object Warning | Should -BeNullOrEmpty
        }
    }

    It 'is <ErrorId> for <Endpoint>' -ForEach @(
        @{ Endpoint = 'host=db1 sslmode=verify'; ErrorId = 'InvalidParameterValue' }
        @{ Endpoint = 'host=db1 sslmode=require sslrootcert=system'; ErrorId = 'ContradictoryParameters' }
        @{ Endpoint = 'service=nowhere'; ErrorId = 'ServiceNotFound' }
        @{ Endpoint = 'db1:x'; Shown = "db1$([char]0x2026)"; ErrorId = 'InvalidEndpoint' }
    ) {
        Get-PgConnectionSetting $Endpoint -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -Be "$ErrorId,PgSsl.Cmdlets.GetPgConnectionSettingCommand"
        $failures.TargetObject | Should -Be ($Shown ?? $Endpoint)
    }
}
