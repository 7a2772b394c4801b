# What becomes of the module's objects on their way out of another PowerShell: remoting over SSH, jobs, threads, files. They show as they did, and
# go on into the next cmdlet.

BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    . $PSScriptRoot/Samples.ps1
    $types = @(
        'ServerCertificate', 'SslModeResult', 'ConnectionSetting', 'RootCertificate', 'HbaRule', 'HbaRuleTest', 'SslConfiguration', 'SslSession'
        'FileCertificate', 'ServerCertificateRequirement', 'CertificateRequest', 'SelfSignedCertificate', 'ServerCertificateInstallation', 'RootCertificateChange'
        'HbaSslChange', 'SslConfigurationChange', 'FileBackup', 'RootCertificateProvider', 'HbaRuleMatch', 'HbaRuleChange'
    ) | ForEach-Object { @{ Type = $_ } }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    Import-Module $PSScriptRoot/PowerShell.psm1
    $sandbox = Get-Sandbox
    $WarningPreference = 'SilentlyContinue'
    $module = Join-Path $env:PGSSL_TEST_MODULE PgSsl.psd1
    $kept = "postgresql://postgres@$($sandbox.HbaKept)/postgres"

    # Real objects of each type that a cmdlet returns.
    function Get-Real([string] $Type) {
        switch ($Type) {
            'ServerCertificate' { Get-PgServerCertificate $sandbox.Good, $sandbox.TlsOff -IncludeFailed }
            'SslModeResult' { Test-PgSslMode $sandbox.Good -SslMode prefer, verify-full -UserName anyone }
            'ConnectionSetting' { Get-PgConnectionSetting $sandbox.Good -Name host, port, sslmode }
            'RootCertificate' { Get-PgRootCert $sandbox.Root }
            'HbaRule' { Get-PgHbaRule -Endpoint $kept }
            'HbaRuleTest' { Test-PgHbaRule -Endpoint $kept -User app }
            'HbaRuleMatch' { Test-PgHbaRule -Endpoint $kept -User app -Address 10.0.0.7 -Ssl -All }
            'HbaRuleChange' { Copy-Item $sandbox.HbaKeptFile rules.conf; Set-PgHbaSsl rules.conf -PassThru -Force }
            'HbaSslChange' { Copy-Item $sandbox.HbaKeptFile rules.conf; Set-PgHbaSsl rules.conf -WhatIf -PassThru -Force }
            'SslConfiguration' { Get-PgSslConfiguration $kept }
            'SslSession' { Get-PgSslSession $kept }
            'FileCertificate' { Get-PgCertificate $sandbox.Root }
            'ServerCertificateRequirement' { Test-PgServerCertificate -Endpoint $kept }
            'CertificateRequest' { New-PgCsr db1.example.com }
            'SelfSignedCertificate' { New-PgSelfSignedCertificate db1.example.com }
            'ServerCertificateInstallation' {
                New-PgSelfSignedCertificate db1 -KeyPath i.key -CertificatePath i.crt | Install-PgServerCertificate -SslCertFile pg.crt -SslKeyFile pg.key
            }
            'RootCertificateChange' { Install-PgRootCert $sandbox.Root -Path roots.crt }
            'SslConfigurationChange' { Set-Content postgresql.conf 'ssl = on'; Disable-PgSsl -ConfigurationPath postgresql.conf -Force }
            'FileBackup' { $null = New-PgSelfSignedCertificate b; $null = New-PgSelfSignedCertificate b -Force; Get-PgBackup . }
            'RootCertificateProvider' { Get-PgRootCert -Provider * | Select-Object -First 2 }
        }
    }

    function Show($Object) { ($Object | Out-String -Width 120).Trim(); ($Object | Format-List | Out-String -Width 120).Trim() }
}

Describe 'An object of a file' {
    BeforeEach { Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)") }
    AfterEach { Pop-Location }

    It 'shows as it did, in a table and in a list: <Type>' -ForEach $types {
        $real = Get-Real $Type
        $real | Should -Not -BeNullOrEmpty
        $real[0].PSObject.TypeNames | Should -Contain "PgSsl.$Type"
        $real | Export-Clixml objects.xml
        $copy = Import-Clixml objects.xml
        $copy[0].PSObject.TypeNames | Should -Contain "Deserialized.PgSsl.$Type"
        Show $copy | Should -Be (Show $real)
    }
}

