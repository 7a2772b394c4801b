BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    # psql is the judge of every change on a server.
    $isUnjudged = -not (Get-Sandbox).Psql
    $servers = @(
        @{ Server = 'HbaChanged'; Version = [int](Get-Sandbox).Major }
        if ((Get-Sandbox).HbaDirect) { @{ Server = 'HbaDirect'; Version = 18 } }
    )
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1, $PSScriptRoot/PowerShell.psm1
    $sandbox = Get-Sandbox

    function New-HbaFile([string] $Text) {
        $path = "$TestDrive/$(New-Guid).conf"
        [IO.File]::WriteAllText($path, $Text)
        (Get-Item $path).FullName
    }

    function Get-Bytes($Path) { [Convert]::ToHexString([IO.File]::ReadAllBytes($Path)) }

    # What a file holds after the change, which was to succeed.
    function Edit-Hba([string] $Text, [hashtable] $With = @{}) {
        $path = New-HbaFile $Text
        Set-PgHbaSsl $path @With -WarningAction SilentlyContinue -ErrorAction Stop | Out-Null
        [IO.File]::ReadAllText($path)
    }
}

Describe 'Set-PgHbaSsl' {
    Context 'the file' {
        It 'changes in the bytes that must, and in no other' {
            $before = "# comment`r`nlocal`tall all peer`r`n  host`tall`tall`t10.0.0.0/8`tscram-sha-256 `t# ""host"" \x`r`n`r`n# host all all all md5`r`nhost  ""all"", b app all md5  map=x"
            $before = $before.Replace('  map=x', '')
            Edit-Hba $before | Should -BeExactly $before.Replace('  host', '  hostssl').Replace("`r`nhost  ", "`r`nhostssl  ")
        }

        It 'keeps bytes that are no text' {
            $path = New-HbaFile ''
            $start = [byte[]](0x23, 0xFF, 0xFE, 0x0A)
            [IO.File]::WriteAllBytes($path, $start + [Text.Encoding]::ASCII.GetBytes("host all caf") + [byte[]](0xE9) + [Text.Encoding]::ASCII.GetBytes(" all md5`n"))
            Set-PgHbaSsl $path | Out-Null
            Get-Bytes $path | Should -Be ([Convert]::ToHexString($start + [Text.Encoding]::ASCII.GetBytes("hostssl all caf") + [byte[]](0xE9) + [Text.Encoding]::ASCII.GetBytes(" all md5`n")))
        }

        It 'has <After> for <Before> with <Arguments>' -ForEach @(
            @{ Before = 'host all all all md5'; With = @{}; After = 'hostssl all all all md5' }
            @{ Before = 'hostnogssenc all all all md5'; With = @{}; After = 'hostssl all all all md5' }
            @{ Before = 'host all all 127.0.0.1/32 md5'; With = @{}; After = 'host all all 127.0.0.1/32 md5' }
            @{ Before = 'host all all 127.0.0.1/32 md5'; With = @{ IncludeLoopback = $true }; After = 'hostssl all all 127.0.0.1/32 md5' }
            @{ Before = 'host all all all reject'; With = @{}; After = 'host all all all reject' }
            @{ Before = 'hostnossl all all all md5'; With = @{}; After = 'hostnossl all all all md5' }
            @{ Before = 'hostnossl all all all md5'; With = @{ Type = 'hostnossl' }; After = 'hostssl all all all md5' }
            @{ Before = 'hostgssenc all all all gss'; With = @{}; After = 'hostgssenc all all all gss' }
            @{ Before = 'host all all all gss'; With = @{}; After = "hostssl all all all gss`nhostgssenc all all all gss" }
            @{ Before = 'hostssl all all all md5'; With = @{ ClientCertificate = 'verify-full' }; After = 'hostssl all all all md5 clientcert=verify-full' }
            @{ Before = 'host all all all md5 # x'; With = @{ ClientCertificate = 'VerifyCa' }; After = 'hostssl all all all md5 clientcert=verify-ca # x' }
            @{ Before = 'hostssl all all all md5 clientcert=verify-ca'; With = @{ ClientCertificate = 'verify-full' }; After = 'hostssl all all all md5 clientcert=verify-full' }
            @{ Before = 'hostssl all all all md5 clientcert=verify-ca'; With = @{ ClientCertificate = 'none' }; After = 'hostssl all all all md5' }
            @{ Before = 'host all all all password'; With = @{ AuthenticationMethod = 'scram-sha-256' }; After = 'hostssl all all all scram-sha-256' }
            @{ Before = 'host all all all ldap ldapserver=a ldapbasedn=b'; With = @{ AuthenticationMethod = 'scram-sha-256' }; After = 'hostssl all all all ldap ldapserver=a ldapbasedn=b' }
            @{ Before = 'hostssl all all all md5 clientcert=verify-ca'; With = @{ Allow = $true }; After = 'host all all all md5' }
            @{ Before = 'hostssl all all all cert'; With = @{ Allow = $true }; After = 'hostssl all all all cert' }
            @{ Before = 'host all all all md5'; With = @{ RejectPlaintext = $true }; After = 'hostssl all all all md5' + "`nhostnossl all,replication all all reject" }
        ) {
            $Arguments = $With.Keys -join ', '
            Edit-Hba "$Before`n" $With | Should -BeExactly "$After`n"
            # And once more: it is as it was asked for, and no byte is touched.
            Edit-Hba "$After`n" $With | Should -BeExactly "$After`n"
        }

        It 'changes for what is selected: <Arguments>' -ForEach @(
            @{ With = @{ User = 'app' }; Changed = 1, 4 }
            @{ With = @{ User = 'ap?', 'bob' }; Changed = 1, 2, 4 }
            @{ With = @{ Database = 'orders' }; Changed = , 1 }
            @{ With = @{ Database = '*' }; Changed = 1, 2, 3, 4 }
            @{ With = @{ Address = '10.0.0.0/8' }; Changed = 1, 2 }
            @{ With = @{ Address = 'all' }; Changed = 3, 4 }
            @{ With = @{ Address = '10.0.0.0/8'; User = 'bob' }; Changed = , 2 }
            @{ With = @{ User = 'nobody' }; Changed = @() }
        ) {
            $path = New-HbaFile "host orders app 10.1.0.0/16 md5`nhost crm bob 10.2.0.0/16 md5`nhost all +x all md5`nhost replication app all md5`n"
            $change = Set-PgHbaSsl $path @With -WarningAction SilentlyContinue
            @($change.Rules.LineNumber) | Should -Be $Changed
            @(Get-PgHbaRule $path | Where-Object Type -EQ hostssl).LineNumber | Should -Be $Changed
        }

        It 'has the rule of -RejectPlaintext where it takes effect, behind what is still to get in' {
            $before = "local all all peer`nhost all all 127.0.0.1/32 md5`nhostnossl old all all md5`nhost all all 10.0.0.0/8 gss`n"
            $after = @(
                'local all all peer'
                'host all all 127.0.0.1/32 md5'
                'hostgssenc old all all md5'
                'hostgssenc all all 10.0.0.0/8 gss'
                'hostnossl all,replication all all reject'
                'hostnossl old all all md5'
                'hostssl all all 10.0.0.0/8 gss'
                'hostgssenc all all 10.0.0.0/8 gss'
            )
            Edit-Hba $before @{ RejectPlaintext = $true } | Should -BeExactly (($after -join "`n") + "`n")
            Edit-Hba (($after -join "`n") + "`n") @{ RejectPlaintext = $true } | Should -BeExactly (($after -join "`n") + "`n")
        }

        It 'puts no backup back where a change is asked for: <Way>' -ForEach @(
            @{ Way = 'live'; Kept = { $args[0] } }
            @{ Way = 'JSON'; Kept = { $args[0] | ConvertTo-Json -Depth 4 | ConvertFrom-Json } }
        ) {
            $path = New-HbaFile "host all all 10.0.0.0/8 md5`n"
            Set-PgHbaSsl $path | Out-Null
            $backup = & $Kept (Get-PgBackup $path | Select-Object -First 1)
            $after = [IO.File]::ReadAllText($path)
            $backup | Set-PgHbaSsl -RejectPlaintext -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'ContradictoryParameters,PgSsl.Cmdlets.SetPgHbaSslCommand'
            [IO.File]::ReadAllText($path) | Should -BeExactly $after
            ($backup | Set-PgHbaSsl).IsChanged | Should -BeTrue
        }

        It 'has no place for that rule before loopback rules that are to stay, and says so' {
            $path = New-HbaFile "hostnossl old all all md5`nhost all all 127.0.0.1/32 md5`n"
            Set-PgHbaSsl $path -RejectPlaintext -ErrorVariable failure -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failure.FullyQualifiedErrorId | Should -Match '^ContradictoryParameters'
            $failure[0].Exception.Message | Should -Match 'must come before .*\.conf:1\..* hide .*\.conf:2'
            (Set-PgHbaSsl $path -RejectPlaintext -IncludeLoopback).IsChanged | Should -BeTrue
        }

        It 'warns of plaintext that is still let in' {
            $path = New-HbaFile "host orders app all md5`nhost crm app all md5`n"
            Set-PgHbaSsl $path -Database orders -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null
            $warnings | Should -Match 'still let clients in without TLS.*\.conf:2'
        }

        It 'is the same after the second time, there is no second backup, and the object says so' {
            $path = New-HbaFile "host all all all md5`n"
            Set-PgHbaSsl $path -RejectPlaintext | Select-Object -ExpandProperty IsChanged | Should -BeTrue
            $first = Get-Bytes $path
            $again = Set-PgHbaSsl $path -RejectPlaintext
            $again.IsChanged, $again.RuleCount, $again.Diff.Count, $again.Backup.Count | Should -Be $false, 0, 0, 0
            Get-Bytes $path | Should -Be $first
            Get-ChildItem "$path*.bak" | Should -HaveCount 1
        }

        It 'is followed into what it includes, and each file has a backup' {
            $more = New-HbaFile "host crm all all md5`n"
            $path = New-HbaFile "host orders all all md5`ninclude $more`n"
            $change = Set-PgHbaSsl $path
            $change.Backup | Should -HaveCount 2
            [IO.File]::ReadAllText($more) | Should -BeExactly "hostssl crm all all md5`n"
            $change.Diff -match '^\+\+\+ ' | Should -Be "+++ $path", "+++ $more"
        }

        It 'keeps its mode' -Skip:$IsWindows {
            $path = New-HbaFile "host all all all md5`n"
            [IO.File]::SetUnixFileMode($path, 'UserRead, UserWrite, GroupRead')
            $change = Set-PgHbaSsl $path
            [IO.File]::GetUnixFileMode($path) | Should -Be ([IO.UnixFileMode]'UserRead, UserWrite, GroupRead')
            [IO.File]::ReadAllText($change.Backup[0]) | Should -BeExactly "host all all all md5`n"
        }

        It 'may come from the pipeline' {
            $path = New-HbaFile "host all all all md5`n"
            (Get-Item $path | Set-PgHbaSsl).IsChanged | Should -BeTrue
            (Get-PgHbaRule $path | Set-PgHbaSsl).IsChanged | Should -BeFalse
        }
    }

    Context 'what it gives' {
        It 'says without a server which proofs are missing' {
            $change = Set-PgHbaSsl (New-HbaFile "host all all all md5`n")
            $change | Should -BeOfType PgSsl.HbaSslChange
            $change.IsChanged, $change.IsProven, $change.Endpoint, $change.RuleCount | Should -Be $true, $false, $null, 1
            $change.Proofs.Name | Should -Be Rules, Reload, Wire
            $change.Proofs.State | Should -Be Proven, NotMade, NotMade
            $change.Proofs[1].Detail | Should -Match 'pg_reload_conf'
            $change.Rules.Before.Type, $change.Rules.After.Type | Should -Be host, hostssl
        }

        It 'is the rules before and after with -PassThru' {
            $path = New-HbaFile "local all all peer`nhost all all all md5`n"
            $rules = Set-PgHbaSsl $path -RejectPlaintext -PassThru
            $rules | ForEach-Object { $_ | Should -BeOfType PgSsl.HbaRuleChange }
            $rules.Action | Should -Be Changed, Added
            $rules.LineNumber | Should -Be 2, 3
            $rules.RawBefore | Should -Be 'host all all all md5', $null
            $rules.RawAfter | Should -Be 'hostssl all all all md5', 'hostnossl all,replication all all reject'
            Set-PgHbaSsl $path -RejectPlaintext -PassThru | Should -BeNullOrEmpty
        }

        It 'is a diff as diff -u shows it, without secrets' {
            $secret = 'ldap ldapserver=ds ldapbasedn=x ldapbindpasswd="the hunter2"'
            $path = New-HbaFile "host all all all $secret # $secret`n# host all all all $secret`n"
            $shown = Set-PgHbaSsl $path -Verbose 4>&1
            $change = $shown | Where-Object { $_ -is [PgSsl.HbaSslChange] }
            $line = 'host all all all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd=*** # ldap ldapserver=ds ldapbasedn=x ldapbindpasswd=***'
            $change.Diff | Should -Be "--- $path", "+++ $path", '@@ -1,2 +1,2 @@', "-$line", "+$($line.Replace('host', 'hostssl'))", ' # host all all all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd=***'
            $shown | Out-String -Width 500 | Should -Not -Match hunter2
            $change | ConvertTo-Json -Depth 5 | Should -Not -Match hunter2
            [IO.File]::ReadAllText($path) | Should -BeExactly "hostssl all all all $secret # $secret`n# host all all all $secret`n"
        }
    }

    Context '-WhatIf' {
        It 'changes nothing, and shows the diff' {
            $path = New-HbaFile "local all all peer`nhost all all all md5`n"
            $before = Get-Bytes $path
            Start-Transcript "$TestDrive/whatif.txt" | Out-Null
            try { Set-PgHbaSsl $path -WhatIf | Should -BeNullOrEmpty }
            finally { Stop-Transcript | Out-Null }
            Get-Bytes $path | Should -Be $before
            Get-ChildItem "$path*" | Should -HaveCount 1
            $text = Get-Content -Raw "$TestDrive/whatif.txt"
            $text | Should -Match "What if: 1 rule of $([regex]::Escape($path)) would change:"
            $text | Should -Match '(?m)^@@ -1,2 \+1,2 @@\r?$'
            $text | Should -Match '(?m)^-host all all all md5\r?$'
            $text | Should -Match '(?m)^\+hostssl all all all md5\r?$'
        }

        It 'holds for $WhatIfPreference, too' {
            $path = New-HbaFile "host all all all md5`n"
            $WhatIfPreference = $true
            Set-PgHbaSsl $path 6>&1 | Out-Null
            [IO.File]::ReadAllText($path) | Should -BeExactly "host all all all md5`n"
        }

        It 'is not needed in a runbook: nothing is asked for at the default preference' {
            # A question would be an error here: PowerShell runs without a user.
            [Environment]::GetCommandLineArgs() | Should -Contain '-NonInteractive'
            Set-PgHbaSsl (New-HbaFile "host all all all md5`n") -ErrorAction Stop | Should -Not -BeNullOrEmpty
            { Set-PgHbaSsl (New-HbaFile "host all all all md5`n") -Confirm -ErrorAction Stop } | Should -Throw -ExpectedMessage '*NonInteractive*'
        }
    }

    Context '-Restore' {
        It 'puts a backup back, byte for byte, and leaves one of what was there' {
            $path = New-HbaFile "host`tall all all md5`r`n# no end"
            $before = Get-Bytes $path
            $change = Set-PgHbaSsl $path -RejectPlaintext
            $undone = Set-PgHbaSsl -Restore $change.Backup
            Get-Bytes $path | Should -Be $before
            $undone.IsChanged | Should -BeTrue
            $undone.Rules.Action | Should -Be Changed, Removed
            [IO.File]::ReadAllText($undone.Backup[0]) | Should -Match '^hostssl'
            (Set-PgHbaSsl -Restore $change.Backup).IsChanged | Should -BeFalse
        }

        It 'puts included files back as well' {
            $more = New-HbaFile "host crm all all md5`n"
            $path = New-HbaFile "host orders all all md5`ninclude $more`n"
            $change = Set-PgHbaSsl $path
            $change | Set-PgHbaSsl -Restore $change.Backup | Out-Null
            [IO.File]::ReadAllText($more) | Should -BeExactly "host crm all all md5`n"
            [IO.File]::ReadAllText($path) | Should -BeExactly "host orders all all md5`ninclude $more`n"
        }

        It 'does not put back what the server would not load' {
            $path = New-HbaFile "host all all all md5`n"
            $backup = "$path.20260101T000000Z.bak"
            'hosts all all all md5' | Set-Content $backup
            { Set-PgHbaSsl $path -Restore $backup -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidHbaFile,PgSsl.Cmdlets.SetPgHbaSslCommand'
            [IO.File]::ReadAllText($path) | Should -BeExactly "host all all all md5`n"
        }
    }

    Context 'what it refuses' {
        It 'is <Id>: <What>' -ForEach @(
            @{ What = 'a file of Patroni'; Id = 'ManagedElsewhere'; Text = "# Do not edit this file manually!`n# It will be overwritten by Patroni!`nhost all all all md5`n"; Message = 'is written by Patroni' }
            @{ What = 'a file of Puppet'; Id = 'ManagedElsewhere'; Text = "# This file is managed by Puppet. DO NOT EDIT.`nhost all all all md5`n"; Message = 'is written by Puppet' }
            @{ What = 'a file that the server does not load'; Id = 'InvalidHbaFile'; Text = "hosts all all all md5`n"; Message = 'invalid connection type "hosts"' }
            @{ What = 'a file without rules'; Id = 'InvalidHbaFile'; Text = "# nothing`n"; Message = 'it contains no rule' }
        ) {
            $path = New-HbaFile $Text
            Set-PgHbaSsl $path -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be "$Id,PgSsl.Cmdlets.SetPgHbaSslCommand"
            $failures[0].Exception.Message | Should -Match $Message
            $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            [IO.File]::ReadAllText($path) | Should -BeExactly $Text
        }

        It 'names the knob of the one who writes the file' {
            $path = New-HbaFile "# It will be overwritten by Patroni!`nhost all all all md5`n"
            Set-PgHbaSsl $path -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures[0].ErrorDetails.RecommendedAction | Should -Match 'patronictl edit-config'
        }

        It 'warns of lines that are somebody else''s in a file that is not' {
            $path = New-HbaFile "# BEGIN ANSIBLE MANAGED BLOCK`nhost all all all md5`n# END ANSIBLE MANAGED BLOCK`n"
            (Set-PgHbaSsl $path -WarningVariable warnings -WarningAction SilentlyContinue).IsChanged | Should -BeTrue
            $warnings | Should -Match 'Ansible'
        }

        It 'is a file that does not exist, and the others go on' {
            $path = New-HbaFile "host all all all md5`n"
            $changes = [pscustomobject]@{ Path = "$TestDrive/nowhere" }, [pscustomobject]@{ Path = $path } |
                Set-PgHbaSsl -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -Be 'FileNotFound,PgSsl.Cmdlets.SetPgHbaSslCommand'
            $changes.Path | Should -Be $path
        }

        It 'is -Allow together with its opposite' {
            { Set-PgHbaSsl (New-HbaFile "host all all all md5`n") -Allow -RejectPlaintext } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        }

        It 'is a word that there is not: -<Parameter> <Word>' -ForEach @(
            @{ Parameter = 'ClientCertificate'; Word = 'always' }
            @{ Parameter = 'AuthenticationMethod'; Word = 'md5' }
            @{ Parameter = 'Type'; Word = 'local' }
        ) {
            $wrong = @{ $Parameter = $Word }
            { Set-PgHbaSsl (New-HbaFile "host all all all md5`n") @wrong } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        }
    }
}

Describe 'Set-PgHbaSsl on PostgreSQL <Version>' -Skip:$isUnjudged -ForEach $servers {
    BeforeAll {
        $file = $sandbox."${Server}File"
        $port = $sandbox."${Server}Port"
        $socket = "host=$($sandbox."${Server}Socket") port=$port user=postgres dbname=postgres"

        function Get-Transport($Mode, $User = 'app') { Get-PsqlTransport "host=127.0.0.1 port=$port dbname=postgres user=$User sslmode=$Mode" }
    }

    BeforeEach {
        Set-SandboxHba $Server 'host all postgres 127.0.0.1/32 trust', 'host all all 0.0.0.0/0 trust'
        $before = Get-Bytes $file
    }

    AfterEach { Get-ChildItem "$file.*.bak" | Remove-Item }

    It 'refuses plaintext from then on, and proves it on the wire' {
        Get-Transport disable | Should -Be plaintext
        $change = Set-PgHbaSsl -Endpoint $socket -WarningVariable warnings
        $change.IsChanged, $change.IsProven, $change.Path | Should -Be $true, $true, $file
        $change.Proofs.Name | Sort-Object -Unique | Should -Be Reload, Rules, ServerRules, Start, TlsOffered, Wire
        $change.Proofs.State | Sort-Object -Unique | Should -Be Proven
        $change.Proofs.Detail -match 'in plaintext is refused: no pg_hba\.conf entry' | Should -HaveCount 1
        $change.Proofs.Detail -match 'over TLS is let in' | Should -HaveCount 1
        $warnings | Should -BeNullOrEmpty
        Get-Transport disable | Should -Be none
        Get-Transport require | Should -Be tls
        Get-Transport disable postgres | Should -Be plaintext -Because 'rules for the loopback addresses stay'
    }

    It 'changes and proves nothing the second time, and says so' {
        Set-PgHbaSsl -Endpoint $socket | Out-Null
        $first = Get-Bytes $file
        $again = Set-PgHbaSsl -Endpoint $socket
        $again.IsChanged, $again.IsProven | Should -Be $false, $null
        Get-Bytes $file | Should -Be $first
        Get-ChildItem "$file.*.bak" | Should -HaveCount 1
    }

    It 'goes back by -Restore, byte for byte, and the server with it' {
        $change = Set-PgHbaSsl -Endpoint $socket -RejectPlaintext
        Get-Transport disable | Should -Be none
        $undone = Set-PgHbaSsl -Endpoint $socket -Restore $change.Backup
        $undone.IsProven | Should -BeTrue
        Get-Bytes $file | Should -Be $before
        Get-Transport disable | Should -Be plaintext
    }

    It 'goes back by -Allow, too' {
        Set-PgHbaSsl -Endpoint $socket -RejectPlaintext | Out-Null
        $change = Set-PgHbaSsl -Endpoint $socket -Allow
        $change.IsProven | Should -BeTrue
        $change.Rules.Action | Sort-Object -Unique | Should -Be Changed, Removed
        Get-Bytes $file | Should -Be $before
        Get-Transport disable | Should -Be plaintext
    }

    It 'is undone if the process is to end (SIG<_>), and the process ends after that' -Skip:(-not $IsLinux) -ForEach 'TERM', 'HUP' {
        $folder = Split-Path $file
        # While another change has the folder locked, the command waits; its first write comes after the signal.
        $null = New-Item "$folder/.pgssl-lock" -ItemType File
        $holder = [Diagnostics.Process]::Start('flock', [string[]]('-o', "$folder/.pgssl-lock", 'sleep', '60'))
        $command = Start-PowerShell { Import-Module $args[0]; Set-PgHbaSsl -Endpoint $args[1] } -Arguments (Join-Path $env:PGSSL_TEST_MODULE PgSsl.psd1), $socket
        try {
            # On a busy machine a PowerShell takes half a minute to start.
            for ($i = 0; $i -lt 4000 -and -not $command.HasExited; $i++) {
                if ((Get-ChildItem "/proc/$($command.Id)/fd" -ErrorAction Ignore).Target -contains $folder) { break }
                Start-Sleep -Milliseconds 20
            }
            /bin/kill "-$_" $command.Id
            Start-Sleep -Seconds 1
            $command.HasExited | Should -BeFalse -Because 'the change goes on until it is undone'
        }
        finally { $holder.Kill() }
        $command.WaitForExit(60000) | Should -BeTrue
        $command.ExitCode | Should -Not -Be 0
        Get-Bytes $file | Should -Be $before
        Get-ChildItem $folder -Force -File -Filter '*pgssl*' | Should -BeNullOrEmpty
        Get-ChildItem "$file.*.bak" | Should -BeNullOrEmpty
        Get-Transport disable | Should -Be plaintext
    }

    It 'with -RejectPlaintext has the server say that it rejects, and keeps the loopback rules' {
        $change = Set-PgHbaSsl -Endpoint $socket -RejectPlaintext
        $change.Proofs.Detail -match 'pg_hba\.conf rejects connection' | Should -HaveCount 1
        Get-Transport disable | Should -Be none
        Get-Transport require | Should -Be tls
        Get-Transport disable postgres | Should -Be plaintext
    }

    It 'takes effect for roles that are selected, and no others' {
        $change = Set-PgHbaSsl -Endpoint $socket -User postgres -WarningAction SilentlyContinue
        $change.IsChanged | Should -BeFalse -Because 'the rule of postgres is one for the loopback address'
        Set-SandboxHba $Server 'host all app all trust', 'host all bob all trust'
        (Set-PgHbaSsl -Endpoint $socket -User app -WarningAction SilentlyContinue).IsProven | Should -BeTrue
        Get-Transport disable app | Should -Be none
        Get-Transport disable bob | Should -Be plaintext
    }

    Context 'lock-out' {
        It 'of this session is refused, -WhatIf says why, and -Force does it anyway' {
            $own = "host=127.0.0.1 port=$port user=postgres dbname=postgres sslmode=disable"
            Set-PgHbaSsl -Endpoint $own -IncludeLoopback -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'LockOut,PgSsl.Cmdlets.SetPgHbaSslCommand'
            $failures[0].Exception.Message | Should -Match 'would lock out: this session, role postgres from 127\.0\.0\.1 in plaintext'
            $failures[0].ErrorDetails.RecommendedAction | Should -Match '-Force'
            Get-Bytes $file | Should -Be $before
            (Set-PgHbaSsl -Endpoint $own -IncludeLoopback -Force -WarningAction SilentlyContinue).IsProven | Should -BeTrue
            Get-Transport disable postgres | Should -Be none
            Get-Transport require postgres | Should -Be tls
        }

        It 'is none where this session comes over TLS' {
            $own = "host=127.0.0.1 port=$port user=postgres dbname=postgres sslmode=require"
            (Set-PgHbaSsl -Endpoint $own -IncludeLoopback).IsProven | Should -BeTrue
            Get-Transport disable postgres | Should -Be none
        }

        It 'of a role whose sessions are all in plaintext is refused, and -WhatIf names them' {
            Start-SandboxSession $Server 'user=app sslmode=disable'
            try {
                Start-Transcript "$TestDrive/$Server.txt" | Out-Null
                Set-PgHbaSsl -Endpoint $socket -WhatIf -ErrorVariable failures -ErrorAction SilentlyContinue
                Stop-Transcript | Out-Null
                Get-Content -Raw "$TestDrive/$Server.txt" | Should -Match '1 session of role app from 127\.0\.0\.1 is in plaintext and could not come back, except over TLS\.'
                $failures.FullyQualifiedErrorId | Should -Be 'LockOut,PgSsl.Cmdlets.SetPgHbaSslCommand'
                $failures[0].Exception.Message | Should -Match 'role app: none of its sessions \(1\) could come back'
                Get-Bytes $file | Should -Be $before
                $change = Set-PgHbaSsl -Endpoint $socket -Force -WarningVariable warnings -WarningAction SilentlyContinue
                $change.CutOff | Should -Match '1 session of role app'
                $warnings | Should -Match '1 session of role app'
                Invoke-SandboxSql $Server "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'" | Should -Be 1 -Because 'sessions that are there go on'
            }
            finally { Stop-SandboxSession $Server }
        }

        It 'is none for a role that comes over TLS as well: its session in plaintext is named' {
            Start-SandboxSession $Server 'user=app sslmode=disable'
            Start-SandboxSession $Server 'user=app sslmode=require'
            try {
                $change = Set-PgHbaSsl -Endpoint $socket -WarningAction SilentlyContinue -ErrorAction Stop
                $change.IsProven | Should -BeTrue
                $change.CutOff | Should -Match '^1 session of role app from 127\.0\.0\.1 is in plaintext'
            }
            finally { Stop-SandboxSession $Server }
        }

        It 'by client certificates that the server cannot verify is refused' {
            Set-PgHbaSsl -Endpoint $socket -ClientCertificate verify-full -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures.FullyQualifiedErrorId | Should -Be 'LockOut,PgSsl.Cmdlets.SetPgHbaSslCommand'
            $failures[0].Exception.Message | Should -Match 'no ssl_ca_file'
            Get-Bytes $file | Should -Be $before
        }
    }

    It 'demands client certificates of those whom the server can verify' {
        # Made anew, so that the server's account may read it.
        Get-Content $sandbox.OtherRoot | Set-Content (Join-Path (Split-Path $file) ca.crt)
        Invoke-SandboxSql $Server "ALTER SYSTEM SET ssl_ca_file = 'ca.crt'"
        Invoke-SandboxSql $Server 'SELECT pg_reload_conf()'
        try {
            Wait-Until { (Invoke-SandboxSql $Server 'SHOW ssl_ca_file') -eq 'ca.crt' }
            (Set-PgHbaSsl -Endpoint $socket -ClientCertificate verify-ca).IsProven | Should -BeTrue
            Get-Transport require | Should -Be none
            $client = "sslcert='$($sandbox.ClientCertificate)' sslkey='$($sandbox.ClientKey)'"
            Get-PsqlTransport "host=127.0.0.1 port=$port dbname=postgres user=app sslmode=require $client" | Should -Be tls
        }
        finally {
            Invoke-SandboxSql $Server 'ALTER SYSTEM RESET ssl_ca_file'
        }
    }

    It 'refuses -AuthenticationMethod for roles without a password that counts, and calls nothing proven with -Force' {
        Set-PgHbaSsl -Endpoint $socket -AuthenticationMethod scram-sha-256 -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -Be 'LockOut,PgSsl.Cmdlets.SetPgHbaSslCommand'
        $failures[0].Exception.Message | Should -Match 'legacy could not log in any more by pg_hba\.conf:3: the password is stored as md5'
        $failures[0].Exception.Message | Should -Match 'auditor, bob, .* could not log in any more by pg_hba\.conf:3: the password is not set'
        $failures[0].ErrorDetails.RecommendedAction | Should -Match "password_encryption = 'scram-sha-256'"
        Get-Bytes $file | Should -Be $before
        $change = Set-PgHbaSsl -Endpoint $socket -AuthenticationMethod scram-sha-256 -Force -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings -match 'legacy could not log in any more' | Should -HaveCount 1
        $change.CutOff -match 'legacy could not log in any more' | Should -HaveCount 1
        $change.IsProven | Should -BeFalse
        $change.Rules.After.Method | Should -Be scram-sha-256
        $change.Rules.After.Type | Should -Be hostssl
    }

    It 'shows rules that somebody saved and did not load, and does not let them cost a session' {
        Start-SandboxSession $Server 'user=app sslmode=require'
        try {
            Start-Sleep -Milliseconds 50
            [IO.File]::WriteAllText($file, "local all postgres trust`nhost all postgres 0.0.0.0/0 trust`n")
            $before = Get-Bytes $file
            Start-Transcript "$TestDrive/pending.txt" | Out-Null
            try { Set-PgHbaSsl -Endpoint $socket -WhatIf -ErrorVariable failures -ErrorAction SilentlyContinue }
            finally { Stop-Transcript | Out-Null }
            Get-Content -Raw "$TestDrive/pending.txt" | Should -Match 'The reload will also load what waits for it: .*pg_hba\.conf was saved at'
            $failures.FullyQualifiedErrorId | Should -Be 'LockOut,PgSsl.Cmdlets.SetPgHbaSslCommand'
            $failures[0].Exception.Message | Should -Match '1 session of role app from 127\.0\.0\.1 over TLS'
            Get-Bytes $file | Should -Be $before
            Get-Transport require | Should -Be tls -Because 'nothing was loaded'
            $change = Set-PgHbaSsl -Endpoint $socket -Force -WarningVariable warnings -WarningAction SilentlyContinue
            $change.PendingEdits | Should -HaveCount 1
            $warnings -match 'was saved at' | Should -HaveCount 1
        }
        finally { Stop-SandboxSession $Server }
    }

    It 'refuses a server that says ssl = on and does not offer TLS' {
        Invoke-SandboxSql $Server 'ALTER SYSTEM SET ssl = off'
        Invoke-SandboxSql $Server 'SELECT pg_reload_conf()'
        try {
            Wait-Until { (Get-Transport require) -eq 'none' }
            Invoke-SandboxSql $Server "ALTER SYSTEM SET ssl_cert_file = 'nowhere.crt'"
            Invoke-SandboxSql $Server 'ALTER SYSTEM SET ssl = on'
            Invoke-SandboxSql $Server 'SELECT pg_reload_conf()'
            Wait-Until { (Invoke-SandboxSql $Server 'SHOW ssl') -eq 'on' }
            Set-PgHbaSsl -Endpoint $socket -Force -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'TlsNotOffered,PgSsl.Cmdlets.SetPgHbaSslCommand'
            $failures[0].Exception.Message | Should -Match 'says ssl = on, and does not offer TLS'
            Get-Bytes $file | Should -Be $before
        }
        finally {
            Invoke-SandboxSql $Server 'ALTER SYSTEM RESET ssl_cert_file'
            Invoke-SandboxSql $Server 'ALTER SYSTEM RESET ssl'
            Invoke-SandboxSql $Server 'SELECT pg_reload_conf()'
            Wait-Until { (Get-Transport require) -eq 'tls' }
        }
    }

    It 'refuses a file that is not the server''s' {
        Set-PgHbaSsl (New-HbaFile "host all all all md5`n") -Endpoint $socket -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'ContradictoryParameters,PgSsl.Cmdlets.SetPgHbaSslCommand'
    }

    It 'tells a role that may not what it would need' {
        Set-PgHbaSsl $file -Endpoint "postgresql://auditor@127.0.0.1:$port/postgres" -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'InsufficientPrivilege,PgSsl.Cmdlets.SetPgHbaSslCommand'
        $failures[0].ErrorDetails.RecommendedAction | Should -Match 'GRANT EXECUTE ON FUNCTION pg_reload_conf\(\) TO "auditor"; .*GRANT SELECT ON pg_hba_file_rules TO "auditor"'
        Get-Bytes $file | Should -Be $before
    }
}

Describe 'Set-PgHbaSsl on PostgreSQL <Version>, which knows includes' -Skip:$isUnjudged -ForEach ($servers | Where-Object { $_.Version -ge 16 }) {
    It 'follows includes' {
        $file = $sandbox."${Server}File"
        $port = $sandbox."${Server}Port"
        $socket = "host=$($sandbox."${Server}Socket") port=$port user=postgres dbname=postgres"
        $bob = "host=127.0.0.1 port=$port dbname=postgres user=bob"
        $more = Join-Path (Split-Path $file) more.conf
        [IO.File]::WriteAllText($more, "host all bob all trust`n")
        Set-SandboxHba $Server 'include_if_exists nowhere.conf', 'include more.conf', 'host all app all trust'
        (Get-PgHbaRule -Endpoint $socket).FileName | Split-Path -Leaf | Should -Be pg_hba.conf, more.conf, pg_hba.conf
        $change = Set-PgHbaSsl -Endpoint $socket
        $change.IsProven, $change.Backup.Count | Should -Be $true, 2
        Get-PsqlTransport "$bob sslmode=disable" | Should -Be none
        Get-PsqlTransport "$bob sslmode=require" | Should -Be tls
        Set-PgHbaSsl -Endpoint $socket -Restore $change.Backup | Out-Null
        Get-PsqlTransport "$bob sslmode=disable" | Should -Be plaintext
        Get-ChildItem "$more.*.bak", "$file.*.bak" | Remove-Item
    }
}
