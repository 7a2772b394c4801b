BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
}

Describe 'New-PgSelfSignedCertificate' {
    BeforeEach {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))
        Push-Location $folder
        $PSDefaultParameterValues['New-PgSelfSignedCertificate:WarningAction'] = 'Ignore'
    }

    AfterEach {
        Pop-Location
        $PSDefaultParameterValues.Remove('New-PgSelfSignedCertificate:WarningAction')
    }

    It 'makes a key and a certificate that openssl accepts' {
        $made = New-PgSelfSignedCertificate db1.example.com -IPAddress 10.0.0.1 -Organization 'ACME, Inc.'
        $made.KeyPath, $made.CertificatePath | Should -Be (Join-Path $folder server.key), (Join-Path $folder server.crt)
        openssl verify -CAfile server.crt server.crt | Should -Be 'server.crt: OK'
        $text = openssl x509 -in server.crt -noout -ext 'basicConstraints,subjectAltName,extendedKeyUsage' | Out-String
        $text | Should -Match 'critical\s+CA:FALSE'
        $text | Should -Match 'TLS Web Server Authentication'
        $text | Should -Match 'DNS:db1.example.com, IP Address:10.0.0.1'
        (openssl x509 -in server.crt -noout -fingerprint -sha256) -replace '.*=|:' | Should -Be $made.Fingerprint
        openssl x509 -in server.crt -noout -pubkey | Should -Be (openssl pkey -in server.key -pubout)
    }

    It 'gives the certificate without its key' {
        $made = New-PgSelfSignedCertificate db1
        $made.Certificate.HasPrivateKey | Should -BeFalse
        $made.CertificatePem | Should -BeExactly (Get-Content -Raw server.crt)
        $made.Fingerprint | Should -Be $made.Certificate.GetCertHashString('SHA256')
    }

    It 'is valid for as many days as asked, from a little before' {
        $before = [datetime]::UtcNow.AddSeconds(-1)
        $made = New-PgSelfSignedCertificate db1 -Days 7
        $made.NotBefore | Should -BeLessThan $before
        $made.NotAfter | Should -BeGreaterThan $before.AddDays(7)
        $made.NotAfter | Should -BeLessThan ([datetime]::UtcNow.AddDays(7).AddSeconds(1))
        $made.NotAfter.Kind | Should -Be Utc
    }

    It 'is valid for a year by default, and for a century at most' {
        $made = New-PgSelfSignedCertificate db1
        ($made.NotAfter - [datetime]::UtcNow).TotalDays | Should -BeGreaterThan 364.9
        { New-PgSelfSignedCertificate db1 -Days 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        (New-PgSelfSignedCertificate db2 -Days 36500 -KeyPath b.key).NotAfter.Year | Should -BeGreaterThan 2100
        openssl x509 -in b.crt -noout -enddate | Should -Match '21\d\d GMT$'
    }

    It 'says that it is for testing' {
        $null = New-PgSelfSignedCertificate db1 -WarningAction SilentlyContinue -WarningVariable warnings
        "$warnings" | Should -Match 'for testing.*New-PgCsr'
    }

    It 'writes nothing with -WhatIf' {
        New-PgSelfSignedCertificate db1 -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem | Should -BeNullOrEmpty
    }

    It 'overwrites nothing without -Force' {
        $first = New-PgSelfSignedCertificate db1
        { New-PgSelfSignedCertificate db1 -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,PgSsl.Cmdlets.NewPgSelfSignedCertificateCommand'
        $second = New-PgSelfSignedCertificate db1 -Force
        Get-Content -Raw $second.Backup[1] | Should -BeExactly $first.CertificatePem
    }

    It 'has a serial number that no other one has' {
        $serials = 1..3 | ForEach-Object { (New-PgSelfSignedCertificate db1 -KeyPath "$_.key").Certificate.SerialNumber }
        $serials | Should -Match '^[4-7][0-9A-F]{31}$'
        $serials | Sort-Object -Unique | Should -HaveCount 3
    }

    It 'renews what a server serves' {
        $served = Get-PgServerCertificate $sandbox.SelfSigned
        $made = $served | New-PgSelfSignedCertificate
        $made.Subject | Should -Be $served.Subject
        $made.SubjectAlternativeName | Should -Be $served.SubjectAlternativeName
    }

    It 'goes through the pipeline to where it is trusted' {
        $made = New-PgSelfSignedCertificate db1
        $made | Install-PgRootCert -Path root.crt -Confirm:$false
        (Get-PgRootCert root.crt).Fingerprint | Should -Be $made.Fingerprint
    }

    It 'shows a setting that can be copied, whatever the folder is called' {
        $null = New-Item -ItemType Directory 'my keys'
        $made = New-PgSelfSignedCertificate localhost -KeyPath 'my keys/server.key'
        $text = ($made | Out-String -Width 1000) -replace '\s+', ' '
        $text | Should -Match "sslrootcert='[^']*my keys.+server.crt'"
    }

    It 'shows as a list that says what to do next' {
        $made = New-PgSelfSignedCertificate db1
        $made | Out-String | Should -Match '(?m)^NextStep\s+: 1\. Give the server'
        $made | Out-String | Should -Not -Match 'BEGIN'
        $made | Format-Table | Out-String | Should -Match '(?m)^CommonName +Role +NotAfter +KeyFile +CertificateFile'
    }
}
