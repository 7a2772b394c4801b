# The whole life of a server, from no TLS to a renewal under load, with psql beside each step. Every test goes on where the one before ended.

BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $servers = foreach ($name in 'Life15', 'Life18') {
        $major = $name -eq 'Life15' ? $sandbox.Major : 18
        @{ Major = $major; Name = $name; IsThere = [bool]$sandbox."${name}Port" -and $sandbox.Psql }
    }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox

    # A home of its own: root.crt there is everybody's who has that home.
    $env:HOME = (New-Item -ItemType Directory "$TestDrive/home").FullName

    function Invoke-OpenSsl {
        $shown = openssl @args 2>&1
        if ($LASTEXITCODE) { throw "openssl $args : $shown" }
    }

    # The CA: openssl, that takes the names out of the request.
    function Get-SignedCertificate([string] $Request, [string] $Path, [int] $Days = 90) {
        Invoke-OpenSsl x509 -req -in $Request -CA $TestDrive/root.crt -CAkey $TestDrive/root.key -CAcreateserial -copy_extensions copyall -days $Days -out $Path
        $Path
    }

    Invoke-OpenSsl req -x509 -newkey rsa:2048 -nodes -keyout $TestDrive/root.key -out $TestDrive/root.crt -days 30 -subj '/CN=Life Root CA'
}

