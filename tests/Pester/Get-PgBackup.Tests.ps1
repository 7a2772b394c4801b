BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $WarningPreference = 'SilentlyContinue'
    $beforeState = $env:XDG_STATE_HOME
    function New-Folder { (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName }
}

AfterAll { $env:XDG_STATE_HOME = $beforeState }

Describe 'Backups' {
    BeforeEach {
        $folder = New-Folder
        $env:XDG_STATE_HOME = New-Folder
        $hba = Join-Path $folder pg_hba.conf
        [IO.File]::WriteAllText($hba, "host all all all md5`n")
    }

    Context 'Get-PgBackup' {
        It 'tells of which file, when, by which command, and whether it is needed' {
            $change = Set-PgHbaSsl $hba
            $backup = Get-PgBackup $hba
            $backup.BackupPath | Should -Be $change.Backup
            $backup.Target, $backup.Command, $backup.Kind | Should -Be $hba, 'Set-PgHbaSsl', 'Configuration'
            $backup.IsNeeded, $backup.IsRecorded, $backup.Remarks.Count | Should -Be $true, $true, 0
            Set-PgHbaSsl -Restore $change.Backup | Out-Null
            (Get-PgBackup $hba)[0].Reason | Should -Be 'The file has the same content now.'
        }

        It 'takes <What>' -ForEach @(
            @{ What = 'the output of the change'; Given = { $change | Get-PgBackup } }
            @{ What = 'the directory'; Given = { Get-PgBackup $folder } }
            @{ What = 'the backup'; Given = { Get-PgBackup $change.Backup } }
            @{ What = 'a pattern'; Given = { Get-PgBackup "$folder/*.bak" } }
            @{ What = 'files'; Given = { Get-ChildItem "$folder/*.bak" | Get-PgBackup } }
        ) {
            $change = Set-PgHbaSsl $hba
            (& $Given).BackupPath | Should -Be $change.Backup
        }

        It 'finds the key that left the data directory, from every side' {
            'PG' | Set-Content "$folder/PG_VERSION"
            New-PgSelfSignedCertificate db1 -KeyPath "$folder/server.key" | Out-Null
            New-PgSelfSignedCertificate db1 -KeyPath "$folder/server.key" -Force | Out-Null
            Get-ChildItem "$folder/server.key.*" | Should -BeNullOrEmpty
            $key = "$env:XDG_STATE_HOME/pgssl/backups/server.key.*Z.bak" | Get-ChildItem
            (Get-PgBackup).BackupPath | Should -Be $key.FullName
            (Get-PgBackup "$folder/server.key").BackupPath | Should -Be $key.FullName
            (Get-PgBackup $folder).Kind | Sort-Object | Should -Be Certificate, PrivateKey
            if (-not $IsWindows) { $key.UnixMode | Should -Be '-rw-------' }
        }

        It 'looks into -BackupDirectory as well: <What>' -ForEach @(
            @{ What = 'for a file'; Given = { Get-PgBackup "$folder/server.crt" -BackupDirectory "$folder/kept" } }
            @{ What = 'for a directory'; Given = { Get-PgBackup $folder -BackupDirectory "$folder/kept" | Where-Object Kind -EQ Certificate } }
        ) {
            $files = @{ SslCertFile = "$folder/server.crt"; SslKeyFile = "$folder/server.key" }
            $null = New-PgSelfSignedCertificate db1 -KeyPath "$folder/server.key"
            $new = New-PgSelfSignedCertificate db1 -KeyPath "$folder/new.key"
            $null = Install-PgServerCertificate $new.CertificatePath -KeyPath $new.KeyPath @files -BackupDirectory "$folder/kept"
            Get-PgBackup "$folder/server.crt" | Should -BeNullOrEmpty
            (& $Given).BackupPath | Should -BeLike "$folder/kept/server.crt.*.bak"
        }

        It 'names a -BackupDirectory that does not exist' {
            { Get-PgBackup $folder -BackupDirectory "$folder/none" } | Should -Throw -ErrorId 'FileNotFound,PgSsl.Cmdlets.GetPgBackupCommand'
        }

        It 'takes rows of a table as servers, and keeps their columns' -Skip:$IsWindows {
            if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed'; return }
            # A server of this machine, whose backups lie in a directory of their own.
            $data = Invoke-SandboxSql HbaKept 'SHOW data_directory'
            $shelf = New-Folder
            $content = [Text.Encoding]::ASCII.GetBytes("host all all all md5`n")
            $name = 'pg_hba.conf.20260101T000000Z.bak'
            [IO.File]::WriteAllBytes("$shelf/$name", $content)
            @{
                version = 1; backup = $name; target = "$data/pg_hba.conf"; kind = 'Configuration'; time = '2026-01-01T00:00:00Z'; command = 'Set-PgHbaSsl'
                sha256 = [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($content)); others = @()
            } | ConvertTo-Json | Set-Content "$shelf/$name.json"
            $csv = "Endpoint,Owner`nhost=127.0.0.1 port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres,dba" | ConvertFrom-Csv
            $found = $csv | Get-PgBackup -BackupDirectory $shelf | Where-Object BackupPath -EQ "$shelf/$name"
            $found.Target, $found.InputObject.Owner | Should -Be "$data/pg_hba.conf", dba
            (Get-PgBackup -Endpoint $csv.Endpoint -BackupDirectory $shelf).BackupPath | Should -Contain "$shelf/$name"
            (Get-PgBackup -Endpoint $csv.Endpoint).BackupPath | Should -Not -Contain "$shelf/$name"
        }

        It 'takes text from the pipeline as paths' {
            $change = Set-PgHbaSsl $hba
            ($hba | Get-PgBackup).BackupPath | Should -Be $change.Backup
            ([pscustomobject]@{ Colour = 'red' } | Get-PgBackup -ErrorVariable failure -ErrorAction SilentlyContinue) | Should -BeNullOrEmpty
            $failure.FullyQualifiedErrorId | Should -Be 'InvalidEndpoint,PgSsl.Cmdlets.GetPgBackupCommand'
        }

        It 'names a path that leads to no file and no backup' {
            Get-PgBackup "$folder/no-such-file" -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
            $failure.FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
            Set-Content "$folder/never-changed.conf" 1
            Get-PgBackup "$folder/never-changed.conf" -ErrorAction Stop | Should -BeNullOrEmpty
        }

        It 'does not believe a record of something else' {
            $change = Set-PgHbaSsl $hba
            [IO.File]::WriteAllText("$($change.Backup).json", '{"version": 1}')
            $backup = Get-PgBackup $hba
            $backup.IsRecorded | Should -BeFalse
            $backup.Remarks | Should -Match 'is not trusted'
        }
    }

    Context 'Remove-PgBackup' {
        It 'keeps the newest, and removes records with their backups' {
            1..3 | ForEach-Object {
                Set-PgHbaSsl $hba -RejectPlaintext | Out-Null
                Set-PgHbaSsl $hba -Restore $hba | Out-Null
            }
            $newest = (Get-PgBackup $hba)[-1].BackupPath
            (Get-PgBackup $hba | Remove-PgBackup -KeepLast 1).Count | Should -Be 5
            Get-ChildItem "$folder/*.bak*" | ForEach-Object FullName | Should -Be $newest, "$newest.json"
        }

        It 'removes what is older than <Age>' -ForEach @(
            @{ Age = 30; Left = 1 }
            @{ Age = '12:00:00'; Left = 1 }
            @{ Age = '2026-01-02'; Left = 1 }
            @{ Age = '2025-12-31'; Left = 2 }
        ) {
            'x' | Set-Content "$hba.20260101T000000Z.bak"
            Set-PgHbaSsl $hba | Out-Null
            Remove-PgBackup $hba -OlderThan $Age
            Get-ChildItem "$folder/*.bak" | Should -HaveCount $Left
        }

        It 'takes of a directory nothing that has no record' {
            'of somebody else' | Set-Content "$folder/notes.txt.20260101T000000Z.bak"
            Set-PgHbaSsl $hba | Out-Null
            (Remove-PgBackup $folder -KeepLast 0 -WarningVariable warnings).Target | Should -Be $hba
            "$folder/notes.txt.20260101T000000Z.bak" | Should -Exist
            $warnings | Should -HaveCount 1
            "$warnings" | Should -Match '^One backup without a record that can be trusted stays in'
            # The command of the warning.
            Get-PgBackup $folder | Where-Object IsRecorded -EQ $false | Remove-PgBackup | Out-Null
            "$folder/notes.txt.20260101T000000Z.bak" | Should -Not -Exist
        }

        It 'says of one that is piped alone whether others of its file are newer' {
            Set-PgHbaSsl $hba | Out-Null
            'host all all all md5' | Set-Content $hba
            Start-Sleep -Milliseconds 1100
            Set-PgHbaSsl $hba | Out-Null
            'local all all peer' | Set-Content $hba
            $removed = (Get-PgBackup $hba)[0] | Remove-PgBackup -WhatIf -PassThru
            $removed.IsNeeded | Should -BeFalse
            $removed.Plan | Should -Not -Match 'still needed'
        }

        It 'removes nothing with -WhatIf, and nothing that is no backup' {
            Set-PgHbaSsl $hba | Out-Null
            Get-PgBackup $hba | Remove-PgBackup -WhatIf
            $hba, $folder | Remove-PgBackup -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.FullyQualifiedErrorId | Should -Be (, 'NotABackup,PgSsl.Cmdlets.RemovePgBackupCommand' * 2)
            Get-ChildItem $folder | Should -HaveCount 3
        }
    }

    Context '-Restore' {
        It 'installs the earlier pair again, from either of its backups' {
            'PG' | Set-Content "$folder/PG_VERSION"
            $files = @{ SslCertFile = "$folder/server.crt"; SslKeyFile = "$folder/server.key" }
            $old = New-PgSelfSignedCertificate db1 -KeyPath "$folder/server.key"
            $new = New-PgSelfSignedCertificate db1 -KeyPath "$folder/new.key"
            $made = Install-PgServerCertificate $new.CertificatePath -KeyPath $new.KeyPath @files
            $made.Backup | Should -HaveCount 2
            $undone = Get-PgBackup "$folder/server.key" | Install-PgServerCertificate @files
            $undone.Fingerprint, $undone.IsChanged | Should -Be $old.Fingerprint, $true
            $undone.Remarks -match 'server\.key\.\S+\.bak is restored' | Should -HaveCount 1
            # What was put back is there: a second run does not undo the undo.
            $again = Install-PgServerCertificate -Restore "$folder/server.crt" @files
            $again.Fingerprint, $again.IsChanged | Should -Be $old.Fingerprint, $false
            (Install-PgServerCertificate -Restore $undone.Backup @files).Fingerprint | Should -Be $made.Fingerprint
            $other = @{ SslCertFile = "$folder/new.crt"; SslKeyFile = "$folder/new.key"; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failure' }
            Install-PgServerCertificate -Restore $made.Backup @other | Should -BeNullOrEmpty
            $failure[0].FullyQualifiedErrorId | Should -Be 'ForeignBackup,PgSsl.Cmdlets.InstallPgServerCertificateCommand'
        }

        It 'finds the pair where -BackupDirectory was, and guesses none without it' {
            $files = @{ SslCertFile = "$folder/server.crt"; SslKeyFile = "$folder/server.key" }
            $null = New-PgSelfSignedCertificate db1 -KeyPath "$folder/server.key"
            $pairs = foreach ($name in 'one', 'two') { New-PgSelfSignedCertificate db1 -KeyPath "$folder/$name.key" }
            $null = Install-PgServerCertificate $pairs[0].CertificatePath -KeyPath $pairs[0].KeyPath @files
            $null = Install-PgServerCertificate $pairs[1].CertificatePath -KeyPath $pairs[1].KeyPath @files -BackupDirectory "$folder/kept"
            $again = @{ Restore = "$folder/server.crt" } + $files
            Install-PgServerCertificate @again -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
            $failure[0].FullyQualifiedErrorId | Should -Be 'FileChanged,PgSsl.Cmdlets.InstallPgServerCertificateCommand'
            (Install-PgServerCertificate @again -BackupDirectory "$folder/kept").Fingerprint | Should -Be $pairs[0].Fingerprint
        }

        It 'is not begun where backups cannot go to -BackupDirectory' {
            $files = @{ SslCertFile = "$folder/server.crt"; SslKeyFile = "$folder/server.key" }
            $null = New-PgSelfSignedCertificate db1 -KeyPath "$folder/server.key"
            $new = New-PgSelfSignedCertificate db1 -KeyPath "$folder/new.key"
            $before = Get-FileHash "$folder/server.crt"
            'x' | Set-Content "$folder/file"
            if (-not $IsWindows) {
                { Install-PgServerCertificate $new.CertificatePath -KeyPath $new.KeyPath @files -BackupDirectory /proc/x -ErrorAction Stop } |
                    Should -Throw -ErrorId 'FileNotWritten,PgSsl.Cmdlets.InstallPgServerCertificateCommand'
            }
            foreach ($isWhatIf in $true, $false) {
                { Install-PgServerCertificate $new.CertificatePath -KeyPath $new.KeyPath @files -BackupDirectory "$folder/file" -WhatIf:$isWhatIf -ErrorAction Stop } |
                    Should -Throw -ErrorId 'FileNotWritten,PgSsl.Cmdlets.InstallPgServerCertificateCommand'
            }
            (Get-FileHash "$folder/server.crt").Hash | Should -Be $before.Hash
        }

        It 'of several backups of one file is refused' {
            $first = Set-PgHbaSsl $hba
            'host all all all md5' | Set-Content $hba
            Start-Sleep -Milliseconds 1100
            $second = Set-PgHbaSsl $hba
            { Set-PgHbaSsl $hba -Restore $first.Backup[0], $second.Backup[0] -ErrorAction Stop } |
                Should -Throw -ErrorId 'ContradictoryParameters,PgSsl.Cmdlets.SetPgHbaSslCommand'
        }

        It 'of several backups of one file through the pipeline is refused before anything is written: <Cmdlet>' -ForEach @(
            @{ Cmdlet = 'Set-PgHbaSsl'; File = 'pg_hba.conf'; Id = 'ContradictoryParameters,PgSsl.Cmdlets.SetPgHbaSslCommand' }
            @{ Cmdlet = 'Install-PgRootCert'; File = 'root.crt'; Id = 'ContradictoryParameters,PgSsl.Cmdlets.InstallPgRootCertCommand' }
            @{ Cmdlet = 'Install-PgServerCertificate'; File = 'server.crt'; Id = 'ContradictoryParameters,PgSsl.Cmdlets.InstallPgServerCertificateCommand' }
        ) {
            $path = "$folder/$File"
            $files = @{}
            if ($Cmdlet -eq 'Install-PgServerCertificate') {
                $files = @{ SslCertFile = $path; SslKeyFile = "$folder/server.key" }
                foreach ($name in 'one', 'two', 'three') {
                    $made = New-PgSelfSignedCertificate db1 -KeyPath "$folder/$name.key"
                    $null = Install-PgServerCertificate $made.CertificatePath -KeyPath $made.KeyPath @files
                }
            }
            elseif ($Cmdlet -eq 'Install-PgRootCert') {
                foreach ($root in $sandbox.Root, $sandbox.OtherRoot, $sandbox.IssuerCertificate) { $null = Install-PgRootCert $root -Path $path -ErrorAction Ignore }
                $null = Uninstall-PgRootCert -Path $path -Fingerprint (Get-PgRootCert $path)[0].Fingerprint
            }
            else {
                $null = Set-PgHbaSsl $hba
                'host all all all md5' | Set-Content $hba
                $null = Set-PgHbaSsl $hba
            }
            $before = (Get-FileHash $path).Hash
            $backups = Get-PgBackup $path
            $backups.Count | Should -BeGreaterThan 1

            $backups | & $Cmdlet @files -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty

            $failure.FullyQualifiedErrorId | Should -Be $Id
            foreach ($backup in $backups) { "$failure" | Should -BeLike "*$($backup.BackupPath)*" }
            $failure[0].ErrorDetails.RecommendedAction | Should -Match 'Select-Object -Last 1'
            (Get-FileHash $path).Hash | Should -Be $before
            ($backups | Select-Object -Last 1 | & $Cmdlet @files).IsChanged | Should -BeTrue
        }

        It 'of backups of two files through the pipeline restores both' {
            $other = "$folder/other.conf"
            Copy-Item $hba $other
            $null = Set-PgHbaSsl $hba
            $null = Set-PgHbaSsl $other
            (Get-PgBackup $hba, $other | Set-PgHbaSsl).IsChanged | Should -Be $true, $true
            Get-Content $hba, $other | Should -Be (, 'host all all all md5' * 2)
        }

        It 'that changes nothing says with what it was compared: <Cmdlet>' -ForEach @(
            @{ Cmdlet = 'Set-PgHbaSsl' }, @{ Cmdlet = 'Install-PgRootCert' }, @{ Cmdlet = 'Install-PgServerCertificate' }
        ) {
            $roots = "$folder/root.crt"
            $files = @{ SslCertFile = "$folder/server.crt"; SslKeyFile = "$folder/server.key" }
            $backup = switch ($Cmdlet) {
                Set-PgHbaSsl { (Set-PgHbaSsl $hba).Backup }
                Install-PgRootCert { $null = Install-PgRootCert $sandbox.Root -Path $roots; (Install-PgRootCert $sandbox.OtherRoot -Path $roots).Backup }
                default {
                    $null = New-PgSelfSignedCertificate db1 -KeyPath "$folder/server.key"
                    $new = New-PgSelfSignedCertificate db1 -KeyPath "$folder/new.key"
                    (Install-PgServerCertificate $new.CertificatePath -KeyPath $new.KeyPath @files).Backup
                }
            }
            $with = $Cmdlet -eq 'Install-PgServerCertificate' ? $files : @{}
            $null = & $Cmdlet -Restore $backup @with
            $again = & $Cmdlet -Restore $backup @with
            $again.IsChanged | Should -BeFalse
            foreach ($path in $backup) { "$($again.Remarks)" | Should -BeLike "*Nothing is restored, because what is there is the same as in $path*" }
        }

        It 'puts an earlier root file back' {
            $roots = "$folder/root.crt"
            Install-PgRootCert $sandbox.Root -Path $roots
            $before = Get-FileHash $roots
            Install-PgRootCert $sandbox.OtherRoot -Path $roots
            Get-PgBackup $roots | Install-PgRootCert
            (Get-FileHash $roots).Hash | Should -Be $before.Hash
        }

        It 'restores a piped backup of rules, and refuses one that was changed' {
            $change = Set-PgHbaSsl $hba
            Get-PgBackup $hba | Set-PgHbaSsl | Out-Null
            [IO.File]::ReadAllText($hba) | Should -BeExactly "host all all all md5`n"
            Add-Content $change.Backup 'host all all all trust'
            Set-PgHbaSsl -Restore $change.Backup -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
            $failure[0].FullyQualifiedErrorId | Should -Be 'BackupDamaged,PgSsl.Cmdlets.SetPgHbaSslCommand'
        }

        It 'completes the backups of the file' {
            $change = Set-PgHbaSsl $hba
            $line = "Set-PgHbaSsl -Path $hba -Restore "
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be $change.Backup
        }

        It 'completes what <Cmdlet> puts back, and no other kind' -ForEach @(
            @{ Cmdlet = 'Set-PgHbaSsl'; Kind = 'Configuration' }
            @{ Cmdlet = 'Install-PgRootCert'; Kind = 'Roots' }
            @{ Cmdlet = 'Install-PgServerCertificate'; Kind = 'Certificate', 'PrivateKey' }
        ) {
            $null = Set-PgHbaSsl $hba
            $null = Install-PgRootCert $sandbox.Root -Path "$folder/root.crt"
            $null = Install-PgRootCert $sandbox.OtherRoot -Path "$folder/root.crt"
            foreach ($i in 1..2) { $null = New-PgSelfSignedCertificate db1 -KeyPath "$folder/server.key" -Force }
            $line = "$Cmdlet -Restore $folder/"
            $offered = (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
            (Get-PgBackup $offered).Kind | Sort-Object | Should -Be $Kind
        }
    }
}
