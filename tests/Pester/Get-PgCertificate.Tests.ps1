BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1, $PSScriptRoot/Programs.psm1
    $sandbox = Get-Sandbox
    $quiet = @{ WarningAction = 'Ignore' }

    # A directory for each test, so that wildcards find only its files.
    function New-Folder { (New-Item -ItemType Directory (Join-Path $TestDrive (New-Guid))).FullName }

    # A CA with an intermediate and a leaf, and the key of the leaf: as certificates in PEM.
    function New-Chain([string] $Folder) {
        Push-Location $Folder
        try {
            foreach ($name in 'root', 'middle', 'leaf') {
                openssl ecparam -name prime256v1 -genkey -noout -out "$name.key" 2> $null
                openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr"
            }
            'basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign' | Set-Content ca.cnf
            'subjectAltName=DNS:db1,IP:127.0.0.1', 'extendedKeyUsage=serverAuth' | Set-Content leaf.cnf
            openssl x509 -req -in root.csr -signkey root.key -days 900 -extfile ca.cnf -out root.crt 2> $null
            openssl x509 -req -in middle.csr -CA root.crt -CAkey root.key -CAcreateserial -days 800 -extfile ca.cnf -out middle.crt 2> $null
            openssl x509 -req -in leaf.csr -CA middle.crt -CAkey middle.key -CAcreateserial -days 90 -extfile leaf.cnf -out leaf.crt 2> $null
        }
        finally { Pop-Location }
    }
}

