BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $WarningPreference = 'SilentlyContinue'

    # The requirements that are not met, by name.
    function Get-Unmet($Requirements) { ($Requirements | Where-Object IsMet -EQ $false).Requirement }

    # What the CA of the sandbox makes of a request; openssl signs it.
    function Invoke-SandboxCA($Request, [string] $Name = 'signed.crt') {
        $path = Join-Path (Split-Path $Request.CsrPath) $Name
        openssl x509 -req -in $Request.CsrPath -CA $sandbox.IssuerCertificate -CAkey $sandbox.IssuerKey -copy_extensions copy -days 90 -out $path 2> $null
        $path
    }
}

Describe 'Test-PgServerCertificate' {
    BeforeEach {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))
        Push-Location $folder
    }

    AfterEach { Pop-Location }

    It 'finds nothing amiss with a good chain' {
        $request = New-PgCsr db1.example.com
        Get-Content (Invoke-SandboxCA $request), $sandbox.IssuerCertificate | Set-Content server.crt
        $found = Test-PgServerCertificate server.crt server.key -HostName db1.example.com -CaPath $sandbox.Root
        Get-Unmet $found | Should -BeNullOrEmpty
        ($found | Where-Object Requirement -EQ Trusted).IsMet | Should -BeTrue
        openssl verify -CAfile $sandbox.Root -untrusted server.crt server.crt | Should -Be 'server.crt: OK'
        Test-PgServerCertificate server.crt server.key -HostName db1.example.com -CaPath $sandbox.Root -Quiet | Should -BeTrue
    }

    It 'says of <What>: <Unmet>' -ForEach @(
        @{ What = 'another key'; Unmet = 'KeyMatches'; Arrange = { $null = New-PgCsr x -KeyPath server.key -CsrPath x.csr -Force } }
        @{ What = 'a missing intermediate'; Unmet = 'ChainComplete'; Arrange = { Get-Content signed.crt | Set-Content server.crt } }
        @{ What = 'the wrong order'; Unmet = 'LeafFirst'; Arrange = { Get-Content $sandbox.IssuerCertificate, signed.crt | Set-Content server.crt } }
        @{ What = 'a root that is sent'; Unmet = 'NoRoot'; Arrange = { Get-Content $sandbox.Root | Add-Content server.crt } }
        @{ What = 'a key that everybody can read'; Unmet = 'KeyFileAccess'; Arrange = { chmod 0644 server.key } }
        @{ What = 'a broken file'; Unmet = 'CertificatePem'; Arrange = { (Get-Content -Raw server.crt).TrimEnd().TrimEnd('-') | Set-Content server.crt } }
        @{ What = 'no file'; Unmet = 'CertificateFileAccess'; Arrange = { Remove-Item server.crt } }
    ) {
        if ($IsWindows -and $Unmet -match 'Access') { Set-ItResult -Skipped -Because 'modes are Unix''' }
        $request = New-PgCsr db1.example.com
        Get-Content (Invoke-SandboxCA $request), $sandbox.IssuerCertificate | Set-Content server.crt
        . $Arrange
        $found = Test-PgServerCertificate server.crt server.key -HostName db1.example.com -CaPath $sandbox.Root
        Get-Unmet $found | Should -Contain $Unmet
        ($found | Where-Object Requirement -EQ $Unmet).Remedy | Should -Not -BeNullOrEmpty
    }

    It 'takes what New-PgSelfSignedCertificate made from the pipeline' {
        $found = New-PgSelfSignedCertificate db1 | Test-PgServerCertificate -HostName db1, db2 -MinimumDays 10000
        Get-Unmet $found | Should -Be 'NotSelfSigned', 'MinimumDays', 'HostNames'
        ($found | Where-Object Requirement -EQ HostNames).Detail | Should -Match 'does not match host name "db2"'
    }

    It 'says what it could not judge' {
        $found = New-PgSelfSignedCertificate db1 | Test-PgServerCertificate
        ($found | Where-Object Requirement -EQ HostNames).IsMet | Should -Be $null
        ($found | Where-Object Requirement -EQ HostNames).Remedy | Should -Match '-HostName'
    }

    It 'is false, quietly, for what the server or clients would refuse' {
        New-PgSelfSignedCertificate db1 | Test-PgServerCertificate -HostName db2 -Quiet | Should -BeFalse
    }

    It 'is false, quietly, for fewer days than somebody asks for; the 30 of the default are advice' {
        $pair = New-PgSelfSignedCertificate db1 -Days 20
        $pair | Test-PgServerCertificate -HostName db1 -Quiet | Should -BeTrue
        $pair | Test-PgServerCertificate -HostName db1 -MinimumDays 10 -Quiet | Should -BeTrue
        $pair | Test-PgServerCertificate -HostName db1 -MinimumDays 30 -Quiet | Should -BeFalse
    }

    It 'judges a key file for the account that is named' -Skip:$IsWindows {
        $pair = New-PgSelfSignedCertificate db1
        Get-Unmet ($pair | Test-PgServerCertificate -ServerAccount nobody) | Should -Contain KeyFileAccess
        $pair | Test-PgServerCertificate -ServerAccount no-such-account -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
        $failure.FullyQualifiedErrorId | Should -Match '^InvalidParameterValue,'
    }

    It 'looks at the files of a server, and at what it serves' {
        $found = Test-PgServerCertificate -Endpoint "postgresql://postgres@$($sandbox.HbaKept)"
        Get-Unmet $found | Should -BeNullOrEmpty
        ($found | Where-Object Requirement -EQ Served).Detail | Should -Be 'The server serves this certificate.'
        $found[0].CertificatePath | Should -Be (Join-Path (Split-Path $sandbox.HbaKeptFile) server.crt)
    }

    It 'compares files with what is served, without being let in' {
        $pair = New-PgSelfSignedCertificate localhost
        $found = $pair | Test-PgServerCertificate -Endpoint "postgresql://nobody@$($sandbox.Good)"
        Get-Unmet $found | Should -Contain Served
    }

    It 'wants both files, or a server' {
        { Test-PgServerCertificate -ErrorAction Stop } | Should -Throw 'Neither files nor a server are named.'
        { Test-PgServerCertificate server.crt -ErrorAction Stop } | Should -Throw 'One of the two files is not named.'
    }

    It 'opens a key with its passphrase, and tells it to nobody' {
        $secret = [securestring]::new()
        'opensesame'.ToCharArray().ForEach{ $secret.AppendChar($_) }
        $pair = New-PgSelfSignedCertificate db1 -Passphrase $secret
        $all = $pair | Test-PgServerCertificate -KeyPassphrase $secret -Verbose -Debug *>&1
        ($all | Where-Object Requirement -EQ KeyMatches).IsMet | Should -BeTrue
        ($all | Where-Object Requirement -EQ KeyPassphrase).Remedy | Should -Match 'ssl_passphrase_command'
        $all | Format-List * | Out-String | Should -Not -MatchExactly 'opensesame|PRIVATE KEY'
    }
}