Describe 'PowerShell remoting over SSH' {
    BeforeAll {
        $missing = $sandbox.SshMissing
        if (-not $missing) {
            $ssh = @{
                HostName = '127.0.0.1'; Port = $sandbox.SshPort; UserName = [Environment]::UserName; KeyFilePath = $sandbox.SshKey
                Options = @{ UserKnownHostsFile = $sandbox.SshKnownHosts; StrictHostKeyChecking = 'yes' }
            }
            $session = New-PSSession @ssh
            Invoke-Command $session { Import-Module $using:module }
        }
    }

    BeforeEach {
        if ($missing) { Set-ItResult -Skipped -Because $missing }
        Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
    }

    AfterEach { Pop-Location }

    AfterAll { if ($session) { Remove-PSSession $session } }

    It 'brings objects that show as they do here' {
        $real = Get-PgServerCertificate $sandbox.Good, $sandbox.TlsOff -IncludeFailed
        $copy = Invoke-Command $session { Get-PgServerCertificate $using:sandbox.Good, $using:sandbox.TlsOff -IncludeFailed } -HideComputerName
        $copy.Fingerprint[0] | Should -Be $real.Fingerprint[0]
        ($copy | Out-String -Width 120) | Should -Be ($real | Out-String -Width 120)
        $copy[0].PSComputerName | Should -Be 127.0.0.1 -Because 'a runbook sees where it was'
    }

    It 'brings errors with their ids, and goes on with the other servers' {
        $copy = Invoke-Command $session { Get-PgServerCertificate $using:sandbox.Closed, $using:sandbox.Good } -ErrorAction SilentlyContinue -ErrorVariable failures
        $copy.Fingerprint | Should -Not -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -Match '^ConnectionRefused'
    }

    It 'has a served certificate go on into New-PgCsr, Test-PgSslMode and Get-PgServerCertificate' {
        $copy = Invoke-Command $session { Get-PgServerCertificate $using:sandbox.Good }
        $request = $copy | New-PgCsr -KeyPath r.key -CsrPath r.csr
        $request.SubjectAlternativeName | Should -Be @($copy.SubjectAlternativeName)
        ($copy | Test-PgSslMode -SslMode verify-full -UserName anyone -RootCertificate $sandbox.Root).MitmSafe | Should -BeTrue
        ($copy | Get-PgServerCertificate).Fingerprint | Should -Be $copy.Fingerprint
    }

    It 'has a session go on into Get-PgSslSession -Terminate' {
        if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed'; return }
        $name = Start-SandboxSession Job 'user=app sslmode=disable' -PassThru
        $job = "host=127.0.0.1 port=$($sandbox.JobPort) user=postgres dbname=postgres"
        try {
            $copy = Invoke-Command $session { Get-PgSslSession $using:job -Plaintext } | Where-Object ApplicationName -EQ $name
            $copy | Should -HaveCount 1
            $ended = $copy | Get-PgSslSession -Terminate
            $ended.IsTerminated | Should -BeTrue
            { $copy | Get-PgSslSession -Terminate -ErrorAction Stop } | Should -Throw '*it has ended*'
        }
        finally { Stop-SandboxSession Job }
    }

    It 'says why a copied session cannot be ended: <Why>' -ForEach @(
        @{ Why = 'its server is not to be reached from here'; Change = { $_.Endpoint = "postgresql://postgres@$($sandbox.Closed)/postgres"; $_ }; Id = 'ConnectionRefused,*' }
        @{ Why = 'it has ended'; Change = { $_.BackendStart = $_.BackendStart.AddYears(-1); $_ }; Id = 'SessionNotFound,*' }
        @{ Why = 'it is only a number'; Change = { $_ | Select-Object ProcessId }; Id = 'InvalidEndpoint,*' }
    ) {
        $copy = Invoke-Command $session { Get-PgSslSession $using:kept } | Select-Object -First 1
        $copy | ForEach-Object $Change | Get-PgSslSession -Terminate -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -BeLike $Id
    }

    It 'has a copy of each change lead back: -Restore, Remove-PgBackup' {
        Copy-Item $sandbox.HbaKeptFile rules.conf
        $before = Get-FileHash rules.conf
        Set-PgHbaSsl rules.conf -Force | Export-Clixml change.xml
        (Get-FileHash rules.conf).Hash | Should -Not -Be $before.Hash
        $null = Set-PgHbaSsl rules.conf -Restore (Import-Clixml change.xml).Backup -Force
        (Get-FileHash rules.conf).Hash | Should -Be $before.Hash
        $folder = $PWD.Path
        $backups = Invoke-Command $session { Get-PgBackup $using:folder }
        $backups | Remove-PgBackup
        Get-PgBackup . | Should -BeNullOrEmpty
    }

    It 'takes what was made here there, and changes once' {
        $folder = $PWD.Path
        $changes = 1..2 | ForEach-Object { Invoke-Command $session { Install-PgRootCert $using:sandbox.Root -Path $using:folder/roots.crt -WarningAction Ignore } }
        $changes.IsChanged | Should -Be $true, $false
        $roots = Invoke-Command $session { Get-PgRootCert $using:folder/roots.crt }
        ($roots | Uninstall-PgRootCert -Path "$folder/roots.crt").IsChanged | Should -BeTrue
    }

    It 'shows all properties where the module is not loaded, and the view once it is' {
        Get-PgServerCertificate $sandbox.Good | Export-Clixml one.xml
        $shown = Invoke-PowerShell { param($file, $module) Import-Clixml $file | Out-String; Import-Module $module; Import-Clixml $file | Out-String } -Arguments "$PWD/one.xml", $module | Out-String
        $shown | Should -Match '(?s)ChainPem.+Server +Issuer +NotAfter'
    }

    It 'splits an estate over sessions' {
        $servers = @($sandbox.Good) * 20 + @($sandbox.TlsOff) * 20
        $sessions = @($session) + @(New-PSSession @ssh)
        try {
            Invoke-Command $sessions[1] { Import-Module $using:module }
            $half = [math]::Ceiling($servers.Count / 2)
            $jobs = foreach ($number in 0..1) {
                $part = $servers[($number * $half)..($number * $half + $half - 1)]
                Invoke-Command $sessions[$number] { $using:part | Get-PgServerCertificate -IncludeFailed } -AsJob
            }
            $seen = $jobs | Receive-Job -Wait -AutoRemoveJob
        }
        finally { Remove-PSSession $sessions[1] }
        ($seen | Group-Object Status -NoElement).ForEach{ $_.Count } | Should -Be 20, 20
    }
}