Describe 'Get-PgCertificate' {
    Context 'a pair' {
        BeforeAll {
            $folder = New-Folder
            $pair = New-PgSelfSignedCertificate db1 -KeyPath $folder/server.key @quiet
            $other = New-PgSelfSignedCertificate db2 -KeyPath $folder/other.key @quiet
            $certificate, $key = Get-PgCertificate $pair.CertificatePath, $pair.KeyPath
        }

        It 'says of each half that it has found the other' {
            $certificate.KeyMatches, $certificate.MatchingPath | Should -Be $true, $pair.KeyPath
            $key.KeyMatches, $key.MatchingPath, $key.Subject | Should -Be $true, $pair.CertificatePath, $certificate.Subject
        }

        It 'has names, validity and fingerprint of the certificate' {
            $certificate.Kind, $certificate.Fingerprint | Should -Be Certificate, $pair.Fingerprint
            $certificate.SubjectAlternativeName | Should -Contain 'DNS:db1'
            $certificate.NotAfter.Kind | Should -Be Utc
            $certificate.GetCertificate().Thumbprint | Should -Be $certificate.Certificate.Thumbprint
        }

        It 'tells what kind of key it is' {
            $key.Kind, $key.KeyAlgorithm, $key.KeySize, $key.IsEncrypted | Should -Be PrivateKey, ECDSA, 256, $false
            if (-not $IsWindows) { $key.FileMode | Should -Be 0600 }
        }

        It 'shows nothing of the key itself' {
            $secret = (Get-Content $pair.KeyPath)[1].Substring(0, 40)
            $key | Format-List * -Force | Out-String -Width 4096 | Should -Not -Match ([regex]::Escape($secret))
            $key | ConvertTo-Json -Depth 9 | Should -Not -Match ([regex]::Escape($secret))
        }

        It 'does not match the key of another' {
            $wrong = Get-PgCertificate $pair.CertificatePath, $other.KeyPath
            $wrong.KeyMatches | Should -Be $false, $false
            $wrong.MatchingPath | Should -Be $null, $null
        }

        It 'is not judged without the other half' {
            (Get-PgCertificate $pair.CertificatePath).KeyMatches | Should -BeNullOrEmpty
        }

        It 'is found among all files of a folder, in the order of the pipeline' {
            $all = Get-ChildItem $folder -File | Sort-Object Name | Get-PgCertificate
            $all.Path | Split-Path -Leaf | Should -Be 'other.crt', 'other.key', 'server.crt', 'server.key'
            $all.KeyMatches | Should -Not -Contain $false
        }
    }

    Context 'forms' -Skip:(-not (Get-Command openssl -ErrorAction Ignore)) {
        BeforeAll {
            $folder = New-Folder
            New-Chain $folder
            Push-Location $folder
        }

        AfterAll { Pop-Location }

        It 'reads <Form>' -ForEach @(
            @{ Form = 'DER'; File = 'leaf.der'; Make = { openssl x509 -in leaf.crt -outform DER -out leaf.der } }
            @{ Form = 'PKCS #7'; File = 'leaf.p7b'; Make = { openssl crl2pkcs7 -nocrl -certfile leaf.crt -out leaf.p7b } }
            @{ Form = 'PKCS #7 in DER'; File = 'leaf.p7c'; Make = { openssl crl2pkcs7 -nocrl -certfile leaf.crt -outform DER -out leaf.p7c } }
            @{ Form = 'PKCS #12 without a password'; File = 'leaf.p12'; Make = { openssl pkcs12 -export -in leaf.crt -inkey leaf.key -passout pass: -out leaf.p12 } }
        ) {
            & $Make
            $seen = Get-PgCertificate $File | Where-Object Kind -EQ Certificate
            $seen.Fingerprint | Should -Be (openssl x509 -in leaf.crt -noout -fingerprint -sha256).Split('=')[1].Replace(':', '')
        }

        It 'opens PKCS #12 and encrypted keys with the passphrase' {
            openssl pkcs12 -export -in leaf.crt -inkey leaf.key -certfile middle.crt -passout pass:orchid -out sealed.p12
            openssl pkcs8 -topk8 -in leaf.key -passout pass:orchid -out sealed.key
            $secure = [securestring]::new()
            'orchid'.ToCharArray().ForEach{ $secure.AppendChar($_) }

            $opened = Get-PgCertificate sealed.p12, sealed.key -Passphrase $secure
            $opened.Where{ $_.Kind -eq 'PrivateKey' }.KeyMatches | Should -Be $true, $true
            $closed = Get-PgCertificate sealed.p12, sealed.key, leaf.crt -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'InvalidCertificateFile,*'
            $key = $closed | Where-Object Kind -EQ PrivateKey
            $key.IsEncrypted, $key.Status, $key.KeyMatches | Should -Be $true, Encrypted, $null
        }

        It 'judges a leaf with its intermediates as a chain' {
            Get-Content leaf.crt, middle.crt | Set-Content chain.pem
            Get-Content middle.crt, leaf.crt, root.crt | Set-Content mixed.pem
            (Get-PgCertificate chain.pem).Status | Should -Be Good, Good
            (Get-PgCertificate leaf.crt).Status | Should -Be MissingIntermediate
            $mixed = Get-PgCertificate mixed.pem
            $mixed.Position | Should -Be 1, 2, 3
            ($mixed | Where-Object Subject -EQ CN=root).Status | Should -Be IncludesRoot
        }

        It 'says that a leaf behind its CA is not what a server would present' {
            Get-Content middle.crt, leaf.crt | Set-Content reversed.pem
            (Get-PgCertificate reversed.pem).Where{ $_.Subject -eq 'CN=leaf' }.Status | Should -Be OutOfOrder
        }

        It 'says of a self-signed certificate with its key that it is self-signed, also if it is a CA' {
            Copy-Item root.crt own.crt
            (Get-PgCertificate own.crt).Status | Should -Be Good
            (Get-PgCertificate own.crt, root.key).Status | Should -Be SelfSigned, Good
        }

        It 'says of <Form> that OpenSSL does not read it' -ForEach @(
            @{ Form = 'UTF-16'; Make = { Get-Content -Raw leaf.crt | Set-Content -Encoding unicode odd.crt } }
            @{ Form = 'PEM with blanks before it'; Make = { Get-Content leaf.crt | ForEach-Object { "  $_" } | Set-Content odd.crt } }
        ) {
            & $Make
            openssl x509 -in odd.crt -noout 2> $null
            $LASTEXITCODE | Should -Not -Be 0
            (Get-PgCertificate odd.crt).Status | Should -Contain NotRead
        }

        It 'knows the size of a key of RSASSA-PSS' {
            openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key 2> $null
            openssl req -x509 -new -key pss.key -subj /CN=pss -days 9 -out pss.crt
            (Get-PgCertificate pss.crt, pss.key).KeySize | Should -Be 2048, 2048
        }

        It 'judges a file of CAs as a collection of roots' {
            Get-Content root.crt, $sandbox.Root | Set-Content roots.pem
            (Get-PgCertificate roots.pem).Status | Should -Be Good, Good
            (Get-PgCertificate middle.crt).Status | Should -Be MissingRoot
        }

        It 'knows that the key of a CA is elsewhere' {
            $seen = Get-PgCertificate leaf.crt, middle.crt, root.crt, leaf.key
            $seen.KeyMatches | Should -Be $true, $null, $null, $true
        }

        It 'reads a key and its certificate from one file' {
            Get-Content leaf.key, leaf.crt | Set-Content both.pem
            $certificate, $key = Get-PgCertificate both.pem
            $certificate.MatchingPath, $key.KeyMatches | Should -Be (Convert-Path both.pem), $true
        }

        It 'says of a request what it is, and goes on' {
            $seen = Get-PgCertificate leaf.csr, leaf.crt -ErrorVariable failures -ErrorAction SilentlyContinue
            $seen.Subject | Should -Be CN=leaf
            $failures.Exception.Message | Should -BeLike '*leaf.csr is a certificate signing request (CSR)*'
        }
    }

    It 'names a file that does not exist, and reads the others' {
        $seen = Get-PgCertificate "$TestDrive/none.crt", $sandbox.Root -ErrorVariable failures -ErrorAction SilentlyContinue
        $seen | Should -HaveCount 1
        $failures.FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
        $failures.TargetObject | Should -BeLike '*none.crt'
    }

    It 'does not repeat a key that is given in place of its file, as one text or line by line' {
        New-PgSelfSignedCertificate db1 -KeyPath $TestDrive/secret.key @quiet | Out-Null
        $lines = Get-Content $TestDrive/secret.key
        $seen = & {
            Get-PgCertificate (Get-Content -Raw $TestDrive/secret.key)
            $lines | Get-PgCertificate
            $lines | Get-PgRootCert
        } 2>&1
        $seen.FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
        $text = $seen | ForEach-Object { "$_"; $_ | Format-List * -Force | Out-String -Width 4096 }
        foreach ($line in $lines -notmatch '^-') { $text | Should -Not -Match ([regex]::Escape($line)) }
    }

    It 'names links that lead in a circle, and reads the others' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'links need privileges' }
        New-Item -ItemType SymbolicLink $TestDrive/one.crt -Value $TestDrive/two.crt -Force | Out-Null
        New-Item -ItemType SymbolicLink $TestDrive/two.crt -Value $TestDrive/one.crt -Force | Out-Null
        Get-PgCertificate $TestDrive/one.crt, $sandbox.Root -ErrorVariable failures -ErrorAction SilentlyContinue | Should -HaveCount 1
        $failures.FullyQualifiedErrorId | Should -Match '^File(NotFound|Unreadable),'
    }

    It 'passes over folders that wildcards find' {
        $folder = New-Folder
        New-Item -ItemType Directory $folder/a.crt | Out-Null
        Copy-Item $sandbox.Root $folder/b.crt
        (Get-PgCertificate $folder/*.crt).Path | Split-Path -Leaf | Should -Be b.crt
    }

    It 'pipes into the cmdlets that take certificates' {
        Get-PgCertificate $sandbox.Root | Install-PgRootCert -Path $TestDrive/installed.crt
        (Get-PgRootCert $TestDrive/installed.crt).Fingerprint | Should -Be (Get-PgCertificate $sandbox.Root).Fingerprint
    }
}
