BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $fingerprint = (Get-PgRootCert $sandbox.Root).Fingerprint
    $otherFingerprint = (Get-PgRootCert $sandbox.OtherRoot).Fingerprint
    $before = $env:HOME
}

AfterAll { $env:HOME = $before }

Describe 'Uninstall-PgRootCert' {
    BeforeEach {
        $env:HOME = (New-Item -ItemType Directory "$TestDrive/$(New-Guid)").FullName
        $rootFile = "$env:HOME/.postgresql/root.crt"
        Install-PgRootCert $sandbox.Root, $sandbox.OtherRoot -WarningAction Ignore
    }

    It 'takes out the certificate that is meant, and leaves a backup' {
        Uninstall-PgRootCert $fingerprint
        (Get-PgRootCert).Fingerprint | Should -Be $otherFingerprint
        (Get-PgRootCert "$rootFile.*.bak").Fingerprint | Should -Be $fingerprint, $otherFingerprint
    }

    It 'takes a fingerprint as openssl prints it' {
        Uninstall-PgRootCert ('sha256 Fingerprint=' + ($fingerprint -replace '(..)(?!$)', '$1:').ToLower())
        (Get-PgRootCert).Fingerprint | Should -Be $otherFingerprint
    }

    It 'takes <What> as -Fingerprint' -ForEach @(
        @{ What = 'what Get-PgRootCert returned'; Given = { Get-PgRootCert $sandbox.Root } }
        @{ What = 'a certificate'; Given = { (Get-PgRootCert $sandbox.Root).Certificate } }
    ) {
        Uninstall-PgRootCert (& $Given) -WarningAction Ignore
        (Get-PgRootCert).Fingerprint | Should -Be $otherFingerprint
    }

    It 'warns of what a root takes with it' {
        Uninstall-PgRootCert $fingerprint -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'At servers below the roots that are removed'
    }

    It 'takes what Get-PgRootCert returned, from the file that it was in' {
        $own = "$env:HOME/own.crt"
        Install-PgRootCert $sandbox.Root, $sandbox.OtherRoot -Path $own
        Get-PgRootCert $own | Where-Object Subject -Match 'Pester Client CA' | Uninstall-PgRootCert
        (Get-PgRootCert $own).Fingerprint | Should -Be $fingerprint
        Get-PgRootCert | Should -HaveCount 2
    }

    It 'is an error without anything to remove, and asks nothing' {
        Uninstall-PgRootCert -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -Be 'InvalidParameterValue,PgSsl.Cmdlets.UninstallPgRootCertCommand'
        "$failure" | Should -Match 'neither -Fingerprint nor -Expired'
        Get-PgRootCert | Should -HaveCount 2
    }

    It 'says that a file which was named does not exist: <Asked>' -ForEach @(
        @{ Asked = { Uninstall-PgRootCert -Expired -Path "$TestDrive/nope.crt" -WarningVariable script:warnings -WarningAction SilentlyContinue } }
        @{ Asked = { Uninstall-PgRootCert $fingerprint -Path "$TestDrive/nope.crt" -WarningVariable script:warnings -WarningAction SilentlyContinue } }
    ) {
        & $Asked
        "$warnings" | Should -Match 'There is no file .*nope\.crt'
    }

    It 'does nothing the second time' {
        Uninstall-PgRootCert $fingerprint
        $once = Get-ChildItem $env:HOME/.postgresql
        Uninstall-PgRootCert $fingerprint -ErrorVariable failures
        $failures | Should -BeNullOrEmpty
        (Get-ChildItem $env:HOME/.postgresql).Name | Should -Be $once.Name
    }

    It 'deletes a file without any certificate left, which libpq could not read, and warns what that means' {
        Uninstall-PgRootCert $fingerprint, $otherFingerprint -WarningVariable warnings -WarningAction SilentlyContinue
        $rootFile | Should -Not -Exist
        "$warnings" | Should -Match 'libpq no longer verifies anything'
    }

    It 'gives with -PassThru what went' {
        (Uninstall-PgRootCert $fingerprint -PassThru).Subject | Should -Be 'CN=Pester Root CA'
    }

    It 'changes nothing with -WhatIf' {
        Uninstall-PgRootCert $fingerprint -WhatIf
        Get-PgRootCert | Should -HaveCount 2
    }

    It 'with -Expired takes out only what has expired' {
        $key = [Security.Cryptography.ECDsa]::Create()
        $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=Old Root CA', $key, 'SHA256')
        $old = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddYears(-2), [DateTimeOffset]::UtcNow.AddDays(-1))
        Add-Content $rootFile $old.ExportCertificatePem()
        (Uninstall-PgRootCert -Expired -PassThru).Subject | Should -Be 'CN=Old Root CA'
        (Get-PgRootCert).Fingerprint | Should -Be $fingerprint, $otherFingerprint
    }

    It 'refuses where a server of -Endpoint would be lost, but not with -Force' {
        $endpoint = "postgresql://anyone@$($sandbox.Good)/postgres"
        Uninstall-PgRootCert $fingerprint -Endpoint $endpoint -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'ConnectionsAtRisk,PgSsl.Cmdlets.UninstallPgRootCertCommand'
        Uninstall-PgRootCert $otherFingerprint -Endpoint $endpoint
        Uninstall-PgRootCert $fingerprint -Endpoint $endpoint -Force -WarningAction Ignore
        $rootFile | Should -Not -Exist
    }

    It 'changes the file of -Service, and not pg_service.conf' {
        "[orders]`nhost=db1.example.com" | Set-Content $env:HOME/.pg_service.conf
        Install-PgRootCert $sandbox.Root, $sandbox.OtherRoot -Service orders
        $services = Get-Content -Raw $env:HOME/.pg_service.conf
        Uninstall-PgRootCert $fingerprint -Service orders
        (Get-PgRootCert $env:HOME/.postgresql/orders.root.crt).Fingerprint | Should -Be $otherFingerprint
        Get-PgRootCert | Should -HaveCount 2
        Get-Content -Raw $env:HOME/.pg_service.conf | Should -BeExactly $services
        Uninstall-PgRootCert $fingerprint -Service typo -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -BeLike 'ServiceNotFound,*'
    }

    It 'tells a server at risk once, however many certificates are piped' {
        $endpoint = "postgresql://anyone@$($sandbox.Good)/postgres"
        Get-PgRootCert | Uninstall-PgRootCert -Endpoint $endpoint -ErrorVariable failures -ErrorAction SilentlyContinue
        [regex]::Matches($failures[0].Exception.Message, 'libpq verify-ca').Count | Should -Be 1
        $failures[0].TargetObject | Should -Be $rootFile
    }

    It 'does not touch the operating system''s roots' {
        Get-PgRootCert -OperatingSystem | Select-Object -First 1 | Uninstall-PgRootCert -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -BeLike 'InvalidParameterValue,*'
    }

    It 'completes fingerprints by the names of the certificates: <Line>' -ForEach @(
        @{ Line = 'Uninstall-PgRootCert -Fingerprint pester' }
        @{ Line = 'Uninstall-PgRootCert -Path own.crt -Fingerprint pester' }
        @{ Line = 'Uninstall-PgRootCert -Service orders -Fingerprint pester' }
    ) {
        Copy-Item $rootFile $env:HOME/own.crt
        "[orders]`nsslrootcert=$env:HOME/own.crt" | Set-Content $env:HOME/.pg_service.conf
        Push-Location $env:HOME
        $found = [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText
        Pop-Location
        $found | Should -Be $fingerprint, $otherFingerprint
    }
}
