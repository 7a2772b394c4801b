BeforeDiscovery {
    $types = @(
        @{ Type = 'ServerCertificate'; Header = 'Server +Issuer +NotAfter +Days +ChainStatus +TrustedBy' }
        @{ Type = 'SslModeResult'; Header = 'SslMode +Connects +Transport +VerifiesServer +MitmSafe +Reason' }
        @{ Type = 'ConnectionSetting'; Header = 'Name +Value +Source +Warning' }
        @{ Type = 'RootCertificate'; Header = 'Position +Subject +NotAfter +Days +Fingerprint +Status' }
        @{ Type = 'HbaRule'; Header = ' *Line +Type +Database +User +Address +Method +Findings' }
        @{ Type = 'HbaRuleTest'; Header = 'User +Database +Address +Transport +Outcome +Method +Line' }
        @{ Type = 'HbaRuleMatch'; Header = ' *Line +Decides +Match +Rule +Reason' }
        @{ Type = 'HbaRuleChange'; Header = ' *Line +Action +Rule' }
        @{ Type = 'HbaSslChange'; Header = 'IsChanged +RuleCount +IsProven +CutOff +Path +Backup' }
        @{ Type = 'SslConfigurationChange'; Header = 'IsChanged +IsProven +Plaintext +Endpoint +Changes' }
        @{ Type = 'ServerCertificateRequirement'; Header = 'Requirement +IsMet +RequiredBy +Detail' }
        @{ Type = 'ServerCertificateInstallation'; Header = 'Subject +NotAfter +Days +IsChanged +IsProven +CertificatePath' }
        @{ Type = 'RootCertificateProvider'; Header = 'Provider +Title +Kind +SslMode +Roots +RootCertificate' }
        @{ Type = 'FileCertificate'; Header = 'File +Kind +Subject +Days +KeyMatches +Status' }
        @{ Type = 'RootCertificateChange'; Header = 'IsChanged +Added +Removed +CertificateCount +Path' }
        @{ Type = 'FileBackup'; Header = 'Time +Kind +IsNeeded +Command +Target' }
        @{ Type = 'CertificateExpiry'; Header = 'Status +Days +Kind +Source +Subject' }
        @{ Type = 'CertificateExpiryFile'; Header = 'IsChanged +Status +ExitCode +Format +Path' }
        @{ Type = 'ClientVerification'; Header = 'Impostor +Outcome +Reason' }
    )
    $coloured = $types | Where-Object { $_.Type -notin 'RootCertificateProvider', 'HbaRuleMatch', 'RootCertificateChange', 'FileBackup' }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    Import-Module $PSScriptRoot/Screen.psm1
    $sandbox = Get-Sandbox
    Get-Content $sandbox.Root, $sandbox.OtherRoot | Set-Content $TestDrive/roots.pem
    $hba = "$TestDrive/pg_hba.conf"
    'local all all peer', 'host all "all",app 10.0.0.0/8 md5 # x', 'hostssl all all 0.0.0.0/0 ldap ldapserver=a ldapbasedn=b' | Set-Content $hba
    Copy-Item $hba "$TestDrive/changed.conf"
    $client = @{ Path = $hba; User = 'app'; Database = 'orders'; Address = '10.0.0.7' }
    $change = Set-PgHbaSsl "$TestDrive/changed.conf" -RejectPlaintext
    'ssl = on' | Set-Content $TestDrive/postgresql.conf
    $pair = New-PgSelfSignedCertificate db1 -KeyPath "$TestDrive/pair.key" -WarningAction Ignore
    $installed = @{ SslCertFile = "$TestDrive/installed.crt"; SslKeyFile = "$TestDrive/installed.key"; WarningAction = 'Ignore' }
    $objects = @{
        ServerCertificate = Get-PgServerCertificate $sandbox.Good, $sandbox.Expired, $sandbox.SelfSigned -RootCertificate $sandbox.Root
        SslModeResult     = Test-PgSslMode $sandbox.Good -UserName anyone -Database postgres
        ConnectionSetting = Get-PgConnectionSetting $sandbox.Good
        RootCertificate   = Get-PgRootCert $TestDrive/roots.pem
        FileCertificate   = Get-PgCertificate $sandbox.Root, $pair.CertificatePath, $pair.KeyPath
        CertificateExpiry = Test-PgCertificateExpiry $sandbox.Good, $sandbox.Expired -RootCertificate $sandbox.Root
        HbaRule           = Get-PgHbaRule $hba
        RootCertificateChange = Install-PgRootCert $sandbox.Root -Path $TestDrive/installed.pem -WarningAction Ignore
        HbaRuleTest       = Test-PgHbaRule @client
        HbaRuleMatch      = Test-PgHbaRule @client -Ssl -All
        FileBackup        = Get-PgBackup $change.Backup
        ClientVerification = Test-PgClientVerification { Get-PgServerCertificate "localhost:$PgPort" } -Impostor OtherCa
        HbaRuleChange     = $change.Rules
        HbaSslChange      = $change

        SslConfigurationChange  = Disable-PgSsl -ConfigurationPath $TestDrive/postgresql.conf
        ServerCertificateRequirement  = $pair | Test-PgServerCertificate
        ServerCertificateInstallation = $pair | Install-PgServerCertificate @installed

        CertificateExpiryFile = Test-PgCertificateExpiry -Path $sandbox.Root -As Prometheus -OutFile $TestDrive/pgssl.prom

        RootCertificateProvider = Get-PgRootCert -Provider Neon, AmazonRds, Aiven
    }

    # The lines of a view, without blank ones.
    function Get-Line([string] $Text) {
        $Text -split '\r?\n' -match '\S'
    }
}

