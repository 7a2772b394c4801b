BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $hasServer = [bool](Get-Sandbox).Psql
    # Each works in an empty folder, where Arrange was before, and takes further parameters.
    $changes = @(
        @{
            Command = 'Set-PgHbaSsl'; Type = 'PgSsl.HbaSslChange'
            Arrange = { 'host all all 10.0.0.0/8 md5', 'host all all 10.1.0.0/16 md5' | Set-Content pg_hba.conf }
            Act     = { param($With) Set-PgHbaSsl pg_hba.conf @With }
        }
        @{
            Command = 'Enable-PgSsl'; Type = 'PgSsl.SslConfigurationChange'
            Arrange = {
                $null = New-PgSelfSignedCertificate localhost
                'ssl = off' | Set-Content postgresql.conf
            }
            Act     = { param($With) Enable-PgSsl -ConfigurationPath postgresql.conf @With }
        }
        @{
            Command = 'Disable-PgSsl'; Type = 'PgSsl.SslConfigurationChange'
            Arrange = { 'ssl = on' | Set-Content postgresql.conf }
            Act     = { param($With) Disable-PgSsl -ConfigurationPath postgresql.conf @With }
        }
        @{
            Command = 'Install-PgServerCertificate'; Type = 'PgSsl.ServerCertificateInstallation'
            Arrange = {
                $null = New-PgSelfSignedCertificate localhost -KeyPath old.key | Install-PgServerCertificate -SslCertFile server.crt -SslKeyFile server.key
                $null = New-PgSelfSignedCertificate localhost -KeyPath new.key
            }
            Act     = { param($With) Install-PgServerCertificate new.crt new.key -SslCertFile server.crt -SslKeyFile server.key @With }
        }
        @{
            Command = 'Install-PgRootCert'; Type = 'PgSsl.RootCertificateChange'
            Arrange = { Get-Content $sandbox.OtherRoot | Set-Content root.crt }
            Act     = { param($With) Install-PgRootCert $sandbox.Root -Path root.crt @With }
        }
        @{
            Command = 'Uninstall-PgRootCert'; Type = 'PgSsl.RootCertificateChange'
            Arrange = { Get-Content $sandbox.Root, $sandbox.OtherRoot | Set-Content root.crt }
            Act     = { param($With) Uninstall-PgRootCert (Get-PgRootCert $sandbox.Root).Fingerprint -Path root.crt @With }
        }
        @{
            Command = 'New-PgCsr'; Type = 'PgSsl.CertificateRequest'
            Arrange = { }
            Act     = { param($With) New-PgCsr db1.example.com -Organization ACME @With }
        }
        @{
            Command = 'New-PgSelfSignedCertificate'; Type = 'PgSsl.SelfSignedCertificate'; IsOnce = $true
            Arrange = { }
            Act     = { param($With) New-PgSelfSignedCertificate db1.example.com @With }
        }
        @{
            Command = 'Test-PgCertificateExpiry'; Type = 'PgSsl.CertificateExpiryFile'
            Arrange = { }
            Act     = { param($With) Test-PgCertificateExpiry -Path $sandbox.Root -As Prometheus -OutFile pgssl.prom @With }
        }
        @{
            Command = 'Remove-PgBackup'; Type = 'PgSsl.FileBackup'; IsOnce = $true
            Arrange = {
                'host all all 10.0.0.0/8 md5' | Set-Content pg_hba.conf
                $backup = (Set-PgHbaSsl pg_hba.conf).Backup
            }
            Act     = { param($With) Remove-PgBackup $backup @With }
        }
        @{
            Command = 'Get-PgSslSession'; Type = 'PgSsl.SslSession'; IsOnce = $true; NeedsServer = $true
            Arrange = { $victim = Start-SandboxSession HbaKept 'user=app sslmode=disable' -PassThru }
            Act     = {
                param($With)
                $superuser = "host=$($sandbox.HbaKeptSocket ?? '127.0.0.1') port=$($sandbox.HbaKeptPort) user=$($sandbox.SqlRole) dbname=postgres"
                Get-PgSslSession $superuser | Where-Object ApplicationName -EQ $victim | Get-PgSslSession -Terminate @With
            }
        }
    )
    $tested = $changes | Where-Object { -not $_.NeedsServer -or $hasServer }
    $again = $tested | Where-Object { -not $_.IsOnce }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $WarningPreference = 'SilentlyContinue'

    function Get-Content-Hash { Get-ChildItem -File | Sort-Object Name | ForEach-Object { "$($_.Name) $((Get-FileHash $_).Hash)" } }
}