Describe 'The life of a server of PostgreSQL <Major>' -ForEach $servers {
    BeforeAll {
        $port = $sandbox."${Name}Port"
        $server = "host=localhost hostaddr=127.0.0.1 port=$port user=postgres dbname=postgres"
        $folder = (New-Item -ItemType Directory "$TestDrive/$Name").FullName
        Remove-Item "$env:HOME/.postgresql" -Recurse -ErrorAction Ignore
    }

    BeforeEach {
        if (-not $IsThere) { Set-ItResult -Skipped -Because "PostgreSQL $Major or psql is not installed" }
    }

    It 'begins without TLS' {
        Get-PsqlTransport "$server sslmode=require" | Should -Be none
        Get-PsqlTransport "$server sslmode=prefer" | Should -Be plaintext
        (Get-PgSslConfiguration $server).Findings.Code | Should -Contain TlsIsOff
    }

    It 'gets a certificate from a CA, and its key, while TLS is off' {
        $request = New-PgCsr -CommonName localhost -IPAddress 127.0.0.1 -KeyPath "$folder/server.key" -CsrPath "$folder/server.csr"
        Get-SignedCertificate $request.CsrPath "$folder/server.crt" | Out-Null

        $installed = Install-PgServerCertificate -Endpoint $server "$folder/server.crt" -KeyPath $request.KeyPath -WarningVariable warnings -WarningAction SilentlyContinue

        $installed.IsChanged, $installed.IsProven | Should -Be $true, $false
        "$warnings" | Should -Match 'is off\. With Enable-PgSsl it will serve the certificate'
        Test-PgServerCertificate -Endpoint $server -CaPath "$TestDrive/root.crt" -HostName localhost, 127.0.0.1 -Quiet | Should -BeTrue
        Get-PsqlTransport "$server sslmode=require" | Should -Be none -Because 'TLS is off'
    }

    It 'has TLS on, with that certificate' {
        $enabled = Enable-PgSsl $server
        $enabled.IsProven | Should -BeTrue
        (Enable-PgSsl $server).IsChanged | Should -BeFalse -Because 'it is on already'
        Get-PsqlTransport "$server sslmode=require" | Should -Be tls
        (Get-PgServerCertificate $server).Fingerprint | Should -Be (Get-PgSslConfiguration $server).FileFingerprint
    }

    It 'is verified by clients that have the root' {
        Get-PsqlTransport "$server sslmode=verify-full" | Should -Be none
        Test-PgSslMode $server verify-full -Quiet | Should -BeFalse
        Install-PgRootCert "$TestDrive/root.crt" | Out-Null
        Get-PsqlTransport "$server sslmode=verify-full" | Should -Be tls
        Test-PgSslMode $server verify-full -Quiet | Should -BeTrue
    }

    It 'shows who is still in plaintext' {
        Start-SandboxSession $Name 'user=postgres sslmode=disable'
        Start-SandboxSession $Name 'user=postgres sslmode=verify-full host=localhost hostaddr=127.0.0.1'
        $sessions = Get-PgSslSession $server | Where-Object ApplicationName -Like sleeper_*
        $sessions.Transport | Sort-Object | Should -Be plaintext, tls
        $ofPsql = Invoke-SandboxSql $Name "SELECT pid FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE NOT ssl AND client_addr IS NOT NULL"
        (Get-PgSslSession $server -Plaintext).ProcessId | Should -Be $ofPsql
    }

    It 'refuses plaintext, and lets go of the one who is in it' {
        $refused = Set-PgHbaSsl -Endpoint $server -RejectPlaintext -IncludeLoopback -Force -WarningAction Ignore
        $refused.IsProven | Should -BeTrue
        Get-PsqlTransport "$server sslmode=disable" | Should -Be none
        Get-PsqlTransport "$server sslmode=verify-full" | Should -Be tls
        Get-PgSslSession $server -Plaintext | Get-PgSslSession -Terminate -WarningAction Ignore | Out-Null
        Wait-Until { -not (Get-PgSslSession $server -Plaintext) }
        Stop-SandboxSession $Name
    }

    It 'renews its certificate under load without a failed transaction' {
        $pgbench = Get-Command pgbench -ErrorAction Ignore
        if (-not $pgbench) { Set-ItResult -Skipped -Because 'pgbench is not installed' }
        $load = "$server sslmode=verify-full"
        & $pgbench -i -q $load *> $null
        # One that keeps its connections, and one that makes a new one for each transaction; long enough for a slow machine, and no faster
        # than other tests can bear.
        $running = foreach ($options in @('-n', '-T', '15', '-c', '2', '-R', '100'), @('-n', '-S', '-C', '-T', '15', '-c', '2', '-R', '25')) {
            $start = [Diagnostics.ProcessStartInfo]::new($pgbench.Source, [string[]]($options + $load))
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            [Diagnostics.Process]::Start($start)
        }
        Wait-Until { (Invoke-SandboxSql $Name "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgbench'") -gt 2 }
        $old = Get-PgServerCertificate $server

        $request = $old | New-PgCsr -KeyPath "$folder/renewed.key" -CsrPath "$folder/renewed.csr"
        $renewed = Install-PgServerCertificate -Endpoint $server -Certificate (Get-SignedCertificate $request.CsrPath "$folder/renewed.crt") -KeyPath $request.KeyPath

        $running.HasExited | Should -Not -Contain $true -Because 'the load should last longer than the renewal'
        foreach ($process in $running) {
            $shown = $process.StandardOutput.ReadToEndAsync()
            $errors = $process.StandardError.ReadToEnd()
            $process.WaitForExit()
            $process.ExitCode | Should -Be 0 -Because $errors
            $shown.Result | Should -Match 'number of failed transactions: 0 '
        }
        $renewed.IsProven | Should -BeTrue
        $renewed.PreviousFingerprint | Should -Be $old.Fingerprint
        (Get-PgServerCertificate $server).Fingerprint | Should -Be $renewed.Fingerprint
        (Get-PgServerCertificate $server).SubjectAlternativeName | Should -Be $old.SubjectAlternativeName
        Get-PsqlTransport "$server sslmode=verify-full" | Should -Be tls
    }

    It 'shows when its certificate will expire' {
        $request = Get-PgServerCertificate $server | New-PgCsr -KeyPath "$folder/short.key" -CsrPath "$folder/short.csr"
        $short = Get-SignedCertificate $request.CsrPath "$folder/short.crt" -Days 10
        Install-PgServerCertificate -Endpoint $server -Certificate $short -KeyPath $request.KeyPath -WarningAction Ignore | Out-Null
        $seen = Get-PgSslConfiguration $server
        $seen.DaysRemaining | Should -BeIn 9, 10
        $seen.Findings.Code | Should -Be ExpiresSoon
    }

    It 'ends without TLS again' {
        Set-PgHbaSsl -Endpoint $server -Allow -IncludeLoopback -Force -WarningAction Ignore | Out-Null
        $disabled = Disable-PgSsl $server -Force -WarningAction Ignore
        $disabled.IsProven | Should -BeTrue
        Get-PsqlTransport "$server sslmode=require" | Should -Be none
    }
}
