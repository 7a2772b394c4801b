BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox

    $root = [Security.Cryptography.X509Certificates.X509Certificate2]::new($sandbox.Root)
    $other = [Security.Cryptography.X509Certificates.X509Certificate2]::new($sandbox.OtherRoot)
    $pem = $root.ExportCertificatePem() + "`n"
    $otherPem = $other.ExportCertificatePem() + "`n"
    $folder = New-Item -ItemType Directory $TestDrive/roots

    function Set-Bytes([string] $Name, [byte[]] $Bytes) {
        [IO.File]::WriteAllBytes("$folder/$Name", $Bytes)
        "$folder/$Name"
    }

    function Set-Text([string] $Name, [string] $Text) {
        Set-Bytes $Name ([Text.Encoding]::UTF8.GetBytes($Text))
    }
}

Describe 'Get-PgRootCert' {
    Context 'without parameters' {
        BeforeEach {
            $oldHome, $oldRoot = $env:HOME, $env:PGSSLROOTCERT
            $env:HOME, $env:APPDATA = "$TestDrive/home-$(New-Guid)", "$TestDrive/home"
        }

        AfterEach {
            $env:HOME, $env:PGSSLROOTCERT = $oldHome, $oldRoot
        }

        It 'reads the default path of libpq' -Skip:$IsWindows {
            $null = New-Item -ItemType Directory $env:HOME/.postgresql
            Copy-Item $sandbox.Root $env:HOME/.postgresql/root.crt
            (Get-PgRootCert).Path | Should -Be "$env:HOME/.postgresql/root.crt"
        }

        It 'gives nothing, and no error, where nothing is there' -Skip:$IsWindows {
            Get-PgRootCert -ErrorAction Stop -WarningVariable warnings | Should -BeNullOrEmpty
            $warnings | Should -BeNullOrEmpty
            Get-PgRootCert -Verbose 4>&1 | Should -Match 'There is no .*/\.postgresql/root\.crt'
        }

        It 'warns of <Name>, which libpq does not read' -Skip:$IsWindows -ForEach @(
            @{ Name = '.postgres/root.crt' }
            @{ Name = '.postgresql/root.pem' }
        ) {
            $null = New-Item -ItemType Directory (Split-Path $env:HOME/$Name)
            Copy-Item $sandbox.Root $env:HOME/$Name
            Get-PgRootCert -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $warnings | Should -Match ([regex]::Escape("$Name exists, but libpq does not look there"))
        }

        It 'uses PGSSLROOTCERT' {
            $env:PGSSLROOTCERT = $sandbox.Root
            (Get-PgRootCert).Path | Should -Be $sandbox.Root
        }

        It 'is an error where PGSSLROOTCERT names a file that is not there' {
            $env:PGSSLROOTCERT = "$TestDrive/nowhere.crt"
            Get-PgRootCert -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'FileNotFound,PgSsl.Cmdlets.GetPgRootCertCommand'
            $failures.TargetObject | Should -Be $env:PGSSLROOTCERT
        }

        It 'takes the roots of the operating system where libpq does' {
            $env:PGSSLROOTCERT, $env:SSL_CERT_FILE = 'system', $sandbox.Root
            try { $found = Get-PgRootCert | Where-Object Fingerprint -EQ $root.GetCertHashString('SHA256') }
            finally { $env:SSL_CERT_FILE = $null }
            $found.Path | Should -Be system
        }
    }

    Context 'objects' {
        It 'says everything about a certificate' {
            $found = Get-PgRootCert $sandbox.Root
            $found | Should -BeOfType PgSsl.RootCertificate
            $found.Subject, $found.Issuer | Should -Be $root.Subject, $root.Issuer
            $found.Fingerprint | Should -Be $root.GetCertHashString('SHA256')
            $found.NotAfter | Should -Be $root.NotAfter.ToUniversalTime()
            $found.NotAfter.Kind, $found.NotBefore.Kind | Should -Be Utc, Utc
            $found.IsCa, $found.IsSelfSigned | Should -Be $true, $true
            $found.KeyAlgorithm | Should -Be ECDSA
            $found.Status | Should -Be Good
            $found.Problems | Should -BeNullOrEmpty
            $found.Certificate.Thumbprint | Should -Be $root.Thumbprint
        }

        It 'counts them in the order of the file' {
            $found = Get-PgRootCert (Set-Text two.crt "# estate`n$pem$otherPem")
            $found.Position | Should -Be 1, 2
            $found.Fingerprint | Should -Be $root.GetCertHashString('SHA256'), $other.GetCertHashString('SHA256')
        }

        It 'survives JSON' {
            $again = Get-PgRootCert $sandbox.Root | Select-Object * -ExcludeProperty Certificate | ConvertTo-Json | ConvertFrom-Json
            $again.Fingerprint, $again.Status | Should -Be $root.GetCertHashString('SHA256'), 'Good'
        }
    }

    Context 'paths' {
        It 'takes files of Get-ChildItem, text, wildcards and objects with a property RootCertificate' {
            $null = Set-Text one.pem $pem
            $null = Set-Text 'two [x].pem' $otherPem
            (Get-ChildItem $folder/*.pem | Get-PgRootCert).Count | Should -Be 2
            (Get-PgRootCert $folder/*.pem).Count | Should -Be 2
            ("$folder/one.pem", "$folder/two [x].pem" | Get-PgRootCert).Count | Should -Be 2
            (Get-PgRootCert "$folder/two [[]x].pem", "$folder/two [x].pem").Count | Should -Be 2
            ([pscustomobject]@{ RootCertificate = "$folder/one.pem" } | Get-PgRootCert).Position | Should -Be 1
        }

        It 'is relative to the location' {
            Push-Location $folder
            try { (Get-PgRootCert ./one.pem).Path | Should -Be (Join-Path $folder one.pem) }
            finally { Pop-Location }
        }

        It 'goes on after a path that is an error' {
            $found = Get-PgRootCert $TestDrive/nowhere.crt, $folder, $sandbox.Root -ErrorAction SilentlyContinue -ErrorVariable failures
            $found.Count | Should -Be 1
            $failures.FullyQualifiedErrorId -replace ',.*' | Should -Be FileNotFound, FileUnreadable
            $failures.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
    }

    Context 'files that libpq refuses' {
        BeforeAll {
            $utf16 = [Text.Encoding]::Unicode
            $files = @{
                glued  = Set-Text glued.crt ($pem.TrimEnd() + $otherPem)
                broken = Set-Text broken.crt "$pem-----BEGIN CERTIFICATE-----`n%%%`n-----END CERTIFICATE-----`n$otherPem"
                der    = Set-Bytes der.crt $root.RawData
                utf16  = Set-Bytes utf16.crt ($utf16.GetPreamble() + $utf16.GetBytes($pem + $otherPem))
                spaced = Set-Text spaced.crt ($pem -replace '(?m)^', '  ')
                empty  = Set-Text empty.crt ''
                html   = Set-Text html.crt '<html></html>'
            }
        }

        It 'shows what is in a file that is <Name>, and says that libpq reads nothing of it' -ForEach @(
            @{ Name = 'glued'; Count = 2; Match = 'joined without a line break' }
            @{ Name = 'broken'; Count = 2; Match = 'not base64' }
            @{ Name = 'der'; Count = 1; Match = 'DER' }
            @{ Name = 'utf16'; Count = 2; Match = 'UTF-16' }
            @{ Name = 'spaced'; Count = 1; Match = 'not at the start of its line' }
            @{ Name = 'empty'; Count = 0; Match = 'is empty' }
            @{ Name = 'html'; Count = 0; Match = 'no PEM block' }
        ) {
            $found = @(Get-PgRootCert $files[$Name] -ErrorAction SilentlyContinue -ErrorVariable failures)
            $found.Count | Should -Be $Count
            $found | ForEach-Object { $_.Status | Should -Contain NotRead }
            $failures.FullyQualifiedErrorId | Should -Be 'InvalidCertificateFile,PgSsl.Cmdlets.GetPgRootCertCommand'
            $failures | Should -Match $Match
            $failures.TargetObject | Should -Be $files[$Name]
        }
    }

    It 'warns of a private key, and never shows it' {
        $file = Set-Text key.crt ($pem + (Get-Content -Raw $sandbox.ClientKey))
        $text = Get-PgRootCert $file -WarningVariable warnings 3>&1 | Format-List * | Out-String
        $warnings | Should -Match 'holds a private key'
        $text | Should -Not -Match 'PRIVATE KEY-----'
    }

    It 'says that a leaf without its root is of no use' {
        $found = Get-PgRootCert $sandbox.ClientCertificate -WarningVariable warnings -WarningAction SilentlyContinue
        $found[0].Status | Should -Contain MissingRoot
        $warnings | Should -Match 'no self-signed root'
    }

    It '-OperatingSystem gives the roots of the operating system' {
        $found = Get-PgRootCert -OperatingSystem
        $found | ForEach-Object { $_.Path | Should -Be system }
        Get-PgRootCert system | Should -HaveCount @($found).Count
    }

    It 'completes system, and files' {
        (TabExpansion2 'Get-PgRootCert sys').CompletionMatches.CompletionText | Should -Contain system
    }

    Context 'views' {
        It 'is a table by file' {
            $text = Get-PgRootCert $sandbox.Root | Out-String -Width 100
            $text | Should -Match ([regex]::Escape("File: $($sandbox.Root)"))
            $text | Should -Match '(?m)^Position +Subject +NotAfter +Days +Fingerprint +Status\s*$'
        }

        It 'is a list with every property, or what says the same' {
            $text = Get-PgRootCert $sandbox.Root | Format-List | Out-String -Width 200
            foreach ($property in (Get-PgRootCert $sandbox.Root).PSObject.Properties.Name -notmatch '^(Certificate|CertificatePem|Key.*)$') {
                $text | Should -Match "(?m)^$property\s*:"
            }
        }

        It 'is the same for objects that come from a job or a file' {
            $found = Get-PgRootCert $sandbox.Root
            $again = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($found, 3))
            $again | Out-String | Should -Be ($found | Out-String)
            $again | Format-List | Out-String | Should -Be ($found | Format-List | Out-String)
        }
    }
}
