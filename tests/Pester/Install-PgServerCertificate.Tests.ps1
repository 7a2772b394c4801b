BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $servers = @(
        @{ Server = 'Deployed'; Version = [int](Get-Sandbox).Major }
        if ((Get-Sandbox).DeployedDirect) { @{ Server = 'DeployedDirect'; Version = 18 } }
    )
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $WarningPreference = 'SilentlyContinue'

    # A CA that prints what it makes of a request, as openssl does: line by line, with its issuer.
    filter Invoke-SandboxCA([int] $Days = 90) {
        openssl x509 -req -in $_.CsrPath -CA $sandbox.IssuerCertificate -CAkey $sandbox.IssuerKey -copy_extensions copy -days $Days 2> $null
        Get-Content $sandbox.IssuerCertificate
    }

    # A CA whose answer is an object that still knows the request.
    filter Invoke-ObjectCA {
        $pem = $_ | Invoke-SandboxCA | Out-String
        [pscustomobject]@{ CertificatePem = $pem; KeyPath = $_.KeyPath }
    }

    function Get-Served([string] $Server) { (Get-PgServerCertificate $sandbox.$Server).Fingerprint }

    function Get-Endpoint([string] $Server) { "postgresql://postgres@$($sandbox.$Server)" }
}

Describe 'Install-PgServerCertificate' {
    BeforeEach {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))
        Push-Location $folder
        $offline = @{ SslCertFile = "$folder/pg/server.crt"; SslKeyFile = "$folder/pg/server.key" }
        $null = New-Item -ItemType Directory pg
    }

    AfterEach { Pop-Location }

    Context 'a running server, PostgreSQL <Version>' -ForEach $servers {
        It 'serves what the pipeline brings: New-PgCsr, a CA, and the server' {
            $before = Get-Served $Server
            $made = New-PgCsr localhost -IPAddress 127.0.0.1, ::1 | Invoke-SandboxCA | Install-PgServerCertificate -KeyPath server.key -Endpoint (Get-Endpoint $Server)
            $made.IsChanged, $made.IsProven | Should -Be $true, $true
            $made.PreviousFingerprint | Should -Be $before
            $made.Fingerprint | Should -Be (Get-Served $Server)
            $made.DaysRemaining | Should -Be 89
            $made.SubjectAlternativeName | Should -Contain 'IP:127.0.0.1'
            $made.Backup | Should -HaveCount 2
            (Test-PgSslMode $sandbox.$Server -UserName app -Database postgres -SslMode verify-full -RootCertificate $sandbox.Root).VerifiesServer | Should -BeTrue
        }

        It 'takes the key from an object that knows it' {
            $made = New-PgCsr localhost -IPAddress 127.0.0.1, ::1 | Invoke-ObjectCA | Install-PgServerCertificate -Endpoint (Get-Endpoint $Server)
            $made.IsProven | Should -BeTrue
            $made.Fingerprint | Should -Be (Get-Served $Server)
        }

        It 'has nothing to do the second time' {
            New-PgCsr localhost -IPAddress 127.0.0.1, ::1 | Invoke-SandboxCA | Set-Content answer.pem
            $setup = @{ Certificate = 'answer.pem'; KeyPath = 'server.key'; Endpoint = Get-Endpoint $Server }
            (Install-PgServerCertificate @setup).IsChanged | Should -BeTrue
            $again = Install-PgServerCertificate @setup
            $again.IsChanged, $again.IsProven | Should -Be $false, $null
            $again.Backup | Should -BeNullOrEmpty
        }

        It 'renews with the key that the server has' {
            $key = Join-Path $sandbox."${Server}Data" server.key
            $made = New-PgCsr localhost -ExistingKey $key -CsrPath renew.csr -IPAddress 127.0.0.1, ::1 | Invoke-SandboxCA | Install-PgServerCertificate -Endpoint (Get-Endpoint $Server)
            $made.IsProven | Should -BeTrue
            $made.Backup | Should -HaveCount 1
        }

        It 'gets new names where each connection reads both files' {
            $endpoint = Get-Endpoint $Server
            $old = New-PgCsr localhost -IPAddress 127.0.0.1, ::1 | Invoke-ObjectCA | Install-PgServerCertificate -Endpoint $endpoint
            $data = Split-Path $old.KeyPath
            # What the postmaster of such a server writes.
            $sign = New-Item (Join-Path $data global/config_exec_params)
            try {
                $answer = New-PgCsr localhost -IPAddress 127.0.0.1, ::1 -Force | Invoke-ObjectCA
                Start-Transcript "$TestDrive/names.txt" | Out-Null
                try { $answer | Install-PgServerCertificate -Endpoint $endpoint -WhatIf | Should -BeNullOrEmpty }
                finally { Stop-Transcript | Out-Null }
                $shown = Get-Content -Raw "$TestDrive/names.txt"
                $shown | Should -Match "Create $data/server-[0-9A-F]{12}\.key"
                $shown | Should -Match "ALTER SYSTEM SET ssl_cert_file = 'server-[0-9A-F]{12}\.crt'; -- was 'server\.crt'"
                Get-Served $Server | Should -Be $old.Fingerprint

                $made = $answer | Install-PgServerCertificate -Endpoint $endpoint
                $made.IsProven | Should -BeTrue
                $made.CertificatePath, $made.KeyPath | Should -Match '/server-[0-9A-F]{12}\.(crt|key)$'
                $made.Changes.Name | Should -Be ssl_cert_file, ssl_key_file
                $made.Backup | Should -Be $old.KeyPath, $old.CertificatePath
                ($made | Format-List | Out-String) | Should -Match 'ssl_key_file: server\.key -> server-'
                Get-Served $Server | Should -Be $made.Fingerprint
                ($answer | Install-PgServerCertificate -Endpoint $endpoint).IsChanged | Should -BeFalse
            }
            finally {
                Remove-Item $sign
                $null = Enable-PgSsl $endpoint -CertificatePath $old.CertificatePath -KeyPath $old.KeyPath
            }
        }

        It 'changes nothing with -WhatIf' {
            $before = Get-Served $Server
            New-PgCsr localhost -IPAddress 127.0.0.1 | Invoke-SandboxCA | Set-Content answer.pem
            Install-PgServerCertificate answer.pem server.key -Endpoint (Get-Endpoint $Server) -WhatIf | Should -BeNullOrEmpty
            Get-Served $Server | Should -Be $before
        }

        It 'refuses what clients would, and does it with -Force' {
            $before = Get-Served $Server
            New-PgCsr localhost -IPAddress 127.0.0.1, ::1 | Invoke-SandboxCA | Set-Content answer.pem
            $setup = @{ Certificate = 'answer.pem'; KeyPath = 'server.key'; Endpoint = Get-Endpoint $Server; HostName = 'db1.example.com' }
            Install-PgServerCertificate @setup -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure.FullyQualifiedErrorId | Should -Match '^ConnectionsAtRisk,'
            $failure.ErrorDetails.RecommendedAction | Should -Match '-Force'
            Get-Served $Server | Should -Be $before
            (Install-PgServerCertificate @setup -Force).IsProven | Should -BeFalse -Because 'clients of that name lose the server'
            Get-Served $Server | Should -Not -Be $before
        }

        It 'refuses a leaf without the intermediate that is served now, and with fewer names' {
            New-PgCsr localhost db1.example.com -IPAddress 127.0.0.1, ::1 | Invoke-SandboxCA | Install-PgServerCertificate -KeyPath server.key -Endpoint (Get-Endpoint $Server) -Force | Out-Null
            $before = Get-Served $Server
            New-PgCsr localhost -KeyPath next.key | Invoke-SandboxCA | Set-Content answer.pem
            openssl x509 -in answer.pem -out leaf.pem
            $setup = @{ Certificate = 'leaf.pem'; KeyPath = 'next.key'; Endpoint = Get-Endpoint $Server }
            Install-PgServerCertificate @setup -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure.FullyQualifiedErrorId | Should -Match '^ConnectionsAtRisk,'
            "$failure" | Should -Match "'Pester Issuing CA', which issued 'localhost', is not among the certificates given"
            "$failure" | Should -Match 'It lacks names of the certificate that .* serves now: DNS:db1\.example\.com'
            $failure.ErrorDetails.RecommendedAction | Should -Match '-Force'
            Get-Served $Server | Should -Be $before
            (Install-PgServerCertificate @setup -Force).IsProven | Should -BeFalse
            # The next tests begin with a chain and all names.
            New-PgCsr localhost -KeyPath last.key -IPAddress 127.0.0.1, ::1 | Invoke-SandboxCA | Install-PgServerCertificate -KeyPath last.key -Endpoint (Get-Endpoint $Server) | Out-Null
        }

        It 'refuses the wrong key, and the old certificate is served' {
            $before = Get-Served $Server
            New-PgCsr localhost -IPAddress 127.0.0.1 | Invoke-SandboxCA | Set-Content answer.pem
            $null = New-PgCsr other -KeyPath other.key
            Install-PgServerCertificate answer.pem other.key -Endpoint (Get-Endpoint $Server) -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure.FullyQualifiedErrorId | Should -Match '^KeyMismatch,'
            "$failure" | Should -Match 'The key .*other\.key belongs to none of the certificates'
            Get-Served $Server | Should -Be $before
        }

        It 'tells a role what it lacks' {
            New-PgCsr localhost | Invoke-SandboxCA | Set-Content answer.pem
            Install-PgServerCertificate answer.pem server.key -Endpoint "postgresql://app@$($sandbox.$Server)/postgres" -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure.FullyQualifiedErrorId | Should -Match '^InsufficientPrivilege,'
            $failure.ErrorDetails.RecommendedAction | Should -Be 'GRANT EXECUTE ON FUNCTION pg_reload_conf() TO "app"'
        }
    }

    Context 'what the CA gave' {
        BeforeEach {
            $request = New-PgCsr db1.example.com
            $request | Invoke-SandboxCA | Set-Content answer.pem
            $leaf = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem((Get-Content -Raw answer.pem))
        }

        It 'is a chain in the right order from <Form>' -ForEach @(
            @{ Form = 'PEM'; Certificate = { 'answer.pem' } }
            @{ Form = 'the wrong order, with the root'; Certificate = { Get-Content $sandbox.Root, $sandbox.IssuerCertificate, answer.pem | Set-Content all.pem; 'all.pem' } }
            @{ Form = 'leaf and intermediate apart'; Certificate = { openssl x509 -in answer.pem -out leaf.pem; $sandbox.IssuerCertificate, 'leaf.pem' } }
            @{ Form = 'DER and PEM'; Certificate = { openssl x509 -in answer.pem -outform DER -out leaf.der; 'leaf.der', $sandbox.IssuerCertificate } }
            @{ Form = 'PKCS #7'; Certificate = { openssl crl2pkcs7 -nocrl -certfile answer.pem -out all.p7b; 'all.p7b' } }
            @{ Form = 'PKCS #7 in DER'; Certificate = { openssl crl2pkcs7 -nocrl -certfile answer.pem -outform DER -out all.p7b; 'all.p7b' } }
            @{ Form = 'text'; Certificate = { Get-Content -Raw answer.pem } }
            @{ Form = 'lines'; Certificate = { Get-Content answer.pem } }
            @{ Form = 'lines with words around them'; Certificate = { 'Certificate:', '    Data:'; Get-Content answer.pem } }
            @{ Form = 'objects'; Certificate = { $leaf, [Security.Cryptography.X509Certificates.X509Certificate2]::new($sandbox.IssuerCertificate) } }
            @{ Form = 'files from a folder'; Certificate = { Get-Item answer.pem } }
            @{ Form = 'an object with PEM beside the certificate'; Certificate = { [pscustomobject]@{ CertificatePem = Get-Content -Raw answer.pem; Certificate = $leaf } } }
            @{ Form = 'an object with a path'; Certificate = { [pscustomobject]@{ CertificatePath = "$folder/answer.pem" } } }
        ) {
            $made = & $Certificate | Install-PgServerCertificate -KeyPath server.key @offline
            $made.IsChanged, $made.IsProven | Should -Be $true, $false
            $written = (Get-Content -Raw pg/server.crt) -split '(?<=-----END CERTIFICATE-----)\r?\n' -match 'BEGIN'
            $written.ForEach{ ($_ | openssl x509 -noout -subject) -replace '.*CN = ' } | Should -Be 'db1.example.com', 'Pester Issuing CA'
            (Get-Content -Raw pg/server.key) | Should -BeExactly (Get-Content -Raw server.key)
        }

        It 'may bring the key with it (PKCS #12)' {
            openssl pkcs12 -export -in answer.pem -inkey server.key -passout pass:opensesame -out all.p12
            $secret = [securestring]::new()
            'opensesame'.ToCharArray().ForEach{ $secret.AppendChar($_) }
            $made = Install-PgServerCertificate all.p12 -Pkcs12Password $secret @offline
            $made.Subject | Should -Be 'CN=db1.example.com'
            openssl pkey -in pg/server.key -pubout | Should -Be (openssl pkey -in server.key -pubout)
            { Install-PgServerCertificate all.p12 @offline -ErrorAction Stop } | Should -Throw '*cannot be opened without a password.'
        }

        It 'is completed from the roots of clients' {
            openssl x509 -in answer.pem -out leaf.pem
            Get-Content $sandbox.Root, $sandbox.IssuerCertificate | Set-Content ca.pem
            $made = Install-PgServerCertificate leaf.pem server.key -CaPath ca.pem @offline
            $made.Remarks | Should -Contain "The intermediate 'Pester Issuing CA' is added, because the CA did not send it."
            (Get-Content pg/server.crt) -match 'BEGIN' | Should -HaveCount 2
        }

        It 'is given by -CertificatePath as well' {
            (Install-PgServerCertificate -CertificatePath answer.pem -KeyPath server.key @offline).Subject | Should -Be 'CN=db1.example.com'
        }

        It 'is not $null' {
            { Install-PgServerCertificate $null server.key @offline -ErrorAction Stop } | Should -Throw '-Certificate is $null.'
        }

        It 'is no request' {
            New-PgCsr x -KeyPath x.key | Install-PgServerCertificate @offline -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures | Should -HaveCount 1 -Because 'what is left is not installed without it'
            $failures[0].Exception.Message | Should -Be 'This is a certificate signing request (CSR), not a certificate.'
        }

        It 'is something' {
            { Install-PgServerCertificate no-such-file server.key @offline -ErrorAction Stop } | Should -Throw 'There is no file no-such-file, and this text is not a certificate either.'
            { Install-PgServerCertificate -KeyPath server.key @offline -ErrorAction Stop } | Should -Throw 'There is nothing to install: no certificate is given.'
        }
    }

    Context 'files' {
        BeforeEach {
            New-PgCsr db1.example.com | Invoke-SandboxCA | Set-Content answer.pem
        }

        It 'belong to the server''s account, the key to nobody else' -Skip:($IsWindows -or (id -u) -ne 0) {
            $null = Install-PgServerCertificate answer.pem server.key @offline -ServerAccount nobody
            (Get-Item pg/server.key).UnixMode, (Get-Item pg/server.key).User | Should -Be '-rw-------', 'nobody'
            (Get-Item pg/server.crt).UnixMode, (Get-Item pg/server.crt).User | Should -Be '-rw-r--r--', 'nobody'
        }

        It 'are kept as backups, and a key for everybody is no more' -Skip:$IsWindows {
            $oldKey = '-----BEGIN PRIVATE KEY-----', 'old', '-----END PRIVATE KEY-----'
            $oldKey | Set-Content pg/server.key
            $oldKey -replace 'PRIVATE KEY', 'CERTIFICATE' | Set-Content pg/server.crt
            chmod 0644 pg/server.key
            $made = Install-PgServerCertificate answer.pem server.key @offline
            Get-Content $made.Backup[0] | Should -Be $oldKey
            $made.Backup | Should -HaveCount 2
            # The server takes a key of root's that its group may read.
            $private = (id -u) -eq 0 ? '-rw-r-----' : '-rw-------'
            (Get-Item pg/server.key).UnixMode | Should -Be $private
            # A backup is exactly as its file was.
            (Get-Item $made.Backup[0]).UnixMode | Should -Be '-rw-r--r--'
        }

        It 'of others are left alone' {
            $snakeoil = @{ SslCertFile = "$folder/pg/ssl-cert-snakeoil.pem"; SslKeyFile = "$folder/pg/server.key" }
            { Install-PgServerCertificate answer.pem server.key @snakeoil -ErrorAction Stop } | Should -Throw '*does not belong to the server alone*'
        }

        It 'are not named without a server' {
            { Install-PgServerCertificate answer.pem server.key -ErrorAction Stop } | Should -Throw 'Neither a server nor its two files are named.'
        }

        It 'get no key that the server could not open, and its passphrase is told to nobody' {
            $secret = [securestring]::new()
            'opensesame'.ToCharArray().ForEach{ $secret.AppendChar($_) }
            New-PgCsr db2 -KeyPath db2.key -Passphrase $secret | Invoke-SandboxCA | Set-Content db2.pem
            $all = Install-PgServerCertificate db2.pem db2.key -KeyPassphrase $secret -Endpoint (Get-Endpoint Deployed) -Verbose -Debug *>&1
            $all[-1].FullyQualifiedErrorId | Should -Match '^RequirementNotMet,'
            $all | Format-List * -Force | Out-String | Should -Not -MatchExactly 'opensesame|PRIVATE KEY'
        }
    }

    # One PgBouncer, whose tests go on from each other: first its TLS is off, then on, then renewed.
    Context 'a PgBouncer' {
        BeforeAll {
            $ini = $sandbox.PoolerIni
            function Get-PoolerTransport { Get-PsqlTransport "host=127.0.0.1 port=$($sandbox.PoolerPort) user=app dbname=postgres $args" }
            function Get-IniSetting { @(Get-Content $ini) -match '^client_tls' }
            function Get-Sha256 { (Get-PgServerCertificate $sandbox.Pooler).Fingerprint }
        }

        BeforeEach {
            if (-not $ini) { Set-ItResult -Skipped -Because $sandbox.PoolerMissing }
            New-PgCsr localhost -IPAddress 127.0.0.1 | Invoke-SandboxCA | Set-Content answer.pem
            $pooler = @{ Certificate = 'answer.pem'; KeyPath = 'server.key'; PgBouncerIni = $ini }
        }

        It 'stays as it is with -WhatIf' {
            $before = Get-Content -Raw $ini
            Install-PgServerCertificate @pooler -WhatIf | Should -BeNullOrEmpty
            Get-Content -Raw $ini | Should -BeExactly $before
            Get-ChildItem (Split-Path $ini) -Filter *.key | Should -BeNullOrEmpty
        }

        It 'has no TLS, and gets it, in files beside its configuration' {
            $made = Install-PgServerCertificate @pooler -WarningVariable warnings
            $made.IsChanged, $made.IsProven | Should -Be $true, $true
            $made.Endpoint | Should -Be $sandbox.Pooler
            $made.Proofs.Name | Should -Be 'Reload', 'Wire'
            $made.Fingerprint | Should -Be (Get-Sha256)
            $made.KeyPath, $made.CertificatePath | Should -Be ($ini -replace 'ini$', 'key'), ($ini -replace 'ini$', 'crt')
            Get-IniSetting | Should -Be 'client_tls_sslmode = prefer', "client_tls_key_file = $($made.KeyPath)", "client_tls_cert_file = $($made.CertificatePath)"
            $warnings | Should -Match 'nobody is locked out|Clients may use plaintext|server_tls_sslmode'
            $made.Remarks | Should -Be $warnings.Message
            Get-PoolerTransport sslmode=verify-full sslrootcert=$($sandbox.Root) | Should -Be tls
            Get-PoolerTransport sslmode=disable | Should -Be plaintext
        }

        It 'can read its key, and nobody else' -Skip:$IsWindows {
            $key = Get-Item ($ini -replace 'ini$', 'key')
            $key.UnixMode, $key.User | Should -Be '-rw-------', (Get-Item $ini).User
        }

        It 'gets nothing the second time' {
            (Install-PgServerCertificate @pooler).IsProven | Should -BeTrue
            $again = Install-PgServerCertificate @pooler -WarningVariable warnings
            $again.IsChanged, $again.IsProven | Should -Be $false, $null
            $again.Backup | Should -BeNullOrEmpty
            $warnings | Should -BeNullOrEmpty
        }

        It 'is told by its admin console with -Credential, where no reload came after the files' {
            $made = Install-PgServerCertificate @pooler
            $null = New-PgCsr localhost -IPAddress 127.0.0.1 -ExistingKey $made.KeyPath -CsrPath again.csr | Invoke-SandboxCA | Set-Content $made.CertificatePath
            $secret = [securestring]::new()
            $secret.AppendChar('x')
            $boss = [pscredential]::new('boss', $secret)
            $told = Install-PgServerCertificate $made.CertificatePath -PgBouncerIni $ini -Credential $boss
            $told.IsProven | Should -BeTrue
            $told.Proofs[0].Detail | Should -Match 'RELOAD in the admin console'
            $told.Backup | Should -BeNullOrEmpty
            $told.Fingerprint | Should -Be (Get-Sha256)
            $told.Fingerprint | Should -Not -Be $made.Fingerprint
        }

        It 'is renewed while sessions through it go on' {
            $start = [Diagnostics.ProcessStartInfo]::new($sandbox.Psql, [string[]]('-XAtq', '-d',
                "host=127.0.0.1 port=$($sandbox.PoolerPort) user=app dbname=postgres sslmode=verify-full sslrootcert=$($sandbox.Root) gssencmode=disable"))
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            $session = [Diagnostics.Process]::Start($start)
            $session.StandardInput.WriteLine("SELECT 'before';")
            $session.StandardOutput.ReadLine() | Should -Be before
            $before = Get-Sha256

            $made = Install-PgServerCertificate @pooler

            $made.PreviousFingerprint | Should -Be $before
            $made.Fingerprint | Should -Be (Get-Sha256)
            $made.Backup | Should -HaveCount 2
            $session.StandardInput.WriteLine("SELECT 'after';")
            $session.StandardInput.Close()
            $session.StandardOutput.ReadLine() | Should -Be after
            $session.WaitForExit()
            $session.ExitCode | Should -Be 0
        }

        It 'keeps its certificate where the new one comes without its intermediate' {
            $before = Get-Sha256
            openssl x509 -in answer.pem -out leaf.pem
            Install-PgServerCertificate leaf.pem server.key -PgBouncerIni $ini -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure.FullyQualifiedErrorId | Should -Match '^ConnectionsAtRisk,'
            "$failure" | Should -Match "'Pester Issuing CA', which issued 'localhost', is not among the certificates given"
            Get-Sha256 | Should -Be $before
        }

        It 'keeps its certificate where the new one has another key' {
            $before = Get-Sha256
            $null = New-PgCsr other -KeyPath other.key
            Install-PgServerCertificate answer.pem other.key -PgBouncerIni $ini -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure.FullyQualifiedErrorId | Should -Match '^KeyMismatch,'
            Get-Sha256 | Should -Be $before
        }

        It 'has all put back where it does not take the new certificate over' {
            $before = Get-Sha256
            $text = Get-Content -Raw $ini
            # PgBouncer says yes to the reload, and keeps the TLS that it has.
            "$($text)client_tls_ca_file = /no/such/file`n" | Set-Content -NoNewline $ini
            $files = @{}
            Get-ChildItem (Split-Path $ini) -File | ForEach-Object { $files[$_.Name] = Get-Content -Raw $_ }
            try {
                Install-PgServerCertificate @pooler -ErrorAction SilentlyContinue -ErrorVariable failure
                $failure.FullyQualifiedErrorId | Should -Match '^ChangeNotProven,'
                $failure.ErrorDetails.RecommendedAction | Should -Match 'PgBouncer''s log'
                Get-ChildItem (Split-Path $ini) -File | ForEach-Object { Get-Content -Raw $_ | Should -BeExactly $files[$_.Name] }
                Get-Sha256 | Should -Be $before
            }
            finally { $text | Set-Content -NoNewline $ini }
        }

        It 'gets files only where it does not run' {
            "[databases]`n[pgbouncer]`npidfile = $folder/none.pid" | Set-Content stopped.ini
            $made = Install-PgServerCertificate answer.pem server.key -PgBouncerIni stopped.ini -SslCertFile tls/p.crt -SslKeyFile tls/p.key -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure.FullyQualifiedErrorId | Should -Match '^FileNotFound,' -Because 'that directory does not exist'
            $null = New-Item -ItemType Directory tls
            $made = Install-PgServerCertificate answer.pem server.key -PgBouncerIni stopped.ini -SslCertFile tls/p.crt -SslKeyFile tls/p.key
            $made.Endpoint | Should -Be "$folder/stopped.ini"
            $made.IsChanged, $made.IsProven | Should -Be $true, $false
            $made.Proofs.State | Should -Be 'NotMade', 'NotMade'
            Get-Content stopped.ini | Should -Contain "client_tls_key_file = $folder/tls/p.key"
        }

        It 'is not a server as well' {
            Install-PgServerCertificate @pooler -Endpoint (Get-Endpoint Deployed) -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure.FullyQualifiedErrorId | Should -Match '^ContradictoryParameters,'
        }
    }
}