Describe 'Format of <Type>' -ForEach $types {
    It 'is a table by default' {
        $text = $objects[$Type] | Out-String -Width 160
        (Get-Line $text) -match "^$Header\s*$" | Should -HaveCount 1
    }

    It 'has a list with every property' {
        $text = $objects[$Type][0] | Format-List | Out-String -Width 200
        # Too long for a list, or what the list shows in other words: the address as HostName and Port, the key as Key; or only after an error.
        $elsewhere = 'CertificatePem', 'ChainPem', 'Endpoint', 'KeyAlgorithm', 'KeySize'
        if ($Type -eq 'ServerCertificate') { $elsewhere += 'Error', 'ErrorId', 'Remedy' }
        foreach ($property in $objects[$Type][0].PSObject.Properties.Name | Where-Object { $_ -notin $elsewhere }) {
            $text | Should -Match "(?m)^$property\s*:"
        }
        $text | Should -Not -Match 'BEGIN CERTIFICATE'
    }

    It 'is without colour under NO_COLOR' {
        $env:NO_COLOR | Should -Not -BeNullOrEmpty
        $objects[$Type] | Out-String | Should -Not -Match "`e"
        $objects[$Type] | Format-List | Out-String | Should -Not -Match "`e"
    }

    It 'is the same for objects that come from a job or a file' {
        $again = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($objects[$Type], 3))
        $Error.Clear()
        $again | Out-String -Width 160 | Should -Be ($objects[$Type] | Out-String -Width 160)
        ($again | Format-List | Out-String -Width 160) -replace '(?m)^Chain .*\r?\n(\s+.*\r?\n)*' |
            Should -Be (($objects[$Type] | Format-List | Out-String -Width 160) -replace '(?m)^Chain .*\r?\n(\s+.*\r?\n)*')
        $Error | Should -BeNullOrEmpty
    }
}

Describe 'Format of <Type>' -ForEach $coloured {
    It 'has colour where that is wanted' {
        $PSStyle.OutputRendering = 'Ansi'
        try { $objects[$Type] | Out-String | Should -Match "`e\[3[123]m" }
        finally { $PSStyle.OutputRendering = 'PlainText' }
    }
}

