BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
}

Describe 'Input' {
    It 'takes a hosts file with blank lines and comments' {
        Set-Content $TestDrive/hosts.txt '# production', '', "  $($sandbox.Good)  ", '   ', "`t# test", $sandbox.Closed
        Get-Content $TestDrive/hosts.txt | Get-PgServerCertificate -IncludeFailed | Select-Object -ExpandProperty Endpoint | Should -Be $sandbox.Good, $sandbox.Closed
    }

    It 'says that an argument is empty' {
        Get-PgServerCertificate '' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidEndpoint,*'
    }

    It 'takes a port with blanks, and an empty cell for none' {
        $rows = "Server,Port`n localhost , $($sandbox.GoodPort) `n$($sandbox.Good)," | ConvertFrom-Csv
        $rows | Get-PgServerCertificate -IncludeFailed | Select-Object -ExpandProperty Endpoint | Should -Be $sandbox.Good, $sandbox.Good
    }

    It 'takes a Uri without a port' {
        $env:PGPORT = $sandbox.GoodPort
        try { [uri]'postgresql://localhost/x', [uri]"postgresql://localhost:$($sandbox.GoodPort)" | Get-PgServerCertificate | Should -HaveCount 2 }
        finally { $env:PGPORT = $null }
    }

    It 'takes no port 0 that somebody writes' {
        { Get-PgServerCertificate localhost -Port -1 -ErrorAction Stop } | Should -Throw '*-1 is not a port*'
        { Get-PgServerCertificate localhost -Port 0 -ErrorAction Stop } | Should -Throw '*0 is not a port*'
    }

    It 'takes the property <_>, as other modules name a server' -ForEach 'Name', 'DNSHostName', 'IPAddress', 'SqlInstance', 'FullyQualifiedDomainName' {
        [pscustomobject]@{ $_ = 'localhost'; Port = $sandbox.GoodPort; Other = 1 } | Get-PgServerCertificate -IncludeFailed | Select-Object -ExpandProperty Endpoint | Should -Be $sandbox.Good
    }

    It 'prefers the name in DNS to another one' {
        [pscustomobject]@{ Name = 'nowhere'; DNSHostName = $sandbox.Good } | Get-PgServerCertificate -IncludeFailed | Select-Object -ExpandProperty Endpoint | Should -Be $sandbox.Good
    }

    It 'takes no file for a server' {
        Set-Content $TestDrive/localhost x
        Get-Item $TestDrive/localhost | Get-PgServerCertificate -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidEndpoint,*'
    }

    Context 'of the cmdlets for pg_hba.conf' {
        BeforeAll {
            Set-Content $TestDrive/pg_hba.conf 'local all all peer'
            Push-Location $TestDrive
        }

        AfterAll {
            Pop-Location
        }

        It 'is a file: <_>' -ForEach 'pg_hba.conf', './pg_hba.conf' {
            (Get-PgHbaRule $_).Method | Should -Be peer
            ($_ | Get-PgHbaRule).Method | Should -Be peer
            (Test-PgHbaRule $_ -User app).Method | Should -Be peer
        }

        It 'is a server: <_>' -ForEach 'db1', 'db1:5433', 'host=db1', 'postgresql://db1/x', '/tmp' {
            Get-PgHbaRule "$_" -TimeoutSec 1 -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures[0].FullyQualifiedErrorId | Should -Not -BeLike 'FileNotFound,*'
        }
    }
}