Describe 'The table of this file' {
    It 'has every cmdlet that changes something' -ForEach @{ Names = $changes.Command } {
        $changing = (Get-Command -Module PgSsl).Where{ $_.Parameters.ContainsKey('WhatIf') }.Name
        $changing | Where-Object { $_ -notin $Names } | Should -BeNullOrEmpty
    }
}

Describe 'The output of <Command>' -ForEach $tested {
    BeforeEach {
        Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
        . $Arrange
    }

    AfterEach {
        Pop-Location
        if ($NeedsServer) { Stop-SandboxSession HbaKept }
    }

    It 'tells whether it changed' {
        $told = & $Act @{ WarningVariable = 'warnings' }
        $told | Should -HaveCount 1
        $told.PSObject.TypeNames[0] | Should -Be $Type
        $told.IsChanged, $told.IsWhatIf | Should -Be $true, $false
        $told.PSObject.Properties.Name | Should -Contain IsProven
        $told.Plan | Should -BeNullOrEmpty
        foreach ($list in 'Backup', 'Remarks', 'Plan') { $told.PSObject.Properties[$list].Value.GetType().Name | Should -Be 'OutputList`1' }
        if ($told.Backup) { $told.Backup | Should -Exist }
    }

    It 'is with -WhatIf -PassThru what would change, and nothing is written' {
        $before = Get-Content-Hash
        $told = & $Act @{ WhatIf = $true; PassThru = $true }
        $told | Should -HaveCount 1
        $told.PSObject.TypeNames[0] | Should -Be $Type
        $told.IsChanged, $told.IsWhatIf | Should -Be $true, $true
        $told.IsProven | Should -Not -BeTrue
        $told.Backup | Should -BeNullOrEmpty
        $told.Plan | Should -Not -BeNullOrEmpty
        Get-Content-Hash | Should -Be $before
        (& $Act @{}).IsChanged | Should -BeTrue
    }

    It 'is nothing with -WhatIf alone' {
        & $Act @{ WhatIf = $true } | Should -BeNullOrEmpty
    }

    It 'goes through a job or a file' {
        $told = & $Act @{}
        $again = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($told, 3))
        $again.IsChanged, $again.IsWhatIf, $again.IsProven | Should -Be $true, $false, $told.IsProven
    }
}

Describe 'The second run of <Command>' -ForEach $again {
    BeforeEach {
        Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
        . $Arrange
        $null = & $Act @{}
    }

    AfterEach { Pop-Location }

    It 'changes nothing, and says so' {
        $before = Get-Content-Hash
        $told = & $Act @{}
        $told.PSObject.TypeNames[0] | Should -Be $Type
        $told.IsChanged, $told.IsWhatIf | Should -Be $false, $false
        $told.Backup | Should -BeNullOrEmpty
        Get-Content-Hash | Should -Be $before
    }

    It 'says so with -WhatIf -PassThru as well' {
        $told = & $Act @{ WhatIf = $true; PassThru = $true }
        $told.IsChanged, $told.IsWhatIf | Should -Be $false, $true
        $told.Plan | Should -BeNullOrEmpty
    }
}