Describe 'Format' {
    It 'shows a certificate on one line' {
        $served = Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root
        $line = Get-Line (Get-Screen -Width 160 -Script { $args[0] } -Arguments $served) | Select-Object -Last 1
        $date = $served.NotAfter.ToString('yyyy-MM-dd')
        $line | Should -Match "^localhost:$($sandbox.GoodPort) +Pester Issuing CA +$date +$($served.DaysRemaining) +Complete +\S*Root\.crt$"
    }

    It 'says that nothing trusts a certificate' {
        Get-PgServerCertificate $sandbox.Good | Out-String -Width 160 | Should -Match ' nothing\s*$'
        Get-PgServerCertificate $sandbox.Good | Format-List | Out-String | Should -Match '(?m)^TrustedBy +: nothing\s*$'
    }

    It 'groups sslmode results by server, user, database and client' {
        $objects.SslModeResult | Out-String -Width 160 |
            Should -Match "Server: localhost:$($sandbox.GoodPort), user anyone, database postgres, client libpq"
    }

    It 'shows an IPv6 address in brackets' {
        [PgSsl.Formatting.Cells]::Server('::1', 5432) | Should -Be '[::1]:5432'
    }

    It 'shows an address of pg_hba.conf with its mask: <Expected>' -ForEach @(
        @{ Address = '10.0.0.0'; Mask = '255.0.0.0'; Expected = '10.0.0.0/8' }
        @{ Address = '10.0.0.0'; Mask = '255.0.255.0'; Expected = '10.0.0.0 255.0.255.0' }
        @{ Address = '::'; Mask = '::'; Expected = '::/0' }
        @{ Address = '.example.com'; Mask = $null; Expected = '.example.com' }
    ) {
        [PgSsl.Formatting.HbaCells]::Address($Address, $Mask) | Should -Be $Expected
    }

    It 'shows findings of a rule by their codes, and in a list with what to do' {
        Get-Screen -Width 160 -Script { $args[0] } -Arguments $objects.HbaRule[1] | Should -Match 'PlaintextAllowed, Md5'
        $objects.HbaRule[1] | Format-List | Out-String -Width 300 | Should -Match '(?s)Findings +: Warning: Clients may connect in plaintext.+ Make the rule hostssl'
    }

    It 'shows a change as a diff' {
        $objects.HbaRuleChange[0] | Out-String -Width 160 | Should -Match '2 Changed - host all "all",app 10\.0\.0\.0/8 md5 # x\r?\n +\+ hostssl all'
        $objects.HbaSslChange | Format-List | Out-String -Width 160 | Should -Match 'Reload: not proven: no server was asked'
    }
}

# A wide character takes two cells of a terminal, and a mark that is put on another one takes none (UAX #11).
Describe 'The width of a cell' {
    BeforeAll {
        function Get-Text([string] $Points) { -join (-split $Points).ForEach{ [char]::ConvertFromUtf32([Convert]::ToInt32($_, 16)) } }
    }

    It 'of <Points> is <Cells>' -ForEach @(
        @{ Points = '61 7A'; Cells = 2 }
        @{ Points = 'E9 2026'; Cells = 2 }
        @{ Points = '65 301'; Cells = 1 }
        @{ Points = '6771 4EAC'; Cells = 4 }
        @{ Points = 'AC00'; Cells = 2 }
        @{ Points = 'FF21'; Cells = 2 }
        @{ Points = 'FF71'; Cells = 1 }
        @{ Points = '1F511'; Cells = 2 }
        @{ Points = '2705'; Cells = 2 }
        @{ Points = '2714'; Cells = 1 }
        @{ Points = '1D49C'; Cells = 1 }
        @{ Points = '20BB7'; Cells = 2 }
    ) {
        $text = Get-Text $Points
        ([PgSsl.Formatting.Columns]::Fill($text, $null, 10, 0)).Length - $text.Length | Should -Be (10 - $Cells)
    }

    It '<Way> keeps within it, and breaks no character' -ForEach @(
        @{ Way = 'Cut'; Expected = '6771 4EAC 90FD 2026' }
        @{ Way = 'CutStart'; Expected = '2026 1F511 7530 533A' }
        @{ Way = 'CutMiddle'; Expected = '6771 4EAC 2026 7530 533A' }
    ) {
        $width = $Way -eq 'CutMiddle' ? 9 : 7
        [PgSsl.Formatting.Columns]::$Way((Get-Text '6771 4EAC 90FD 1F511 7530 533A'), $null, $width, 0) | Should -BeExactly (Get-Text $Expected)
    }

    It 'Fold breaks text without blanks' {
        $lines = [PgSsl.Formatting.Columns]::Fold((Get-Text '6771 4EAC 90FD 5343 4EE3 7530'), $null, 4, 0) -split '\r?\n'
        $lines | Should -BeExactly (Get-Text '6771 4EAC'), (Get-Text '90FD 5343'), (Get-Text '4EE3 7530')
    }
}
