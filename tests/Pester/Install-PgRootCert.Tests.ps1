BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1, $PSScriptRoot/PowerShell.psm1
    $manifestPath = Join-Path $env:PGSSL_TEST_MODULE PgSsl.psd1
    $sandbox = Get-Sandbox
    $root = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem((Get-Content -Raw $sandbox.Root))
    $otherRoot = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem((Get-Content -Raw $sandbox.OtherRoot))
    $before = $env:HOME

    function Get-Fingerprint($Certificate) { $Certificate.GetCertHashString('SHA256') }
    function Get-Installed($Path = $rootFile) { @((Get-PgRootCert $Path).Fingerprint) }
}

AfterAll { $env:HOME = $before }

Describe 'Install-PgRootCert' {
    BeforeEach {
        $env:HOME = (New-Item -ItemType Directory "$TestDrive/$(New-Guid)").FullName
        $rootFile = "$env:HOME/.postgresql/root.crt"
        $env:PGUSER, $env:PGDATABASE = 'anyone', 'postgres'
    }

    AfterEach { $env:PGUSER, $env:PGDATABASE = $null, $null }

    Context 'what it takes' {
        It 'is <Form>' -ForEach @(
            @{ Form = 'a PEM file'; Offered = { $sandbox.Root } }
            @{ Form = 'a file from the pipeline'; Offered = { Get-Item $sandbox.Root } }
            @{ Form = 'a DER file'; Offered = { [IO.File]::WriteAllBytes("$env:HOME/root.cer", $root.RawData); "$env:HOME/root.cer" } }
            @{ Form = 'PEM text'; Offered = { Get-Content -Raw $sandbox.Root } }
            @{ Form = 'a certificate'; Offered = { $root } }
            @{ Form = 'an object with a certificate'; Offered = { [pscustomobject]@{ Certificate = $root } } }
            @{ Form = 'what Get-PgRootCert returned'; Offered = { Get-PgRootCert $sandbox.Root } }
        ) {
            & $Offered | Install-PgRootCert -WarningAction Ignore
            Get-Installed | Should -Be (Get-Fingerprint $root)
        }

        It 'is several at once, in one file' {
            Install-PgRootCert $sandbox.Root, $sandbox.OtherRoot -WarningAction Ignore
            Get-Installed | Should -Be (Get-Fingerprint $root), (Get-Fingerprint $otherRoot)
        }

        It 'goes on after a certificate that is no root' {
            $intermediate = (Get-PgServerCertificate $sandbox.AsksForCertificate).Chain[1].ExportCertificatePem()
            $leaf = (Get-PgServerCertificate $sandbox.SelfSigned).Certificate.ExportCertificatePem()
            $leaf, (Get-Content -Raw $sandbox.OtherRoot) | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction Ignore
            $failures.FullyQualifiedErrorId | Should -BeLike 'NotARootCertificate,*'
            Get-Installed | Should -Be (Get-Fingerprint $otherRoot)
            # An intermediate is no root; where its root comes along it is just not needed.
            $intermediate, (Get-Content -Raw $sandbox.Root) | Install-PgRootCert
            Get-Installed | Should -Be (Get-Fingerprint $otherRoot), (Get-Fingerprint $root)
        }

        It 'takes a self-signed certificate of this module, live or from a file' {
            $made = New-PgSelfSignedCertificate localhost -KeyPath "$env:HOME/a.key" -WarningAction Ignore
            $made | Export-Clixml $env:HOME/made.xml
            Import-Clixml $env:HOME/made.xml | Install-PgRootCert -WarningAction Ignore
            $made | Install-PgRootCert
            Get-Installed | Should -Be $made.Fingerprint
        }

        It 'is not an empty text' {
            Install-PgRootCert '' -ErrorVariable failure -ErrorAction SilentlyContinue
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'InvalidParameterValue,*'
            "$failure" | Should -Match 'path is empty'
        }

        It 'goes on after a file that does not exist' {
            "$TestDrive/none.crt", $sandbox.Root | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction Ignore
            $failures.FullyQualifiedErrorId | Should -Be 'FileNotFound,PgSsl.Cmdlets.InstallPgRootCertCommand'
            Get-Installed | Should -Be (Get-Fingerprint $root)
        }

        It 'is not <What>' -ForEach @(
            @{ What = 'an intermediate without its root'; Offered = { (Get-PgServerCertificate $sandbox.Good).Chain[1].ExportCertificatePem() }; Id = 'NotARootCertificate' }
            @{ What = 'a server''s certificate'; Offered = { (Get-PgServerCertificate $sandbox.Good).Certificate.ExportCertificatePem() }; Id = 'NotARootCertificate' }
            @{ What = 'a certificate taken out of what a server serves'; Offered = { (Get-PgServerCertificate $sandbox.SelfSigned).Certificate }; Id = 'RootNotVouchedFor' }
            @{ What = 'the same beside other properties'; Offered = { Get-PgServerCertificate $sandbox.SelfSigned | Select-Object HostName, Certificate }; Id = 'RootNotVouchedFor' }
            @{ What = 'a private key'; Offered = { $sandbox.ClientKey }; Id = 'InvalidCertificateFile' }
            @{ What = 'an HTML page'; Offered = { '<!DOCTYPE html>' > "$env:HOME/page.crt"; "$env:HOME/page.crt" }; Id = 'InvalidCertificateFile' }
            @{ What = 'PEM of a certificate that a server serves, beside its host'; Offered = { Get-PgServerCertificate $sandbox.SelfSigned | Select-Object HostName, @{ n = 'CertificatePem'; e = { $_.Certificate.ExportCertificatePem() } } }; Id = 'RootNotVouchedFor' }
            @{ What = 'a request'; Offered = { [pscustomobject]@{ CsrPath = "$env:HOME/x.csr" } }; Id = 'InvalidCertificateFile' }
            @{ What = 'a number'; Offered = { 42 }; Id = 'InvalidCertificateFile' }
        ) {
            & $Offered | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -Be "$Id,PgSsl.Cmdlets.InstallPgRootCertCommand"
            $failures.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            $rootFile | Should -Not -Exist
        }

        It 'is, with -Fingerprint, only the certificate that has it' {
            $both = "$env:HOME/both.pem"
            Get-Content $sandbox.Root, $sandbox.OtherRoot | Set-Content $both
            Install-PgRootCert $both -Fingerprint (Get-Fingerprint $otherRoot) -WarningAction Ignore
            Get-Installed | Should -Be (Get-Fingerprint $otherRoot)
        }

        It 'is a server''s own certificate only if its fingerprint says that it is meant' {
            $certificate = (Get-PgServerCertificate $sandbox.SelfSigned).Certificate
            $certificate.ExportCertificatePem() | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'NotARootCertificate,*'
            $certificate.ExportCertificatePem() | Install-PgRootCert -Fingerprint (Get-Fingerprint $certificate) -WarningAction Ignore
            Get-Installed | Should -HaveCount 1
        }

        It 'is no text line by line, and the error says how to read it' {
            Get-Content $sandbox.Root | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures | Should -HaveCount 1
            $failures[0].ErrorDetails.RecommendedAction | Should -Match 'Get-Content -Raw'
            $rootFile | Should -Not -Exist
        }

        It 'is no server, whose password is not shown: <_>' -ForEach 'postgresql://app:hunter2@db1/orders', 'host=db1 password=hunter2', 'localhost:5432' {
            $_, $sandbox.Root | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction Ignore
            $failures | Should -HaveCount 1
            $failures[0].FullyQualifiedErrorId | Should -Match '^(InvalidCertificateFile|FileNotFound),'
            $failures | Out-String | Should -Not -Match hunter2
            Get-Installed | Should -Be (Get-Fingerprint $root)
        }

        It 'is not nothing' {
            { Install-PgRootCert } | Should -Throw -ErrorId 'InvalidParameterValue,PgSsl.Cmdlets.InstallPgRootCertCommand'
        }
    }

    Context 'the file' {
        It 'is the same after the second time, and there is no backup' {
            Install-PgRootCert $sandbox.Root -WarningAction Ignore
            $first = Get-Content -Raw $rootFile
            Install-PgRootCert $sandbox.Root -PassThru -WarningVariable warnings | Should -HaveCount 1
            Get-Content -Raw $rootFile | Should -BeExactly $first
            Get-ChildItem $env:HOME/.postgresql | Should -HaveCount 1
            $warnings | Should -BeNullOrEmpty
        }

        It 'keeps what else is in it, and a backup of how it was' {
            New-Item -ItemType Directory $env:HOME/.postgresql | Out-Null
            $old = "# ours`r`n" + ((Get-Content -Raw $sandbox.OtherRoot) -replace "`n", "`r`n").TrimEnd()
            Set-Content -NoNewline -Path $rootFile -Value $old
            Install-PgRootCert $sandbox.Root
            Get-Content -Raw $rootFile | Should -BeLike "$old*"
            Get-Installed | Should -Be (Get-Fingerprint $otherRoot), (Get-Fingerprint $root)
            Get-Content -Raw "$rootFile.*.bak" | Should -BeExactly $old
        }

        It 'is the one that -Path names' {
            Push-Location $env:HOME
            Install-PgRootCert $sandbox.Root -Path ./roots.pem
            Pop-Location
            Get-Installed "$env:HOME/roots.pem" | Should -Be (Get-Fingerprint $root)
            $rootFile | Should -Not -Exist
        }

        It 'is the one that PGSSLROOTCERT names' {
            $env:PGSSLROOTCERT = "$env:HOME/roots.pem"
            try { Install-PgRootCert $sandbox.Root -WarningAction Ignore }
            finally { $env:PGSSLROOTCERT = $null }
            Get-Installed "$env:HOME/roots.pem" | Should -Be (Get-Fingerprint $root)
        }

        It 'is read by libpq: psql connects with verify-full' {
            if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed' }
            $endpoint = "host=localhost port=$($sandbox.GoodPort) sslmode=verify-full"
            Get-PsqlTransport $endpoint | Should -Be none
            Install-PgRootCert $sandbox.Root -WarningAction Ignore
            Get-PsqlTransport $endpoint | Should -Be tls
        }
    }

    Context '-Service' {
        It 'gives the service a root file of its own, and changes nobody else''s connections' {
            if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed' }
            "[orders]`nhost=localhost`nport=$($sandbox.GoodPort)`nsslmode=verify-full" | Set-Content $env:HOME/.pg_service.conf
            Install-PgRootCert $sandbox.Root -Service orders
            Get-PsqlTransport 'service=orders' | Should -Be tls
            Get-PsqlTransport "host=localhost port=$($sandbox.GoodPort) sslmode=verify-full" | Should -Be none
            $rootFile | Should -Not -Exist
            Install-PgRootCert $sandbox.Root -Service orders
            Get-ChildItem $env:HOME -Force -Recurse -Filter *.bak | Should -HaveCount 1 -Because 'only the service file was changed, and only once'
        }

        It 'completes' {
            "[orders]`n[other]" | Set-Content $env:HOME/.pg_service.conf
            [Management.Automation.CommandCompletion]::CompleteInput('Install-PgRootCert -Service or', 30, $null).CompletionMatches.CompletionText |
                Should -Be 'orders'
        }
    }

    Context 'what a server serves' {
        It 'leads to the root in -RootCertificate' {
            Get-PgServerCertificate $sandbox.Good | Install-PgRootCert -RootCertificate $sandbox.OtherRoot, $sandbox.Root, system -WarningAction Ignore
            Get-Installed | Should -Be (Get-Fingerprint $root)
        }

        It 'is of no use without its root, and the error names that' {
            Get-PgServerCertificate $sandbox.Good | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'ChainIncomplete,*'
            $failures[0].Exception.Message | Should -Match 'Pester Root CA'
        }

        It 'is refused for a self-signed server without -Fingerprint, and taken with it' {
            $served = Get-PgServerCertificate $sandbox.SelfSigned
            $served | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'RootNotVouchedFor,*'
            $failures[0].Exception.Message | Should -Match $served.Fingerprint
            $served | Install-PgRootCert -Fingerprint $served.Fingerprint -WarningAction Ignore
            Test-PgSslMode $sandbox.SelfSigned verify-full -Quiet | Should -BeTrue
        }

        It 'is refused with the fingerprint of another' {
            Get-PgServerCertificate $sandbox.SelfSigned |
                Install-PgRootCert -Fingerprint ('AB' * 32) -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'FingerprintMismatch,*'
            $rootFile | Should -Not -Exist
        }

        It 'changes nothing the second time, where nobody but the file knows the root any more' {
            Get-PgServerCertificate $sandbox.Good | Install-PgRootCert -RootCertificate $sandbox.Root -WarningAction Ignore
            $first = Get-Content -Raw $rootFile
            Get-PgServerCertificate $sandbox.Good | Install-PgRootCert -ErrorVariable failures
            $failures | Should -BeNullOrEmpty
            Get-Content -Raw $rootFile | Should -BeExactly $first
        }

        It 'may be a self-signed server beside one with a root' {
            $good, $selfSigned = Get-PgServerCertificate $sandbox.Good, $sandbox.SelfSigned | Sort-Object IsSelfSigned
            $good, $selfSigned |
                Install-PgRootCert -RootCertificate $sandbox.Root -Fingerprint (Get-Fingerprint $root), $selfSigned.Fingerprint -WarningAction Ignore
            Get-Installed | Should -Be (Get-Fingerprint $root), $selfSigned.Fingerprint
        }

        It 'is no better known for having been through CLIXML' {
            Get-PgServerCertificate $sandbox.SelfSigned | Export-Clixml $env:HOME/served.xml
            Import-Clixml $env:HOME/served.xml | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'RootNotVouchedFor,*'
        }
    }

    Context 'connections at risk' {
        It 'are a reason not to install: the server of -Endpoint would lose TLS' {
            Install-PgRootCert $sandbox.OtherRoot -Endpoint $sandbox.Good -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -Be 'ConnectionsAtRisk,PgSsl.Cmdlets.InstallPgRootCertCommand'
            $failures[0].Exception.Message | Should -Match 'TLS, not verified -> plaintext: libpq prefer'
            $rootFile | Should -Not -Exist
        }

        It 'are none where the root of each server is there' {
            Install-PgRootCert $sandbox.OtherRoot, $sandbox.Root -Endpoint $sandbox.Good -WarningAction Ignore
            Get-Installed | Should -HaveCount 2
        }

        It 'are looked at for a role that pg_hba.conf does not know, too' {
            Install-PgRootCert $sandbox.OtherRoot -Endpoint "postgresql://nobody@$($sandbox.Good)" -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'ConnectionsAtRisk,*'
        }

        It 'are none with -Service for a server that is not the service''s' {
            "[orders]`nhost=db1.example.com" | Set-Content $env:HOME/.pg_service.conf
            Install-PgRootCert $sandbox.OtherRoot -Service orders -Endpoint $sandbox.Good
            "$env:HOME/.postgresql/orders.root.crt" | Should -Exist
        }

        It 'are accepted with -Force' {
            Install-PgRootCert $sandbox.OtherRoot -Endpoint $sandbox.Good -Force -WarningAction Ignore
            Get-Installed | Should -HaveCount 1
        }

        It 'are seen through a link' {
            New-Item -ItemType Directory $env:HOME/company, $env:HOME/.postgresql | Out-Null
            Copy-Item $sandbox.Root $env:HOME/company/roots.pem
            New-Item -ItemType SymbolicLink $rootFile -Target $env:HOME/company/roots.pem | Out-Null
            Uninstall-PgRootCert (Get-Fingerprint $root) -Path $env:HOME/company/roots.pem -Endpoint $sandbox.Good -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'ConnectionsAtRisk,*'
        }

        It 'are none with a file of its own' {
            Install-PgRootCert $sandbox.OtherRoot -Endpoint $sandbox.Good -Path $env:HOME/roots.pem
            Get-Installed $env:HOME/roots.pem | Should -HaveCount 1
        }

        It 'are not known of a server that does not answer, and a warning says so' {
            Install-PgRootCert $sandbox.Root -Endpoint $sandbox.Closed -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -Match 'is not known'
            $rootFile | Should -Exist
        }
    }

    Context '-WhatIf' {
        It 'changes nothing' {
            Install-PgRootCert $sandbox.Root -Service orders -WhatIf
            Get-ChildItem $env:HOME -Force | Should -BeNullOrEmpty
        }

        It 'says what -Service means for that service' {
            "[orders]`nhost=db1.example.com`nsslrootcert=system`nsslmode=verify-full" | Set-Content $env:HOME/.pg_service.conf
            $said = Invoke-PowerShell -Arguments $manifestPath, $sandbox.Root {
                Import-Module $args[0]
                Install-PgRootCert $args[1] -Service orders -WhatIf
            } | Out-String
            $said | Should -Match '\[orders\] gets sslrootcert=.* instead of system'
            $said | Should -Match 'Connections of service orders use this file .* no longer the operating system'
        }

        It 'says what would change, and for whom' {
            $said = Invoke-PowerShell -Arguments $manifestPath, $sandbox.Root, $sandbox.Good {
                Import-Module $args[0]
                Install-PgRootCert $args[1] -Endpoint $args[2] -WhatIf
            } | Out-String
            $said | Should -Match "What if: .*root\.crt: create"
            $said | Should -Match "\+ CN=Pester Root CA, valid until \d{4}-\d\d-\d\d, SHA-256 $(Get-Fingerprint $root)"
            $said | Should -Match 'require becomes verify-ca'
            $said | Should -Match "$($sandbox.Good): TLS, not verified -> TLS, chain verified: libpq prefer, require"
        }
    }

    It 'warns before it writes: nothing is written where a warning stops' {
        { Install-PgRootCert $sandbox.Root -WarningAction Stop } | Should -Throw
        $rootFile | Should -Not -Exist
    }

    It 'warns of a service that was not there, and names those that are' {
        "[orders]`nhost=db1.example.com" | Set-Content $env:HOME/.pg_service.conf
        Install-PgRootCert $sandbox.Root -Service order -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'no service order, .* There are: orders'
    }

    It 'warns that the first root concerns every connection, and only then' {
        Install-PgRootCert $sandbox.Root -WarningVariable first -WarningAction SilentlyContinue
        Install-PgRootCert $sandbox.OtherRoot -WarningVariable second -WarningAction SilentlyContinue
        "$first" | Should -Match 'every connection of'
        $second | Should -BeNullOrEmpty
    }

    Context 'a managed database, from require to verify-full' {
        It 'takes four commands, and psql agrees at every step' {
            if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed' }
            function Test-Agreement {
                foreach ($result in Test-PgSslMode $sandbox.Managed) {
                    Get-PsqlTransport "host=localhost port=$($sandbox.ManagedPort) sslmode=$($result.SslMode)" |
                        Should -Be $result.Transport -Because "of $($result.SslMode): $($result.Reason)"
                    $result
                }
            }

            $results = Test-Agreement
            ($results | Where-Object Connects).SslMode | Should -Be 'disable', 'allow', 'prefer', 'require'
            $results.MitmSafe | Should -Not -Contain $true

            $served = Get-PgServerCertificate $sandbox.Managed
            $served | Install-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -BeLike 'RootNotVouchedFor,*'
            $failures[0].Exception.Message | Should -Match "$($sandbox.ManagedFingerprint).*/root.crt"
            (Test-Agreement).Transport | Should -Be $results.Transport

            # The provider's documentation has the fingerprint.
            $served | Install-PgRootCert -Fingerprint $sandbox.ManagedFingerprint -WarningAction Ignore
            $results = Test-Agreement
            ($results | Where-Object MitmSafe).SslMode | Should -Be 'verify-full'
            ($results | Where-Object SslMode -EQ 'require').VerifiesServer | Should -Be 'chain'
        }
    }
}
