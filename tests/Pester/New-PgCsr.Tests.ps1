BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1, $PSScriptRoot/PowerShell.psm1
    $sandbox = Get-Sandbox

    function New-Passphrase([string] $Text) {
        $secret = [securestring]::new()
        $Text.ToCharArray().ForEach{ $secret.AppendChar($_) }
        $secret
    }

    # What openssl prints of a request, without the label before it.
    function Get-OpenSslSubject([string] $Path) {
        (openssl req -in $Path -noout -subject -nameopt 'RFC2253,-esc_msb,utf8') -replace '^subject='
    }
}

Describe 'New-PgCsr' {
    # Every test starts in a folder of its own.
    BeforeEach {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))
        Push-Location $folder
        $PSDefaultParameterValues['New-PgCsr:WarningAction'] = 'Ignore'
    }

    AfterEach {
        Pop-Location
        $PSDefaultParameterValues.Remove('New-PgCsr:WarningAction')
    }

    It 'makes a key and a request that openssl accepts' {
        $request = New-PgCsr db1.example.com db1, '*.db.example.com' -IPAddress 10.0.0.1, ::1 -Organization 'ACME, "Inc." + Co' -Country us
        $request.KeyPath | Should -Be (Join-Path $folder server.key)
        $request.CsrPath | Should -Be (Join-Path $folder server.csr)
        openssl req -in server.csr -noout -verify 2>&1 | Out-String | Should -Match 'verify OK'
        openssl pkey -in server.key -check -noout | Should -Be 'Key is valid'
        Get-OpenSslSubject server.csr | Should -Be 'CN=db1.example.com,O=ACME\, \"Inc.\" \+ Co,C=US'
        openssl req -in server.csr -noout -text | Out-String |
            Should -Match 'DNS:db1.example.com, DNS:db1, DNS:\*.db.example.com, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1'
        $request.SubjectAlternativeName | Should -Be 'DNS:db1.example.com', 'DNS:db1', 'DNS:*.db.example.com', 'IP:10.0.0.1', 'IP:::1'
        $request.CsrPem | Should -BeExactly (Get-Content -Raw server.csr)
        $request.CsrPem | Should -Not -Match "`r"
        $request.KeyAlgorithm, $request.Role, $request.IsKeyEncrypted | Should -Be 'ecdsa-p256', 'Server', $false
    }

    It 'makes the key a file for its owner only' -Skip:$IsWindows {
        $null = New-PgCsr db1
        (Get-Item server.key).UnixMode | Should -Be '-rw-------'
        (Get-Item server.csr).UnixMode | Should -Be '-rw-r--r--'
    }

    It 'makes a key of the algorithm <_>' -ForEach 'ecdsa-p256', 'ecdsa-p384', 'rsa-2048' {
        (New-PgCsr db1 -KeyAlgorithm $_).KeyAlgorithm | Should -Be $_
        $expected = @{ 'ecdsa-p256' = 'P-256'; 'ecdsa-p384' = 'P-384'; 'rsa-2048' = '2048 bit' }[$_]
        openssl pkey -in server.key -noout -text | Out-String | Should -Match $expected
    }

    It 'takes the algorithm as PowerShell would spell it' {
        (New-PgCsr db1 -KeyAlgorithm EcdsaP384).KeyAlgorithm | Should -Be 'ecdsa-p384'
    }

    It 'takes a subject as <Form>' -ForEach @(
        @{ Form = 'RFC 4514 has it'; Subject = 'CN=db1.example.com,OU=\#1+O=ACME\, Inc.,C=US'; Expected = 'CN=db1.example.com,O=ACME\, Inc.+OU=\#1,C=US' }
        @{ Form = 'openssl has it'; Subject = '/C=US/O=ACME, Inc./CN=db1.example.com'; Expected = 'CN=db1.example.com,O=ACME\, Inc.,C=US' }
        @{ Form = 'this module shows it'; Subject = 'CN=db1.example.com, O="ACME, Inc.", C=US'; Expected = 'CN=db1.example.com,O=ACME\, Inc.,C=US' }
    ) {
        $request = New-PgCsr -Subject $Subject
        Get-OpenSslSubject server.csr | Should -Be $Expected
        $request.SubjectAlternativeName | Should -Be 'DNS:db1.example.com'
    }

    It 'of role <Role> is for <Purposes>' -ForEach @(
        @{ Role = 'Server'; Purposes = 'TLS Web Server Authentication'; Key = 'server.key' }
        @{ Role = 'Client'; Purposes = 'TLS Web Client Authentication'; Key = 'postgresql.key' }
        @{ Role = 'Replication'; Purposes = 'TLS Web Server Authentication, TLS Web Client Authentication'; Key = 'postgresql.key' }
    ) {
        $request = New-PgCsr app -Role $Role
        openssl req -in $request.CsrPath -noout -text | Out-String | Should -Match "Extended Key Usage: ?\r?\n *$Purposes\r?\n"
        Split-Path -Leaf $request.KeyPath | Should -Be $Key
        @($request.SubjectAlternativeName) | Should -Be @(if ($Role -eq 'Server') { 'DNS:app' })
    }

    It 'puts one file beside the other where only one is named' {
        $null = New-Item -ItemType Directory sub
        (New-PgCsr db1 -KeyPath sub/a.key).CsrPath | Should -Be (Join-Path $folder sub a.csr)
        (New-PgCsr db1 -CsrPath sub/b.csr).KeyPath | Should -Be (Join-Path $folder sub b.key)
        (New-PgCsr db1 -CsrPath 'TestDrive:/c.csr').CsrPath | Should -Be (Join-Path $TestDrive c.csr)
    }

    Context 'with a passphrase' {
        It 'encrypts the key, and prints the passphrase nowhere' {
            $all = New-PgCsr app -Role Client -Passphrase (New-Passphrase 'correct horse') -Verbose *>&1 | Format-List * | Out-String
            $all | Should -Not -Match 'correct horse'
            Get-Content postgresql.key -TotalCount 1 | Should -Be '-----BEGIN ENCRYPTED PRIVATE KEY-----'
            openssl pkey -in postgresql.key -passin 'pass:correct horse' -check -noout | Should -Be 'Key is valid'
        }

        It 'says what the server needs for it' {
            $null = New-PgCsr db1 -Passphrase (New-Passphrase x) -WarningAction SilentlyContinue -WarningVariable warnings
            "$warnings" | Should -Match ssl_passphrase_command_supports_reload
        }

        It 'refuses one that <Why>, and writes nothing' -ForEach @(
            @{ Why = 'OpenSSL cannot read'; Text = 'secret' * 200 }
            @{ Why = 'ends in a line break'; Text = "secret`n" }
        ) {
            New-PgCsr db1 -Passphrase (New-Passphrase $Text) -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidParameterValue,*'
            "$($failures[0])" | Should -Not -Match 'secret'
            Get-ChildItem | Should -BeNullOrEmpty
        }

        It 'refuses an empty one' {
            { New-PgCsr db1 -Passphrase ([securestring]::new()) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidParameterValue,*'
        }
    }

    Context 'with an existing key' {
        It 'uses it and writes no key' {
            $old = New-PgCsr db1 -Passphrase (New-Passphrase secret)
            $before = Get-FileHash server.key
            $new = New-PgCsr db1 -ExistingKey server.key -Passphrase (New-Passphrase secret) -CsrPath new.csr
            $new.SpkiSha256 | Should -Be $old.SpkiSha256
            $new.KeyPath | Should -Be $old.KeyPath
            $new.IsKeyEncrypted | Should -BeNullOrEmpty
            (Get-FileHash server.key).Hash | Should -Be $before.Hash
        }

        It 'is an error that says so: <Id>' -ForEach @(
            @{ Id = 'FileNotFound'; With = @{ ExistingKey = 'none.key' } }
            @{ Id = 'InvalidKeyFile'; With = @{ ExistingKey = 'encrypted.key' } }
            @{ Id = 'ContradictoryParameters'; With = @{ ExistingKey = 'plain.key'; KeyAlgorithm = 'rsa-2048' } }
            @{ Id = 'ContradictoryParameters'; With = @{ ExistingKey = 'plain.key'; KeyPath = 'other.key' } }
            @{ Id = 'UnsupportedKeyAlgorithm'; With = @{ ExistingKey = 'ed25519.key' } }
            @{ Id = 'InvalidKeyFile'; With = @{ ExistingKey = 'public.key' } }
        ) {
            $null = New-PgCsr db1 -KeyPath plain.key
            $null = New-PgCsr db1 -KeyPath encrypted.key -Passphrase (New-Passphrase secret)
            openssl genpkey -algorithm ed25519 -out ed25519.key
            openssl pkey -in plain.key -pubout -out public.key
            { New-PgCsr db1 @With -CsrPath new.csr -ErrorAction Stop } | Should -Throw -ErrorId "$Id,PgSsl.Cmdlets.NewPgCsrCommand"
            'new.csr' | Should -Not -Exist
        }
    }

    Context 'where files exist' {
        BeforeEach {
            $first = New-PgCsr db1
        }

        It 'overwrites neither of them' {
            Remove-Item server.csr
            { New-PgCsr db1 -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
            'server.csr' | Should -Not -Exist
            (New-PgCsr db1 -ExistingKey server.key).SpkiSha256 | Should -Be $first.SpkiSha256
        }

        It 'keeps backups with -Force' {
            $second = New-PgCsr db1 -Force
            $second.SpkiSha256 | Should -Not -Be $first.SpkiSha256
            $second.Backup | Should -HaveCount 2
            $second.Backups | Should -Be $second.Backup -Because 'it is the old name'
            Get-Content -Raw $second.Backup[1] | Should -BeExactly $first.CsrPem
            if (-not $IsWindows) { (Get-Item $second.Backup[0]).UnixMode | Should -Be '-rw-------' }
        }

        It 'tells with -WhatIf that it would fail, as it would' {
            { New-PgCsr db2 -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        }

        It 'changes nothing for the same wishes' {
            $hashes = (Get-FileHash server.key, server.csr).Hash
            $again = New-PgCsr db1
            $again.IsChanged, $again.SpkiSha256, $again.CsrPem | Should -Be $false, $first.SpkiSha256, $first.CsrPem
            $again.Remarks | Should -Match 'are what is asked for: nothing is written. -Force'
            (Get-FileHash server.key, server.csr).Hash | Should -Be $hashes
            (New-PgCsr db1 -ExistingKey server.key).IsChanged | Should -BeFalse
        }

        It 'says that others may have read the key, mode <Mode>' -Skip:$IsWindows -ForEach @{ Mode = '0644' }, @{ Mode = '0660' } {
            $null = New-PgCsr db1.example.com -KeyPath read.key
            chmod $Mode read.key
            $again = New-PgCsr db1.example.com -KeyPath read.key -WarningVariable warnings -WarningAction SilentlyContinue
            $again.IsChanged | Should -BeFalse
            $warnings | Should -Match "mode $Mode.*Expected is 0600.*chmod 0600 '.*read\.key'"
            $again.Remarks | Should -Contain $warnings[0].Message
        }

        It 'says whose the key is, if not ours' -Skip:($IsWindows -or (id -u) -ne 0) {
            $null = New-PgCsr db1.example.com -KeyPath given.key
            chown nobody given.key
            $again = New-PgCsr db1.example.com -KeyPath given.key -WarningVariable warnings
            $again.Remarks[1] | Should -Match 'belongs to nobody.*chown root'
            $warnings | Should -BeNullOrEmpty
        }

        It 'is an error that says what differs: <Says>' -ForEach @(
            @{ With = @{ CommonName = 'db2' }; Says = 'it is for CN=db1, not for CN=db2' }
            @{ With = @{ CommonName = 'db1'; DnsName = 'db1.example.com' }; Says = 'alternative names are DNS:db1, not DNS:db1, DNS:db1.example.com' }
            @{ With = @{ CommonName = 'db1'; KeyAlgorithm = 'rsa-2048' }; Says = 'server.key is ecdsa-p256, not rsa-2048' }
            @{ With = @{ CommonName = 'db1'; Role = 'Replication'; DnsName = 'db1'; KeyPath = 'server.key' }; Says = 'not for the role Replication' }
            @{ With = @{ CommonName = 'db1' }; Phrase = 'secret'; Says = 'is not encrypted' }
        ) {
            if ($Phrase) { $With.Passphrase = New-Passphrase $Phrase }
            $hashes = (Get-FileHash server.key, server.csr).Hash
            New-PgCsr @With -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction Ignore
            $failures.FullyQualifiedErrorId | Should -BeLike 'FileExists,*'
            "$failures" | Should -Match ([regex]::Escape($Says))
            (Get-FileHash server.key, server.csr).Hash | Should -Be $hashes
        }

        It 'is an error for a file that is not the request of the key: <Says>' -ForEach @(
            @{ Break = { Set-Content server.csr 'nothing' }; Says = 'not a certificate request' }
            @{ Break = { (Get-Content server.csr -Raw) -replace '(?m)^(.{20}).', '$1A' | Set-Content server.csr }; Says = 'not a certificate request, or its signature' }
            @{ Break = { $null = New-PgCsr db1 -KeyPath other.key; Copy-Item other.key server.key }; Says = 'made with another key' }
            @{ Break = { Set-Content server.key 'nothing' }; Says = 'its key cannot be read' }
        ) {
            & $Break
            New-PgCsr db1 -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'FileExists,*'
            "$failures" | Should -Match $Says
        }

        It 'changes nothing for the same renewal, and is an error for the next one' {
            $with = @{ Certificate = New-PgSelfSignedCertificate db1 -KeyPath served.key -WarningAction Ignore; KeyPath = 'new.key' }
            (New-PgCsr @with).IsChanged, (New-PgCsr @with).IsChanged | Should -Be $true, $false
            $with.Certificate = New-PgSelfSignedCertificate db1 -ExistingKey new.key -WarningAction Ignore
            New-PgCsr @with -ErrorVariable failures -ErrorAction SilentlyContinue
            "$failures" | Should -Match 'is that of the certificate to renew, and a renewal gets a new key'
            (New-PgCsr @with -Force).IsChanged | Should -BeTrue
        }

        It 'changes nothing for the same wishes with a passphrase' {
            $with = @{ CommonName = 'db9'; KeyPath = 'encrypted.key'; Passphrase = New-Passphrase secret; WarningAction = 'Ignore' }
            (New-PgCsr @with).IsChanged | Should -BeTrue
            $again = New-PgCsr @with
            $again.IsChanged, $again.IsKeyEncrypted | Should -Be $false, $true
            $with.Passphrase = New-Passphrase wrong
            { New-PgCsr @with -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        }
    }

    It 'writes nothing with -WhatIf, and says what it would write' {
        $said = Invoke-PowerShell -Arguments (Get-Module PgSsl).Path {
            Import-Module $args[0]
            New-PgCsr db1 -Organization ACME -WhatIf
        }
        "$said" | Should -Match 'Create the private key .*server.key \(ecdsa-p256, .*and create the certificate request .*server.csr for CN=db1, O=ACME \(DNS:db1\)'
        Get-ChildItem | Should -BeNullOrEmpty
    }

    It 'refuses <Why> before it writes anything' -ForEach @(
        @{ Why = 'no name'; Id = 'InvalidSubject'; With = @{}; Says = 'No subject' }
        @{ Why = 'a country in words'; Id = 'InvalidSubject'; With = @{ CommonName = 'db1'; Country = 'Germany' }; Says = 'country \(C\) "Germany"' }
        @{ Why = 'a country that is none'; Id = 'InvalidSubject'; With = @{ CommonName = 'db1'; Country = 'UK' }; Says = 'is GB' }
        @{ Why = 'an e-mail address without an @'; Id = 'InvalidSubject'; With = @{ CommonName = 'db1'; EmailAddress = 'dba' }; Says = 'is not an e-mail address' }
        @{ Why = 'a name that is too long'; Id = 'InvalidSubject'; With = @{ CommonName = 'x' * 65 }; Says = 'common name \(CN\) .* has 65 characters' }
        @{ Why = 'a NUL'; Id = 'InvalidSubject'; With = @{ CommonName = 'db1'; Organization = "a`0b" }; Says = 'organization \(O\) .* control character' }
        @{ Why = 'an empty subject'; Id = 'InvalidSubject'; With = @{ Subject = '' }; Says = 'empty' }
        @{ Why = 'nothing but empty fields'; Id = 'InvalidSubject'; With = @{ CommonName = ''; DnsName = $null; Locality = '' }; Says = 'No subject' }
        @{ Why = 'a bad wildcard'; Id = 'InvalidHostName'; With = @{ CommonName = 'db*.example.com' }; Says = 'whole first label' }
        @{ Why = 'a name with a port'; Id = 'InvalidHostName'; With = @{ CommonName = 'db1:5432' }; Says = 'port' }
        @{ Why = 'subject and field'; Id = 'ContradictoryParameters'; With = @{ CommonName = 'db1'; Subject = 'CN=db1' }; Says = 'fields' }
        @{ Why = 'an address as a DNS name'; Id = 'InvalidHostName'; With = @{ CommonName = 'db1'; DnsName = '10.0.0.1' }; Says = 'is an IP address' }
        @{ Why = 'a name as an address'; Id = 'InvalidHostName'; With = @{ CommonName = 'db1'; IPAddress = 'db1' }; Says = 'not an IP address' }
        @{ Why = 'a wildcard in the middle'; Id = 'InvalidHostName'; With = @{ CommonName = 'db1'; DnsName = 'db.*.test' }; Says = 'whole first label' }
        @{ Why = 'Ed25519'; Id = 'UnsupportedKeyAlgorithm'; With = @{ CommonName = 'db1'; KeyAlgorithm = 'Ed25519' }; Says = 'channel binding' }
        @{ Why = 'a client without a role'; Id = 'InvalidSubject'; With = @{ Organization = 'ACME'; Role = 'Client' }; Says = 'no common name' }
        @{ Why = 'a folder that is not there'; Id = 'FileNotFound'; With = @{ CommonName = 'db1'; KeyPath = 'nowhere/server.key' }; Says = 'directory' }
    ) {
        New-PgCsr @With -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -Be "$Id,PgSsl.Cmdlets.NewPgCsrCommand"
        "$($failures[0])" | Should -Match $Says
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-ChildItem | Should -BeNullOrEmpty
    }

    It 'says that nobody can verify what is no host' {
        $null = New-PgCsr 'project:instance' -WarningAction SilentlyContinue -WarningVariable warnings
        "$warnings" | Should -Match 'verify-full .* -DnsName'
    }

    Context 'from what is served' {
        It 'asks for the same subject and names, with a new key, in files named after the host' {
            $served = Get-PgServerCertificate $sandbox.Good
            $request = $served | New-PgCsr
            $request.Subject | Should -Be $served.Subject
            $request.SubjectAlternativeName | Should -Be $served.SubjectAlternativeName
            $request.SpkiSha256 | Should -Not -Be $served.SpkiSha256
            Split-Path -Leaf $request.KeyPath | Should -Be "localhost-$($sandbox.GoodPort).key"
        }

        It 'says that the new key is of another kind: <Kind>' -ForEach @(
            @{ Kind = 'none given'; With = @{}; Says = 'kind RSA .*ecdsa-p256.*-KeyAlgorithm Same' }
            @{ Kind = 'the same'; With = @{ KeyAlgorithm = 'Same' }; Says = $null }
            @{ Kind = 'asked for'; With = @{ KeyAlgorithm = 'ecdsa-p384' }; Says = $null }
        ) {
            $old = New-PgSelfSignedCertificate db1 -KeyAlgorithm rsa-2048 -KeyPath old.key -WarningAction Ignore
            $request = Get-Item $old.CertificatePath | New-PgCsr -KeyPath new.key @With -WarningVariable warnings -WarningAction SilentlyContinue
            if ($Says) { $warnings | Should -Match $Says } else { $warnings | Should -BeNullOrEmpty }
            $request.Remarks | Should -Be $warnings.Message
        }

        It 'makes one request for each of several servers' {
            $requests = Get-PgServerCertificate $sandbox.Good, $sandbox.Expired | New-PgCsr
            $requests.CsrPath | Should -HaveCount 2
            $requests.CsrPath | Should -Exist
        }

        It 'takes what it got from a job or a file' {
            $served = Get-PgServerCertificate $sandbox.Good
            $again = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($served, 3))
            ($again | New-PgCsr).SubjectAlternativeName | Should -Be $served.SubjectAlternativeName
        }

        It 'lets what is named win' {
            $request = Get-PgServerCertificate $sandbox.Good | New-PgCsr -DnsName db1.example.com -KeyPath new.key
            $request.SubjectAlternativeName | Should -Contain 'DNS:db1.example.com'
            Split-Path -Leaf $request.CsrPath | Should -Be new.csr
        }

        It 'warns where the host that was asked is none of the names' {
            $null = Get-PgServerCertificate $sandbox.Good | New-PgCsr -WarningAction SilentlyContinue -WarningVariable none
            $none | Should -BeNullOrEmpty
            $null = Get-PgServerCertificate $sandbox.Good |
                New-PgCsr -DnsName db1.example.com -KeyPath new.key -CommonName db1.example.com -WarningAction SilentlyContinue -WarningVariable warnings
            "$warnings" | Should -Match 'sent the certificate, "localhost", is not one of its alternative names'
        }

        It 'adds another common name to the names' {
            $served = Get-PgServerCertificate $sandbox.Good
            $request = $served | New-PgCsr -CommonName db2.example.com
            $request.SubjectAlternativeName | Should -Be (@('DNS:db2.example.com') + $served.SubjectAlternativeName)
        }

        It 'goes on after a certificate with a name that no request may have' {
            $key = [Security.Cryptography.ECDsa]::Create()
            $odd = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=odd', $key, 'SHA256')
            $odd.CertificateExtensions.Add([Security.Cryptography.X509Certificates.X509Extension]::new('2.5.29.17', [byte[]](0x30, 7, 0x87, 5, 10, 0, 0, 0, 1), $false))
            $odd = $odd.CreateSelfSigned([datetime]::UtcNow, [datetime]::UtcNow.AddDays(1))
            $good = (Get-PgServerCertificate $sandbox.Good).Certificate
            $odd | New-PgCsr -WhatIf -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'MalformedCertificate,*'
            @($odd, $good | New-PgCsr -ErrorAction SilentlyContinue) | Should -HaveCount 1
        }

        It 'takes a certificate, or the file of one' {
            $served = Get-PgServerCertificate $sandbox.Good
            Set-Content old.crt $served.ChainPem
            (New-PgCsr -Certificate old.crt).Subject | Should -Be $served.Subject
            ($served.Certificate | New-PgCsr -Force).Subject | Should -Be $served.Subject
        }

        It 'says what is none' {
            { 'db1' | New-PgCsr -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
            { 'db1:5432' | New-PgCsr -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
            { New-PgCsr -Certificate $sandbox.ClientKey -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidCertificateFile,*'
        }

        It 'says what to do with <What>' -ForEach @(
            @{ What = 'a host name'; Make = { 'db1' }; Says = 'the name of a host goes to -CommonName' }
            @{ What = 'an endpoint'; Make = { 'db1:5432' }; Says = 'the name of a host goes to -CommonName' }
            @{ What = 'a key'; Make = { $sandbox.ClientKey }; Says = 'Give the certificate to renew\. Only its owner needs the key' }
            @{ What = 'a request'; Make = { (New-PgCsr db1).CsrPath }; Says = 'the certificate that the CA issued for it' }
            @{ What = 'PKCS #12'; Says = 'openssl pkcs12 -in .* -clcerts -nokeys'; Make = {
                    $made = New-PgSelfSignedCertificate db1 -WarningAction Ignore
                    openssl pkcs12 -export -in $made.CertificatePath -inkey $made.KeyPath -passout pass: -out (Join-Path $folder old.pfx)
                    Join-Path $folder old.pfx
                }
            }
        ) {
            New-PgCsr -Certificate (& $Make) -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures[0].ErrorDetails.RecommendedAction | Should -Match $Says
        }
    }

    It 'makes one request for each row of a table' {
        $rows = 'CommonName,DnsName', 'db1.example.com,db1', 'db2.example.com,db2' | ConvertFrom-Csv
        $requests = $rows | New-PgCsr -Organization ACME
        (Split-Path -Leaf $requests.KeyPath) | Should -Be 'db1.example.com.key', 'db2.example.com.key'
        $requests[1].SubjectAlternativeName | Should -Be 'DNS:db2.example.com', 'DNS:db2'
    }

    It 'takes empty and missing cells of a table as not given' {
        $rows = 'CommonName,Organization,DnsName,IPAddress,Country,Role', 'db1,ACME,db1.test,10.0.0.1,DE,Server', 'db2,ACME', 'db3,,,,,', 'db4,ACME,db4.test' |
            ConvertFrom-Csv
        $requests = $rows | New-PgCsr -ErrorAction Stop
        $requests.Subject | Should -Be 'CN=db1, O=ACME, C=DE', 'CN=db2, O=ACME', 'CN=db3', 'CN=db4, O=ACME'
        $requests.SubjectAlternativeName | Should -Be 'DNS:db1', 'DNS:db1.test', 'IP:10.0.0.1', 'DNS:db2', 'DNS:db3', 'DNS:db4', 'DNS:db4.test'
    }

    It 'takes null as not given' {
        $request = New-PgCsr db1 -DnsName $null, 'a' -IPAddress $null -OrganizationalUnit $null -Organization $null
        $request.Subject | Should -Be 'CN=db1'
        $request.SubjectAlternativeName | Should -Be 'DNS:db1', 'DNS:a'
    }

    It 'offers only key algorithms that it makes' {
        { New-PgCsr db1 -KeyAlgorithm dsa } | Should -Throw '*is not one of: ecdsa-p256, ecdsa-p384, rsa-3072, rsa-2048, rsa-4096, same.*'
    }

    It 'does not overwrite the request of one row with that of the next, not even with -Force' {
        $rows = 'CommonName', 'db1', 'db1' | ConvertFrom-Csv
        $requests = $rows | New-PgCsr -Force -ErrorAction SilentlyContinue -ErrorVariable failures
        @($requests) | Should -HaveCount 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'FileExists,*'
    }

    It 'shows a command that can be copied, whatever the folder is called' {
        $null = New-Item -ItemType Directory "DBA's keys"
        $text = (New-PgCsr db1 -KeyPath "DBA's keys/server.key" | Out-String -Width 1000) -replace '\s+', ' '
        $text | Should -Match 'openssl req -in "[^"]*DBA''s keys.server.csr" -noout'
    }

    It 'shows as a list that says what to do next' {
        $text = New-PgCsr db1 | Out-String
        $text | Should -Match '(?m)^NextStep\s+: 1\. Look at it: openssl req'
        $text | Should -Not -Match 'BEGIN'
        New-PgCsr db2 -KeyPath b.key | Format-Table | Out-String | Should -Match '(?m)^CommonName +Role +KeyAlgorithm +KeyFile +CsrFile'
    }
}