Describe 'Remarks' {
    BeforeEach {
        Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
    }

    AfterEach { Pop-Location }

    It 'are what was warned of' {
        $made = New-PgSelfSignedCertificate db1 -WarningVariable warnings
        $made.Remarks | Should -Be $warnings.Message
        $made.Remarks | Should -Match 'for testing'
        Get-Content $sandbox.Root, $sandbox.OtherRoot | Set-Content root.crt
        $removed = Uninstall-PgRootCert (Get-PgRootCert root.crt).Fingerprint -Path root.crt -WarningVariable warnings
        $removed.Remarks | Should -Be $warnings.Message
        $removed.Remarks | Should -Match 'The file is deleted'
        $removed.Removed | Should -Match '^CN=Pester'
    }

    It 'have with -WhatIf what would be warned of' {
        Get-Content $sandbox.Root | Set-Content root.crt
        (Uninstall-PgRootCert (Get-PgRootCert root.crt).Fingerprint -Path root.crt -WhatIf -PassThru).Remarks | Should -Match 'The file is deleted'
        'root.crt' | Should -Exist
    }

    It 'are those of the one item, and not of the one before' {
        $requests = 'db1', 'an_odd name', 'db2' | ForEach-Object { [pscustomobject]@{ CommonName = $_ } } | New-PgCsr
        $requests.ForEach{ $_.Remarks.Count } | Should -Be 0, 1, 0
    }

    It 'of Uninstall-PgRootCert say that there is no file' {
        $told = Uninstall-PgRootCert ('AB' * 32) -Path none.crt
        $told.IsChanged | Should -BeFalse
        $told.Remarks | Should -Match 'no file'
    }
}

Describe 'The kind of key' {
    BeforeEach {
        Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
        $null = New-PgSelfSignedCertificate db1 -KeyAlgorithm rsa-2048 -KeyPath old.key
        $place = @{ SslCertFile = 'server.crt'; SslKeyFile = 'server.key' }
        $null = Install-PgServerCertificate old.crt old.key @place
    }

    AfterEach { Pop-Location }

    It 'is told where a renewal changes it' {
        $null = New-PgSelfSignedCertificate db1 -KeyPath new.key
        $told = Install-PgServerCertificate new.crt new.key @place -WhatIf -PassThru
        $told.Remarks -match 'RSA \(2048 bits\) to ECDSA \(256 bits\).*ssl_ciphers.*-KeyAlgorithm Same' | Should -HaveCount 1
        $made = Install-PgServerCertificate new.crt new.key @place -WarningVariable warnings
        $warnings -match 'kind of key changes' | Should -HaveCount 1
        $made.Remarks -match 'kind of key changes' | Should -HaveCount 1
    }

    It 'is not told where it stays' {
        $null = New-PgSelfSignedCertificate db1 -KeyPath new.key -KeyAlgorithm rsa-3072
        (Install-PgServerCertificate new.crt new.key @place).Remarks | Should -Not -Match 'kind of key'
    }

    It 'stays with -KeyAlgorithm Same: <_>' -ForEach 'New-PgCsr', 'New-PgSelfSignedCertificate' {
        (Get-Item old.crt | & $_ -KeyAlgorithm Same -KeyPath new.key).KeyAlgorithm | Should -Be rsa-2048
        (New-PgSelfSignedCertificate db1 -KeyPath ec.key -KeyAlgorithm ecdsa-p384 | & $_ -KeyAlgorithm Same -KeyPath newer.key).KeyAlgorithm |
            Should -Be ecdsa-p384
    }

    It 'of no certificate cannot be taken' {
        { New-PgCsr db1 -KeyAlgorithm Same -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidParameterValue,*'
    }

    It 'that is not made is an error that names those that are' {
        openssl req -x509 -newkey rsa:2560 -nodes -keyout odd.key -subj /CN=db1 -out odd.crt 2> $null
        { Get-Item odd.crt | New-PgCsr -KeyAlgorithm Same -ErrorAction Stop } | Should -Throw -ErrorId 'UnsupportedKeyAlgorithm,*'
    }
}
