BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $module = Join-Path (Get-Module PgSsl).ModuleBase PgSsl.psd1

    # Far longer than Wait-Until waits: connections that are gone before were ended, not timed out.
    $patience = @{ TimeoutSec = 600 }

    # Servers that never answer; the last thing out of the pipeline comes once all of them are being asked.
    function Get-SilentThen($Last) {
        , $sandbox.Counted * 20
        Wait-Until { (Get-SandboxConnectionCount) -eq 20 }
        $Last
    }

    function Start-Pipeline([string] $Command, [hashtable] $With) {
        $shell = [powershell]::Create().AddCommand('Import-Module').AddArgument($module).AddStatement().AddCommand($Command).AddParameters($With)
        [pscustomobject]@{ PowerShell = $shell; Running = $shell.BeginInvoke() }
    }
}

Describe 'Pipeline' {
    Context 'ends all workers at once' {
        AfterEach {
            Wait-Until { (Get-SandboxConnectionCount) -eq 0 }
        }

        It 'when Select-Object -First has enough' {
            $served = Get-SilentThen $sandbox.Good | Get-PgServerCertificate @patience -AsCompleted | Select-Object -First 1
            $served.Endpoint | Should -Be $sandbox.Good
        }

        It 'when -ErrorAction Stop stops at an error' {
            { Get-SilentThen $sandbox.Closed | Get-PgServerCertificate @patience -AsCompleted -ErrorAction Stop } |
                Should -Throw -ErrorId 'ConnectionRefused,PgSsl.Cmdlets.GetPgServerCertificateCommand'
        }

        It 'when a later command throws' {
            { Get-SilentThen $sandbox.Good | Get-PgServerCertificate @patience -AsCompleted | ForEach-Object { throw 'enough' } } | Should -Throw enough
        }

        It 'when <_> is stopped, as by Ctrl+C' -ForEach 'Get-PgServerCertificate', 'Test-PgSslMode', 'Wait-PgServerCertificate' {
            $pipeline = Start-Pipeline $_ (@{ Endpoint = , $sandbox.Counted * 5 } + $patience)
            Wait-Until { (Get-SandboxConnectionCount) -ge 5 }
            $pipeline.PowerShell.Stop()
            $pipeline.PowerShell.InvocationStateInfo.State | Should -Be Stopped
            # PowerShell's own word for it, which Start-Sleep leaves as well.
            $pipeline.PowerShell.Streams.Error.FullyQualifiedErrorId | Should -BeIn @('PipelineStopped', $null)
        }
    }

    It 'has no more connections than -ThrottleLimit: <_>' -ForEach 'Get-PgServerCertificate', 'Test-PgSslMode' {
        $pipeline = Start-Pipeline $_ (@{ Endpoint = , $sandbox.Counted * 10; ThrottleLimit = 3 } + $patience)
        Wait-Until { (Get-SandboxConnectionCount) -eq 3 }
        $counts = 1..10 | ForEach-Object { Get-SandboxConnectionCount; Start-Sleep -Milliseconds 10 }
        $pipeline.PowerShell.Stop()
        $counts | Sort-Object -Unique | Should -Be 3
    }

    # What a change may take from another cmdlet's output besides the server. A new line here is a decision: does that object say what is to be, or
    # only what was? Those that say what was are told apart by PipelineObject (IsServerState, IsVerdict).
    It 'binds from output to changes only what is known' {
        $commands = Get-Command -Module PgSsl
        $types = $commands.OutputType.Type.Where{ "$_" -like 'PgSsl.*' } | Sort-Object FullName -Unique
        $bound = foreach ($name in 'Enable-PgSsl', 'Disable-PgSsl', 'Install-PgServerCertificate') {
            foreach ($type in $types) {
                foreach ($parameter in (Get-Command $name).Parameters.Values) {
                    if (-not $parameter.Attributes.Where{ $_.TypeId.Name -eq 'ParameterAttribute' -and $_.ValueFromPipelineByPropertyName }) { continue }
                    if ($parameter.Name -eq 'Endpoint') { continue }
                    if (@($parameter.Name) + @($parameter.Aliases) | Where-Object { $type.GetProperty($_) }) { "$name -$($parameter.Name) $($type.Name)" }
                }
            }
        }
        $bound | Sort-Object | Should -Be @(
            'Enable-PgSsl -CertificatePath SelfSignedCertificate'
            'Enable-PgSsl -CertificatePath ServerCertificateInstallation'
            'Enable-PgSsl -CertificatePath ServerCertificateRequirement'
            'Enable-PgSsl -CertificatePath SslConfiguration'
            'Enable-PgSsl -KeyPath CertificateRequest'
            'Enable-PgSsl -KeyPath SelfSignedCertificate'
            'Enable-PgSsl -KeyPath ServerCertificateInstallation'
            'Enable-PgSsl -KeyPath ServerCertificateRequirement'
            'Enable-PgSsl -KeyPath SslConfiguration'
            'Install-PgServerCertificate -KeyPath CertificateRequest'
            'Install-PgServerCertificate -KeyPath SelfSignedCertificate'
            'Install-PgServerCertificate -KeyPath ServerCertificateInstallation'
            'Install-PgServerCertificate -KeyPath ServerCertificateRequirement'
            'Install-PgServerCertificate -KeyPath SslConfiguration'
        )
    }

    It 'does not take the state of a session for that of a subject' {
        $session = Get-PgSslSession "host=127.0.0.1 port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres" | Select-Object -First 1
        $session.State | Should -Not -BeNullOrEmpty
        $session | New-PgCsr db1 -KeyPath "$TestDrive/session.key" -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -Be 'InvalidCertificateFile,PgSsl.Cmdlets.NewPgCsrCommand'
        "$TestDrive/session.key" | Should -Not -Exist
    }

    It 'does not take the address of a server for that of a client: <_>' -ForEach 'live', 'from a file' {
        $served = Get-PgServerCertificate "host=127.0.0.1 port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres"
        if ($_ -ne 'live') { $served | Export-Clixml "$TestDrive/served.xml"; $served = Import-Clixml "$TestDrive/served.xml" }
        $served.Address | Should -Be 127.0.0.1
        ($served | Test-PgHbaRule -User app).Address | Should -BeNullOrEmpty
        ($served | Test-PgHbaRule -User app -Address 10.0.0.7 -Ssl).Address | Should -Be 10.0.0.7
    }

    It 'writes results while it still reads' {
        $events = [Collections.Generic.List[string]]::new()
        1..50 | ForEach-Object { $events.Add('read'); $sandbox.Good } | Get-PgServerCertificate -ThrottleLimit 4 | ForEach-Object { $events.Add('written') }
        $events.Where{ $_ -eq 'written' }.Count | Should -Be 50
        $events.IndexOf('written') | Should -BeLessThan $events.LastIndexOf('read')
    }

    It 'asks thousands of servers with few threads' {
        $process = [Diagnostics.Process]::GetCurrentProcess()
        $before = $process.Threads.Count
        $seen = @{ Errors = 0; Threads = 0 }
        , $sandbox.Closed * 3000 | Get-PgServerCertificate 2>&1 | ForEach-Object {
            $seen.Errors++
            if ($seen.Errors % 100 -eq 0) {
                $process.Refresh()
                $seen.Threads = [Math]::Max($seen.Threads, $process.Threads.Count)
            }
        }
        $seen.Errors | Should -Be 3000
        $seen.Threads | Should -BeLessThan ($before + 40)
    }

    Context 'output survives' {
        BeforeAll {
            $served = Get-PgServerCertificate $sandbox.Good -RootCertificate $sandbox.Root
            $tested = Test-PgSslMode $sandbox.Good verify-full -UserName anyone -Database postgres -RootCertificate $sandbox.Root

            $setting = Get-PgConnectionSetting $sandbox.Good -Name sslmode

            # What another program, or another day, would look at. What comes back has hidden columns of tables besides.
            function Get-Fact($Object, $Like = $Object) {
                $Object | Select-Object -Property $Like.PSObject.Properties.Name | ConvertTo-Json -Depth 3
            }
        }

        It 'Export-Clixml and Import-Clixml: <_>' -ForEach 'served', 'tested', 'setting' {
            $object = (Get-Variable $_).Value
            $file = Join-Path $TestDrive "$_.xml"
            $object | Export-Clixml $file
            Get-Fact (Import-Clixml $file) $object | Should -Be (Get-Fact $object)
        }

        It 'Import-Clixml with a certificate that can be used' {
            $file = Join-Path $TestDrive certificate.xml
            $served | Export-Clixml $file
            $pem = (Import-Clixml $file).ChainPem
            [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem($pem).Thumbprint | Should -Be $served.Certificate.Thumbprint
        }

        It 'ConvertTo-Json, for programs that read it' {
            $read = $tested | ConvertTo-Json | ConvertFrom-Json
            $read.SslMode, $read.Connects, $read.MitmSafe | Should -Be 'verify-full', $true, $true
            ($setting | ConvertTo-Json | ConvertFrom-Json).Source | Should -Be Default
            $read = $served | ConvertTo-Json | ConvertFrom-Json
            $read.Fingerprint, $read.ChainStatus | Should -Be $served.Fingerprint, 'Complete'
            $read.NotAfter | Should -Be $served.NotAfter
        }

        It 'Start-Job, and can be piped on' {
            $server = $sandbox.Good
            $output = Start-Job {
                Import-Module $using:module
                Get-PgServerCertificate $using:server
            } | Receive-Job -Wait -AutoRemoveJob
            $output.Fingerprint | Should -Be $served.Fingerprint
            ($output | Get-PgServerCertificate).Fingerprint | Should -Be $served.Fingerprint
        }

        It 'ForEach-Object -Parallel' {
            $output = $sandbox.Good, $sandbox.SelfSigned, $sandbox.Expired | ForEach-Object -Parallel {
                Import-Module $using:module
                Get-PgServerCertificate $_
            }
            $output.Endpoint | Sort-Object | Should -Be ($sandbox.Good, $sandbox.SelfSigned, $sandbox.Expired | Sort-Object)
        }

        It 'a second Import-Module -Force' {
            Import-Module $module -Force
            $again = $served | Get-PgServerCertificate
            $again.Fingerprint | Should -Be $served.Fingerprint
            $again | Format-Table | Out-String -Width 200 | Should -Match 'localhost:\d+ +Pester'
        }
    }

    Context 'of what has nothing for the next one' {
        BeforeAll {
            Push-Location (New-Item -ItemType Directory "$TestDrive/nothing")
            'host all all 10.0.0.0/8 scram-sha-256' | Set-Content pg_hba.conf
        }

        AfterAll { Pop-Location }

        It 'names the server that served no certificate: <_>' -ForEach 'New-PgCsr', 'New-PgSelfSignedCertificate', 'Install-PgRootCert' {
            $row = Get-PgServerCertificate $sandbox.Closed -IncludeFailed
            foreach ($given in $row, [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($row))) {
                $given | & $_ -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
                $failure[0].FullyQualifiedErrorId | Should -BeLike 'InvalidCertificateFile,*'
                $failure[0] | Should -Match 'served no certificate: .*(refused|Refused)'
            }
            Get-ChildItem | ForEach-Object Name | Should -Be pg_hba.conf
        }

        It 'takes no postgresql.conf and no root file for pg_hba.conf' {
            'ssl = on' | Set-Content "$TestDrive/postgresql.conf"
            $change = Disable-PgSsl -ConfigurationPath "$TestDrive/postgresql.conf" -WhatIf -PassThru
            foreach ($given in $change, (Get-PgRootCert $sandbox.Root)) {
                $given | Get-PgHbaRule -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
                $failure[0].FullyQualifiedErrorId | Should -Match '^Invalid(ParameterValue|Endpoint),'
            }
        }

        It 'takes the settings of a connection for one server' {
            $rules = Get-PgConnectionSetting "host=localhost port=$($sandbox.ClosedPort ?? 1) user=nobody" |
                Get-PgHbaRule -ErrorAction SilentlyContinue -ErrorVariable failures
            $rules | Should -BeNullOrEmpty
            $failures | Should -HaveCount 1
        }
    }
}