Describe 'A job' {
    It 'of Start-Job brings objects that show and go on' {
        # Start-Job starts the program beside pwsh.dll ($PSHOME/pwsh), which finds .NET by DOTNET_ROOT.
        if (-not (Test-Path "$PSHOME/pwsh*")) { Set-ItResult -Skipped -Because 'there is no pwsh beside pwsh.dll'; return }
        $copy = Start-Job { Import-Module $using:module; Get-PgServerCertificate $using:sandbox.Good } | Receive-Job -Wait -AutoRemoveJob
        ($copy | Out-String) | Should -Be (Get-PgServerCertificate $sandbox.Good | Out-String)
        ($copy | Get-PgServerCertificate).Fingerprint | Should -Be $copy.Fingerprint
    }

    It 'of Start-ThreadJob brings the objects themselves' {
        $good = $sandbox.Good
        $seen = Start-ThreadJob { Import-Module $using:module; Get-PgServerCertificate $using:good } | Receive-Job -Wait -AutoRemoveJob
        $seen.GetType().FullName | Should -Be PgSsl.ServerCertificate
    }

    It 'of ForEach-Object -Parallel looks at 50 servers, 8 at a time' {
        $servers = @($sandbox.Good) * 48 + $sandbox.TlsOff + $sandbox.Closed
        $seen = $servers | ForEach-Object -ThrottleLimit 8 -Parallel { Import-Module $using:module; $_ | Get-PgServerCertificate -IncludeFailed }
        $seen | Should -HaveCount 50
        ($seen | Group-Object Status -NoElement | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }) | Should -Be 'NoTls 1', 'Served 48', 'Unreachable 1'
    }
}
