BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
}

Describe 'Get-PgServerCertificate' {
    Context 'beside openssl' {
        BeforeAll {
            $served = Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root
            $shown = '' | openssl s_client -starttls postgres -showcerts -connect $sandbox.Good 2>&1 | Out-String
            $pems = [regex]::Matches($shown, '(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----').Value

            function Get-OpenSslAnswer([string[]] $Question) {
                ($pems[0] | openssl x509 -noout @Question) -replace '^[^=]*=\s*'
            }
        }

        It 'has the chain exactly as sent, in order' {
            $served.ChainPem.Trim() | Should -Be ($pems -join "`n")
            $served.Chain.Count | Should -Be $pems.Count
            $served.Chain[0].Thumbprint | Should -Be $served.Certificate.Thumbprint
        }

        It 'has <Property> as openssl prints it' -ForEach @(
            @{ Property = 'Fingerprint'; Question = '-fingerprint', '-sha256'; Clean = ':' }
            @{ Property = 'Subject'; Question = , '-subject'; Clean = '(?<==) | (?==)' }
            @{ Property = 'Issuer'; Question = , '-issuer'; Clean = '(?<==) | (?==)' }
        ) {
            $served.$Property | Should -Be ((Get-OpenSslAnswer $Question) -replace $Clean)
        }

        It 'has <Property> as openssl prints it, in UTC' -ForEach @(
            @{ Property = 'NotBefore'; Question = '-startdate' }
            @{ Property = 'NotAfter'; Question = '-enddate' }
        ) {
            $expected = [datetime]::ParseExact((Get-OpenSslAnswer $Question), "MMM d HH:mm:ss yyyy 'GMT'", [cultureinfo]::InvariantCulture, 'AllowInnerWhite')
            $served.$Property | Should -Be $expected
            $served.$Property.Kind | Should -Be Utc
        }

        It 'has the SHA-256 of the public key, as for pinning' {
            $publicKey = $pems[0] | openssl x509 -noout -pubkey
            $der = [Convert]::FromBase64String(($publicKey -notmatch '^-----') -join '')
            $served.SpkiSha256 | Should -Be ([Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($der)))
        }

        It 'has protocol and cipher suite of the connection' {
            $shown | Should -Match "New, $($served.Protocol), Cipher is $($served.CipherSuite)"
        }
    }

    Context 'what it says of a server' {
        It 'describes the certificate' {
            $served = Get-PgServerCertificate $sandbox.Good
            $served.SubjectAlternativeName | Should -Be 'DNS:localhost', 'IP:127.0.0.1', 'IP:::1'
            $served.SubjectAlternativeName[-1] | Should -Be 'IP:::1'
            $served.KeyAlgorithm, $served.KeySize | Should -Be 'ECDSA', 256
            $served.DaysRemaining | Should -BeIn 89, 90
            $served.IsSelfSigned | Should -BeFalse
            $served.Negotiation | Should -Be postgres
        }

        It 'describes the connection' {
            $served = Get-PgServerCertificate $sandbox.Good
            $served.HostName, $served.Port | Should -Be 'localhost', $sandbox.GoodPort
            $served.Address | Should -BeIn '127.0.0.1', '::1'
            $served.ConnectTime, $served.HandshakeTime | Should -BeOfType timespan
        }

        It 'finds the chain of <Server> to be <Status>, whether its root is known here or not' -ForEach @(
            @{ Server = 'Good'; Status = 'Complete' }
            @{ Server = 'LeafOnly'; Status = 'MissingIntermediate' }
            @{ Server = 'SelfSigned'; Status = 'SelfSigned' }
            @{ Server = 'Expired'; Status = 'ExpiredMember' }
        ) {
            foreach ($root in $sandbox.Root, $sandbox.OtherRoot) {
                $served = Get-PgServerCertificate $sandbox.$Server -RootCertificate $root
                $served.ChainStatus | Should -Be $Status
                $served.IsSelfSigned | Should -Be ($Server -eq 'SelfSigned')
            }
        }

        It 'is trusted by the root that issued it' {
            (Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root).TrustedBy | Should -Be $sandbox.Root
            (Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.OtherRoot, $sandbox.Root).TrustedBy | Should -Be $sandbox.Root
        }

        It 'is trusted by nothing else, and says why not' {
            $served = Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.OtherRoot
            $served.TrustedBy | Should -BeNullOrEmpty
            $served.TrustFailure | Should -Match 'Pester Root CA'
        }

        It 'is trusted by what SSL_CERT_FILE holds at the moment of each call' {
            $bundle = "$TestDrive/bundle.crt"
            $oldFile, $oldDirectory = $env:SSL_CERT_FILE, $env:SSL_CERT_DIR
            $env:SSL_CERT_FILE, $env:SSL_CERT_DIR = $bundle, "$TestDrive/nowhere"
            try {
                foreach ($root in $sandbox.OtherRoot, $sandbox.Root, $sandbox.OtherRoot, $sandbox.Root) {
                    [IO.File]::WriteAllBytes($bundle, [IO.File]::ReadAllBytes($root))
                    (Get-PgServerCertificate $sandbox.Good).TrustedBy | Should -Be ($root -eq $sandbox.Root ? 'system' : $null)
                }
            }
            finally { $env:SSL_CERT_FILE, $env:SSL_CERT_DIR = $oldFile, $oldDirectory }
        }

        It 'is FileNotFound for a root file that does not exist' {
            { Get-PgServerCertificate $sandbox.Good -RootCertificate $TestDrive/nowhere.crt -ErrorAction Stop } |
                Should -Throw -ErrorId 'FileNotFound,PgSsl.Cmdlets.GetPgServerCertificateCommand' -ExceptionType ([PgSsl.PgSslException])
        }

        It 'is trusted by the default root.crt, where there is one' -Skip:$IsWindows {
            # A home of its own: the other files run beside this one and share the home they start with.
            $oldHome = $env:HOME
            $env:HOME = "$TestDrive/home"
            try {
                $null = New-Item -ItemType Directory $env:HOME/.postgresql
                Copy-Item $sandbox.Root $env:HOME/.postgresql/root.crt
                (Get-PgServerCertificate $sandbox.Good).TrustedBy | Should -Be "$env:HOME/.postgresql/root.crt"
            }
            finally {
                $env:HOME = $oldHome
            }
        }

        It 'tells whether the server asks for a client certificate: <Server>' -ForEach @(
            @{ Server = 'Good'; Asks = $false }
            @{ Server = 'AsksForCertificate'; Asks = $true }
        ) {
            (Get-PgServerCertificate $sandbox.$Server).ServerRequestsClientCertificate | Should -Be $Asks
        }
    }

    Context '-CompleteChain' {
        It 'has the chain up to its root, and where each certificate comes from' {
            $served = Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root -CompleteChain
            $served.ChainSource | Should -Be @(
                'localhost: sent by the server'
                'Pester Issuing CA: sent by the server'
                "Pester Root CA: $($sandbox.Root)"
            )
            $served.ChainStatus | Should -Be Complete
            $served.ChainFindings | Should -BeNullOrEmpty
        }

        It 'is a chain that openssl verifies' {
            $served = Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root -CompleteChain
            $pems = [regex]::Matches($served.ChainPem, '(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----').Value
            $pems.Count | Should -Be 3
            $pems[0] | Set-Content $TestDrive/leaf.pem
            $pems[1] | Set-Content $TestDrive/sent.pem
            $pems[2] | Set-Content $TestDrive/root.pem
            openssl verify -x509_strict -CAfile $TestDrive/root.pem -untrusted $TestDrive/sent.pem $TestDrive/leaf.pem | Should -Match ': OK$'
        }

        It 'leaves Chain as sent' {
            (Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root -CompleteChain).Chain.Count | Should -Be 2
        }

        It 'is shown in the list view' {
            $shown = Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root -CompleteChain | Format-List | Out-String -Width 200
            $shown | Should -Match 'ChainSource +: localhost: sent by the server\r?\n +Pester Issuing CA: sent by the server'
        }

        It 'takes a self-signed server for its own root, and says that nothing vouches for it' {
            $served = Get-PgServerCertificate $sandbox.SelfSigned -CompleteChain
            $served.ChainSource | Should -Be 'localhost: sent by the server'
            $served.ChainFindings[-1] | Should -Match "Nothing on this machine vouches for the root 'localhost'. Before you trust it, compare its SHA-256 $($served.Fingerprint)"
        }

        It 'is ChainIncomplete where the root is nowhere, and the object is still returned' {
            $served = Get-PgServerCertificate $sandbox.Good -CompleteChain -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.FullyQualifiedErrorId | Should -Be 'ChainIncomplete,PgSsl.Cmdlets.GetPgServerCertificateCommand'
            $failures.TargetObject | Should -Be $sandbox.Good
            $failures.ErrorDetails.RecommendedAction | Should -Match '-RootCertificate'
            $served.ChainSource.Count | Should -Be 2
            $served.ChainFindings[-1] | Should -Match "its issuer 'Pester Root CA' was not sent"
        }

        It 'is ChainIncomplete where the intermediate is missing, and the root alone does not help' {
            $null = Get-PgServerCertificate $sandbox.LeafOnly -RootCertificate $sandbox.Root -CompleteChain -ErrorAction SilentlyContinue -ErrorVariable failures
            "$failures" | Should -Match "its issuer 'Pester Issuing CA' was not sent"
        }

        It 'does nothing without the switch' {
            $served = Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root
            $served.ChainSource | Should -BeNullOrEmpty
            [regex]::Matches($served.ChainPem, 'BEGIN').Count | Should -Be 2
        }
    }

    Context 'parameters' {
        It 'takes a root certificate relative to the session''s location' {
            Push-Location (Split-Path $sandbox.Root)
            try { (Get-PgServerCertificate $sandbox.Good -RootCertificate ./Root.crt).TrustedBy | Should -Be $sandbox.Root }
            finally { Pop-Location }
        }

        It 'asks every address of the host with -AllAddresses' {
            $addresses = [Net.Dns]::GetHostAddresses('localhost').ForEach('ToString') | Sort-Object -Unique
            (Get-PgServerCertificate $sandbox.Good -AllAddresses).Address | Sort-Object | Should -Be $addresses
        }

        It 'sends the name that -ServerName gives' {
            # PostgreSQL 15 serves one certificate, whatever the name; that the name is sent is tested in PgSsl.Core.Tests.
            (Get-PgServerCertificate $sandbox.Good -ServerName other.test).HostName | Should -Be localhost
        }

        It 'begins TLS directly with PostgreSQL 18' {
            if (-not $sandbox.Direct) { Set-ItResult -Skipped -Because $sandbox.DirectMissing }
            (Get-PgServerCertificate $sandbox.Direct -SslNegotiation Direct).Negotiation | Should -Be direct
        }

        It 'takes -Port for a host without one' {
            (Get-PgServerCertificate localhost -Port $sandbox.GoodPort).Port | Should -Be $sandbox.GoodPort
        }
    }

    Context 'errors' {
        It 'is <ErrorId> for <Description>' -ForEach @(
            @{ Description = 'a port where nothing listens'; Server = 'Closed'; ErrorId = 'ConnectionRefused' }
            @{ Description = 'a server that says nothing'; Server = 'Silent'; With = @{ TimeoutSec = 1 }; ErrorId = 'ConnectionTimedOut' }
            @{ Description = 'a server with TLS off'; Server = 'TlsOff'; ErrorId = 'TlsNotOffered' }
            @{ Description = 'an SSH server'; Server = 'Ssh'; ErrorId = 'NotPostgreSql' }
            @{ Description = 'a name without an address'; Text = 'nowhere.invalid:5432'; ErrorId = 'HostNotFound' }
            @{ Description = 'a port that is none'; Text = 'db1:99999'; ErrorId = 'InvalidEndpoint' }
            @{ Description = 'a parameter that libpq does not know'; Text = 'host=db1 sslmod=require'; Target = "host$([char]0x2026)"; ErrorId = 'UnknownParameter' }
            @{ Description = 'a service that is not defined'; Text = 'service=nowhere'; ErrorId = 'ServiceNotFound' }
            @{ Description = 'a socket'; Text = '/run/postgresql'; Target = 'host=/run/postgresql port=5432'; ErrorId = 'UnixSocketHasNoTls' }
        ) {
            $endpoint = $Text ?? $sandbox.$Server
            $with = $With ?? @{}
            $served = Get-PgServerCertificate $endpoint @with -ErrorAction SilentlyContinue -ErrorVariable failures
            $served | Should -BeNullOrEmpty
            $failures.Count | Should -Be 1
            $failures.FullyQualifiedErrorId | Should -Be "$ErrorId,PgSsl.Cmdlets.GetPgServerCertificateCommand"
            $failures.TargetObject | Should -Be ($Target ?? $endpoint)
            $failures.Exception.Message | Should -Not -BeNullOrEmpty
            $failures.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }

        It 'is DirectTlsNotSupported for direct TLS with PostgreSQL 15' {
            $null = Get-PgServerCertificate $sandbox.Good -SslNegotiation direct -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.FullyQualifiedErrorId | Should -Be 'DirectTlsNotSupported,PgSsl.Cmdlets.GetPgServerCertificateCommand'
            "$failures" | Should -Match 'without an SSLRequest|ALPN'
        }

        It 'goes on with the next server after one that fails' {
            $endpoints = $sandbox.Closed, $sandbox.Good, 'db1:none', $sandbox.TlsOff, $sandbox.SelfSigned
            $served = $endpoints | Get-PgServerCertificate -ErrorAction SilentlyContinue -ErrorVariable failures
            $served.Endpoint | Sort-Object | Should -Be ($sandbox.Good, $sandbox.SelfSigned | Sort-Object)
            $failures.TargetObject | Sort-Object | Should -Be ($sandbox.Closed, "db1$([char]0x2026)", $sandbox.TlsOff | Sort-Object)
        }

        It 'never shows a password: <_>' -ForEach @(
            'postgresql://u:hunter2@127.0.0.1:1/db'
            'u:hunter2@db1'
            'host=127.0.0.1 port=1 password=hunter2'
            'host=db1 pasword=hunter2'
            "host=db1 password='hunter2"
            'jdbc:postgresql://db1/x?user=a&password=hunter2'
        ) {
            $null = Get-PgServerCertificate $_ -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures | Should -Not -BeNullOrEmpty
            $failures | Format-List * -Force | Out-String -Width 500 | Should -Not -Match hunter2
        }

        It 'names a refused hashtable by its type only, because it may hold a password' {
            $null = Get-PgServerCertificate @{ host = 'db1'; pasword = 'hunter2' } -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.TargetObject | Should -Be Hashtable
        }
    }
}
