BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $port = $sandbox.GoodPort
}

# The same parameter of every cmdlet; Get-PgServerCertificate stands for all.
Describe '-Endpoint' {
    It 'takes <Name>' -ForEach @(
        @{ Name = 'host:port'; Make = { "localhost:$port" } }
        @{ Name = '[v6]:port'; Make = { "[::1]:$port" }; HostName = '::1' }
        @{ Name = 'a URI'; Make = { "postgresql://someone@localhost:$port/db?sslmode=require" } }
        @{ Name = 'a connection string'; Make = { "host=localhost port=$port user=someone" } }
        @{ Name = 'a connection string with hostaddr'; Make = { "host=db1.test hostaddr=127.0.0.1 port=$port" }; HostName = 'db1.test' }
        @{ Name = 'a hashtable'; Make = { @{ Host = 'localhost'; Port = $port } } }
        @{ Name = 'a hashtable with PowerShell''s spelling'; Make = { @{ host = 'localhost'; port = $port; sslmode = 'VerifyFull' } } }
        @{ Name = 'a Uri'; Make = { [uri]"postgresql://localhost:$port" } }
        @{ Name = 'an IP address, with -Port'; Make = { [ipaddress]'127.0.0.1' }; Port = $true; HostName = '127.0.0.1' }
        @{ Name = 'a host, with -Port'; Make = { 'localhost' }; Port = $true }
        @{ Name = 'an object with ComputerName and Port'; Make = { [pscustomobject]@{ ComputerName = 'localhost'; Port = $port } } }
        @{ Name = 'an object with Server and Port'; Make = { [pscustomobject]@{ Server = 'localhost'; Port = $port } } }
        @{ Name = 'an object with Endpoint'; Make = { [pscustomobject]@{ Endpoint = "localhost:$port" } } }
        @{ Name = 'text that another command wrapped'; Make = { Write-Output "localhost:$port" } }
    ) {
        $expected = $HostName ?? 'localhost'
        if ($expected -eq '::1' -and -not [Net.Sockets.Socket]::OSSupportsIPv6) { Set-ItResult -Skipped -Because 'this machine has no IPv6' }
        $with = $Port ? @{ Port = $sandbox.GoodPort } : @{}
        $endpoint = & $Make

        (Get-PgServerCertificate $endpoint @with).HostName | Should -Be $expected -Because 'of an argument'
        $served = $endpoint | Get-PgServerCertificate @with
        $served.HostName, $served.Port | Should -Be $expected, $sandbox.GoodPort -Because 'of the pipeline'
    }

    It 'takes several' {
        (Get-PgServerCertificate $sandbox.Good, $sandbox.SelfSigned).Count | Should -Be 2
    }

    It 'takes what is called <Alias> instead' -ForEach @(
        'HostName', 'ComputerName', 'Server', 'ConnectionString', 'Uri' | ForEach-Object { @{ Alias = $_ } }
    ) {
        $with = @{ $Alias = $sandbox.Good }
        (Get-PgServerCertificate @with).Port | Should -Be $port
    }

    It 'takes the rows of a CSV file' {
        $file = Join-Path $TestDrive servers.csv
        "ComputerName,Port,Owner`nlocalhost,$port,dba`n127.0.0.1,$($sandbox.SelfSignedPort),dev" | Set-Content $file
        $served = Import-Csv $file | Get-PgServerCertificate
        $served.HostName | Sort-Object | Should -Be '127.0.0.1', 'localhost'
        $served.Port | Sort-Object | Should -Be ($port, $sandbox.SelfSignedPort | Sort-Object)
    }

    It 'takes the lines of a file' {
        $file = Join-Path $TestDrive servers.txt
        $sandbox.Good, "$($sandbox.SelfSigned)  " | Set-Content $file
        (Get-Content $file | Get-PgServerCertificate).Count | Should -Be 2
    }

    It 'takes the output of <Name>' -ForEach @(
        @{ Name = 'Get-PgServerCertificate'; Make = { Get-PgServerCertificate $sandbox.Good } }
        @{ Name = 'Test-PgSslMode'; Make = { Test-PgSslMode $sandbox.Good require -UserName anyone -Database postgres } }
        @{ Name = 'Get-PgServerCertificate at an address'; Make = { Get-PgServerCertificate "host=db1.test hostaddr=127.0.0.1 port=$port" } }
    ) {
        $output = & $Make
        $served = $output | Get-PgServerCertificate
        $served.Endpoint | Should -Be $output.Endpoint
        $served.Address | Should -Be $output.Address
    }

    It 'asks each host of a multi-host connection string' {
        $served = Get-PgServerCertificate "host=localhost,127.0.0.1 port=$port,$($sandbox.SelfSignedPort)"
        $served.HostName | Sort-Object | Should -Be '127.0.0.1', 'localhost'
    }

    It 'takes the environment, as psql does, where there is none' {
        $env:PGHOST, $env:PGPORT = 'localhost', $port
        try { (Get-PgServerCertificate).Port | Should -Be $port }
        finally { $env:PGHOST, $env:PGPORT = $null }
    }

    It 'asks nobody where the pipeline is empty' {
        $env:PGHOST, $env:PGPORT = 'localhost', $port
        try { @() | Get-PgServerCertificate | Should -BeNullOrEmpty }
        finally { $env:PGHOST, $env:PGPORT = $null }
    }

    It 'refuses servers that come both ways: the word behind a pipeline was meant for another parameter' {
        { $sandbox.Good | Test-PgSslMode require } |
            Should -Throw -ErrorId 'ContradictoryParameters,PgSsl.Cmdlets.TestPgSslModeCommand' -ExpectedMessage '*-Endpoint is given as well: require.'
    }

    It 'takes a service of the user''s service file' {
        $env:PGSERVICEFILE = Join-Path $TestDrive pg_service.conf
        "[crm]`nhost=localhost`nport=$port" | Set-Content $env:PGSERVICEFILE
        try { (Get-PgServerCertificate service=crm).Port | Should -Be $port }
        finally { $env:PGSERVICEFILE = $null }
    }

    It 'is told from a file by <Cmdlet>' -ForEach @(
        @{ Cmdlet = 'Get-PgRootCert'; Line = { Get-PgRootCert db1.example.com:5432 -ErrorAction Stop } }
        @{ Cmdlet = 'Get-PgCertificate'; Line = { Get-PgCertificate db1:5432 -ErrorAction Stop } }
        @{ Cmdlet = 'Get-PgHbaRule'; Line = { Get-PgHbaRule -Path db1:5432 -ErrorAction Stop } }
        @{ Cmdlet = 'Install-PgRootCert'; Line = { Install-PgRootCert db1:5432 -Path $TestDrive/none.crt -ErrorAction Stop } }
    ) {
        $Line | Should -Throw '*" names a server, where a file is expected.' -ErrorId 'FileNotFound,*'
    }

    It 'refuses <Name> with an error for that item only' -ForEach @(
        @{ Name = 'an object that names no server'; Make = { [pscustomobject]@{ Colour = 'red' } } }
        @{ Name = 'empty text'; Make = { '' } }
        @{ Name = 'null in an array'; Make = { , $null } }
    ) {
        $endpoints = @(& $Make) + $sandbox.Good
        $served = Get-PgServerCertificate $endpoints -ErrorAction SilentlyContinue -ErrorVariable failures
        $served.Port | Should -Be $port
        $failures.FullyQualifiedErrorId | Should -Be 'InvalidEndpoint,PgSsl.Cmdlets.GetPgServerCertificateCommand'
    }
}
