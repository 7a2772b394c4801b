BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $socket = "host=$($sandbox.HbaKeptSocket) port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres"

    function New-HbaFile([string[]] $Line, [string] $Name = 'pg_hba.conf') {
        $path = "$TestDrive/$Name"
        Set-Content -Path $path -Value $Line
        (Get-Item $path).FullName
    }
}

Describe 'Get-PgHbaRule' {
    Context 'a file' {
        BeforeAll {
            $path = New-HbaFile @(
                '# TYPE  DATABASE  USER  ADDRESS  METHOD'
                'local   all       postgres                              peer'
                "host`t`"all`"`tapp,`"Two Words`"`t10.0.0.0/8`tmd5  # the office"
                ''
                'hostssl all       +admins,/^bob    192.168.1.0 255.255.255.0  cert map=people'
                'hostnossl orders  all   .example.com   scram-\'
                'sha-256'
            )
            $rules = Get-PgHbaRule $path
        }

        It 'is rules in the order in which the server tries them, numbered as it numbers them' {
            $rules.RuleNumber | Should -Be 1, 2, 3, 4
            $rules.LineNumber | Should -Be 2, 3, 5, 6
            $rules.Type | Should -Be local, host, hostssl, hostnossl
            $rules.FileName | Sort-Object -Unique | Should -Be $path
            $rules | ForEach-Object { $_ | Should -BeOfType PgSsl.HbaRule }
        }

        It 'keeps quoted keywords apart from keywords' {
            $rules[0].Database | Should -Be all
            $rules[1].Database | Should -Be '"all"'
            $rules[1].User | Should -Be app, 'Two Words'
            $rules[1].Findings.Code | Should -Contain QuotedKeyword
        }

        It 'has address, mask, method, options, comment and the line itself' {
            $rules[2].Address, $rules[2].Netmask, $rules[2].Method | Should -Be '192.168.1.0', '255.255.255.0', 'cert'
            $rules[2].Options | Should -Be 'map=people'
            $rules[1].Comment | Should -Be 'the office'
            $rules[1].Raw | Should -BeExactly "host`t`"all`"`tapp,`"Two Words`"`t10.0.0.0/8`tmd5  # the office"
            $rules[3].Method | Should -Be scram-sha-256 -Because 'a backslash continues the line'
        }

        It 'tells what each rule lets in' {
            $rules.AllowsPlaintext | Should -Be $false, $true, $false, $true
            $rules.AllowsTls | Should -Be $false, $true, $true, $false
        }

        It 'is the same from the pipeline: <From>' -ForEach @(
            @{ From = 'a file'; Offered = { Get-Item $path } }
            @{ From = 'an object with a path'; Offered = { [pscustomobject]@{ Path = $path } } }
            @{ From = 'rules'; Offered = { $rules[0] } }
            @{ From = 'a row of a CSV file'; Offered = { "Environment,HbaFile`ntest,$path" | ConvertFrom-Csv } }
        ) {
            & $Offered | Get-PgHbaRule | Select-Object -ExpandProperty Raw | Should -Be $rules.Raw
        }

        It 'is found from where the session is' {
            Push-Location $TestDrive
            try { (Get-PgHbaRule ./pg_hba.conf).Count | Should -Be 4 }
            finally { Pop-Location }
        }
    }

    Context 'what the server would refuse' {
        It 'says "<Message>" of: <Line>' -ForEach @(
            @{ Line = 'hosts all all all trust'; Message = 'invalid connection type "hosts"' }
            @{ Line = 'host all all 10.0.0.0/8'; Message = 'end-of-line before authentication method' }
            @{ Line = 'host all all 10.0.0.1 md5'; Message = 'invalid IP mask "md5": Name or service not known' }
            @{ Line = 'local all all TRUST'; Message = 'invalid authentication method "TRUST"' }
            @{ Line = 'host all all all cert'; Message = 'cert authentication is only supported on hostssl connections' }
            @{ Line = 'host all all all trust clientcert=verify-ca'; Message = 'clientcert can only be configured for "hostssl" rows' }
        ) {
            $rules = Get-PgHbaRule (New-HbaFile 'local all all peer', $Line)
            $rules | Should -HaveCount 2 -Because 'a line that is refused is also shown'
            $rules[1].Error | Should -Be $Message
            $rules[1].Type, $rules[1].RuleNumber | Should -Be $null, $null
            $rules[1].Findings.Code | Should -Contain Refused
        }

        It 'warns of a comment that swallows the next line' {
            $rules = Get-PgHbaRule (New-HbaFile '# the office \', 'host all all 10.0.0.0/8 md5', 'local all all peer') -WarningVariable warnings -WarningAction SilentlyContinue
            $rules.Type | Should -Be local
            $warnings | Should -Match 'pg_hba\.conf:1: the comment ends in a backslash'
        }

        It 'is an error if it is a directory' {
            Get-PgHbaRule -Path $TestDrive -ErrorVariable failure -ErrorAction SilentlyContinue -WarningVariable warnings | Should -BeNullOrEmpty
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'FileUnreadable,*'
            "$failure" | Should -Match 'is a directory, not a file'
            $warnings | Should -BeNullOrEmpty
        }

        It 'warns of a file without rules' {
            Get-PgHbaRule (New-HbaFile '# nothing') -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $warnings | Should -Match 'contains no rule'
        }
    }

    Context '-ServerVersion' {
        BeforeAll {
            $null = New-HbaFile 'host crm all 10.0.0.0/8 scram-sha-256' more.conf
            $null = New-Item -ItemType Directory $TestDrive/hba.d
            $null = New-HbaFile 'host b all 10.0.0.0/8 md5' hba.d/20.conf
            $null = New-HbaFile 'host a all 10.0.0.0/8 md5' hba.d/10.conf
            $null = New-HbaFile 'host z all 10.0.0.0/8 md5' hba.d/readme.txt
            $path = New-HbaFile 'local all all peer', 'include more.conf', 'include_if_exists nowhere.conf', 'include_dir hba.d', 'host all /^ops 10.0.0.0/8 md5'
        }

        It '16 and newer follow includes, in their place' {
            $rules = Get-PgHbaRule $path -ServerVersion 16
            ($rules.Database -join ' ') | Should -Be 'all crm a b all'
            $rules.FileName | Split-Path -Leaf | Should -Be pg_hba.conf, more.conf, 10.conf, 20.conf, pg_hba.conf
            $rules.RuleNumber | Should -Be 1, 2, 3, 4, 5
            $rules.Path | Sort-Object -Unique | Should -Be $path
            $rules | Where-Object Error | Should -BeNullOrEmpty
        }

        It '15 refuses them, as it does not know them' {
            $rules = Get-PgHbaRule $path -ServerVersion 15
            $rules[1].Error | Should -Be 'invalid connection type "include"'
            ($rules | Where-Object Type).User | Should -Be all, '/^ops' -Because 'before 16 it is a name'
        }

        It '13 does not continue a line' {
            $lines = New-HbaFile 'local all all \', 'trust'
            (Get-PgHbaRule $lines -ServerVersion 14).Method | Should -Be trust
            Get-PgHbaRule $lines -ServerVersion 13 | Where-Object Error | Should -HaveCount 2
        }

        It 'is 18 where nothing is said, and not below 10' {
            Get-PgHbaRule $path | Where-Object Error | Should -BeNullOrEmpty
            { Get-PgHbaRule $path -ServerVersion 9 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }
    }

    Context 'secrets' {
        It 'are not shown, whether the line is right or refused: <Line>' -ForEach @(
            @{ Line = 'hostssl all all all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd=hunter2' }
            @{ Line = 'hostssl all all all ldap ldapserver=ds ldapbasedn=x "ldapbindpasswd=the hunter2"' }
            @{ Line = 'hostssl all all all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd="the hunter2" #end' }
            @{ Line = 'hostssl all all all ldap ldapserver=ds ldapbindpasswd=hunter2' }
            @{ Line = 'hostssl all all all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd=the hunter2' }
            @{ Line = 'hostssl all all all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd hunter2' }
            @{ Line = 'hostssl all all all radius radiusservers=10.0.0.1 radiussecrets=hunter2' }
            @{ Line = 'hostssl all all all scram-sha-256 # was: ldap ldapserver=ds ldapbindpasswd="the hunter2"' }
        ) {
            $rules = Get-PgHbaRule (New-HbaFile $Line) -Verbose 4>&1 3>&1
            $rules | Out-String -Width 500 | Should -Not -Match hunter2
            $rules | ConvertTo-Json -Depth 4 | Should -Not -Match hunter2
            [System.Management.Automation.PSSerializer]::Serialize($rules) | Should -Not -Match hunter2
        }

        It 'leave what else is there' {
            $rule = Get-PgHbaRule (New-HbaFile 'hostssl all all all ldap ldapserver=ds ldapbindpasswd=hunter2 ldapbasedn=x # y')
            $rule.Options | Should -Be 'ldapserver=ds', 'ldapbindpasswd=***', 'ldapbasedn=x'
            $rule.Raw | Should -BeExactly 'hostssl all all all ldap ldapserver=ds ldapbindpasswd=*** ldapbasedn=x # y'
        }
    }

    Context 'what is the matter' {
        It 'is <Code> in line <At>' -ForEach @(
            @{ Code = 'TrustOverTcp'; At = 1; Severity = 'Critical'; Lines = , 'hostssl all all 10.0.0.0/8 trust' }
            @{ Code = 'TrustOverTcp'; At = 1; Severity = 'Warning'; Lines = , 'host all all 127.0.0.1/32 trust' }
            @{ Code = 'Md5'; At = 1; Severity = 'Warning'; Lines = , 'hostssl all all 10.0.0.0/8 md5' }
            @{ Code = 'PasswordInPlaintext'; At = 1; Severity = 'Critical'; Lines = , 'host all all 10.0.0.0/8 password' }
            @{ Code = 'PlaintextAllowed'; At = 1; Severity = 'Warning'; Lines = , 'host all all 10.0.0.0/8 scram-sha-256' }
            @{ Code = 'NoIPv6Twin'; At = 1; Severity = 'Information'; Lines = , 'hostssl all all 0.0.0.0/0 scram-sha-256' }
            @{ Code = 'Shadowed'; At = 2; Severity = 'Warning'; Lines = 'host all all 10.0.0.0/8 md5', 'hostssl crm app 10.1.0.0/16 cert' }
            @{ Code = 'RejectTooLate'; At = 2; Severity = 'Warning'; Lines = 'host all all 10.0.0.0/8 md5', 'hostnossl all all all reject' }
            @{ Code = 'RejectsGss'; At = 1; Severity = 'Warning'; Lines = 'hostnossl all all all reject', 'hostgssenc all all all gss' }
            @{ Code = 'CommentSwallowsNextLine'; At = 1; Severity = 'Critical'; Lines = 'local all all peer # \', 'host all all all reject' }
            @{ Code = 'TlsNotRequired'; At = 1; Severity = 'Warning'; Lines = 'hostssl all all 10.0.0.0/8 cert', 'host all all 10.0.0.0/8 md5' }
            @{ Code = 'ImpossibleHostName'; At = 1; Severity = 'Critical'; Lines = , 'hostssl all all * scram-sha-256' }
            @{ Code = 'ImpossibleHostName'; At = 1; Severity = 'Critical'; Lines = , 'hostssl all all 10.0.0.* scram-sha-256' }
            @{ Code = 'ShorthandAddress'; At = 1; Severity = 'Warning'; Lines = , 'hostssl all all 136.206.15/24 scram-sha-256' }
            @{ Code = 'HostBits'; At = 1; Severity = 'Warning'; Lines = , 'hostssl all all 10.1.2.3/8 scram-sha-256' }
            @{ Code = 'OddMask'; At = 1; Severity = 'Warning'; Lines = , 'hostssl all all 10.0.0.0 0.255.255.255 scram-sha-256' }
            @{ Code = 'SwappedColumns'; At = 1; Severity = 'Warning'; Lines = , 'hostssl replicator replication 10.0.0.0/8 scram-sha-256' }
            @{ Code = 'NotAKeyword'; At = 1; Severity = 'Warning'; Lines = , 'hostssl all * 10.0.0.0/8 scram-sha-256' }
            @{ Code = 'Placeholder'; At = 1; Severity = 'Warning'; Lines = , 'hostssl all ${USER} 10.0.0.0/8 scram-sha-256' }
            @{ Code = 'NulByte'; At = 2; Severity = 'Critical'; Lines = 'local all all peer', "# note`0", 'host all all all reject' }
            @{ Code = 'Refused'; At = 1; Severity = 'Critical'; Lines = , 'host all all {{ subnet }} md5' }
        ) {
            $rules = Get-PgHbaRule (New-HbaFile $Lines) -WarningAction Ignore
            $finding = $rules[$At - 1].Findings | Where-Object Code -EQ $Code
            $finding | Should -HaveCount 1
            "$($finding.Severity)" | Should -Be $Severity
            $finding.Message, $finding.Remedy | Should -Match '\.$'
        }

        It 'says what to do about a line that is refused: <Line>' -ForEach @(
            @{ Line = 'host all all {{ subnet }} md5'; Remedy = 'Fill in {{ subnet }}: *' }
            @{ Line = 'host all all 10.0.0.0/8 md5.'; Remedy = 'Write md5, without anything beside it.*' }
            @{ Line = 'TYPE  DATABASE  USER  ADDRESS  METHOD'; Remedy = 'This is the header of the columns*put a # before it.*' }
        ) {
            (Get-PgHbaRule (New-HbaFile $Line)).Findings.Remedy | Should -BeLike $Remedy
        }

        It 'is worked out for each rule, and survives CLIXML and JSON' {
            $path = New-HbaFile 'hostssl all all 10.1.2.3/8 cert', 'host all all 10.0.0.0/8 md5', 'host all app 10.0.0.0/8 md5'
            $rules = Get-PgHbaRule $path
            $copies = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($rules, 3))
            $copies.Findings.Code | Should -Be TlsNotRequired, HostBits, PlaintextAllowed, Md5, Shadowed
            $copies[2].IsShadowedBy | Should -Be 'pg_hba.conf:2'
            ($rules | ConvertTo-Json -Depth 3 | ConvertFrom-Json).Findings.Message | Should -Be $rules.Findings.Message
        }

        It 'is warned of where the server reads something else' {
            $null = Get-PgHbaRule (New-HbaFile 'local all all peer', "# note`0", 'host all all all reject') -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -Match 'pg_hba\.conf:2: the line contains a NUL byte'
        }

        It 'is nothing in a file as it should be' {
            $lines = 'local all all peer', 'hostssl all all all scram-sha-256', 'hostssl replication replicator all scram-sha-256', 'hostnossl all,replication all all reject'
            (Get-PgHbaRule (New-HbaFile $lines)).Findings | Should -BeNullOrEmpty
        }

        It 'names the rule that wins' {
            $rules = Get-PgHbaRule (New-HbaFile 'host all all 10.0.0.0/8 md5', 'hostssl all all 10.0.0.0/8 cert', 'host replication all 10.0.0.0/8 md5', 'hostssl all all 10.0.0.0/7 cert')
            $rules[1].IsShadowedBy | Should -Be 'pg_hba.conf:1'
            $rules[2].IsShadowedBy | Should -BeNullOrEmpty -Because 'all is not replication'
            $rules[3].IsShadowedBy | Should -BeNullOrEmpty -Because 'the network is larger'
        }
    }

    Context '-Endpoint' {
        It 'gets the file through SQL: <How>' -ForEach @(
            @{ How = 'over the socket'; Server = { $socket } }
            @{ How = 'over TCP'; Server = { "postgresql://postgres@$($sandbox.HbaKept)/postgres" } }
        ) {
            $rules = Get-PgHbaRule -Endpoint (& $Server) -WarningVariable warnings
            $rules.Raw | Should -Be (Get-PgHbaRule $sandbox.HbaKeptFile).Raw
            $rules[0].Path | Should -Be $sandbox.HbaKeptFile
            $warnings | Should -BeNullOrEmpty -Because 'the server reads the same out of it'
        }

        It 'is read as the version of the server reads it' {
            $rules = Get-PgHbaRule $sandbox.HbaKeptFile -Endpoint $socket
            $rules.Type | Should -Be local, host, host, host
        }

        It 'warns where another file is named than the one that the server reads' {
            $other = New-HbaFile 'local all all peer'
            Get-PgHbaRule $other -Endpoint $socket -WarningVariable warnings -WarningAction SilentlyContinue | Should -HaveCount 1
            $warnings | Should -Match 'pg_hba_file_rules of .* differs'
        }

        It 'finds hostssl without effect where TLS is off' {
            $file = New-HbaFile 'local all all peer', 'hostssl all all all md5'
            $rules = Get-PgHbaRule $file -Endpoint "postgresql://anyone@$($sandbox.TlsOff)/postgres" -WarningAction Ignore
            $rules[1].Error | Should -Be 'hostssl record cannot match because SSL is disabled'
            $rules[1].Findings.Code | Should -Contain TlsIsOff
            $rules[1].AllowsTls | Should -BeFalse
        }

        It 'tells a role that may not which grant it needs' {
            Get-PgHbaRule -Endpoint "postgresql://auditor@$($sandbox.HbaKept)/postgres" -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures.FullyQualifiedErrorId | Should -Be 'InsufficientPrivilege,PgSsl.Cmdlets.GetPgHbaRuleCommand'
            $failures[0].Exception.Message | Should -Match 'Role auditor may not see where .* has its pg_hba\.conf'
            $failures[0].ErrorDetails.RecommendedAction | Should -Match 'GRANT pg_read_all_settings TO "auditor"'
        }

        It 'goes on after a server that does not answer, with the password in no error' {
            $failing = "postgresql://postgres:hunter2@$($sandbox.Closed)/postgres"
            $rules = $failing, $socket | Get-PgHbaRule -ErrorVariable failures -ErrorAction SilentlyContinue
            $rules.Count | Should -Be 4
            $failures.FullyQualifiedErrorId | Should -Be 'ConnectionRefused,PgSsl.Cmdlets.GetPgHbaRuleCommand'
            $failures | Format-List * -Force | Out-String | Should -Not -Match hunter2
        }
    }

    Context 'errors' {
        It 'are of the one item: a file that does not exist' {
            $path = New-HbaFile 'local all all peer'
            $missing = [pscustomobject]@{ Path = "$TestDrive/nowhere.conf" }
            $missing, (Get-Item $path) | Get-PgHbaRule -ErrorVariable failures -ErrorAction SilentlyContinue | Should -HaveCount 1
            $failures.FullyQualifiedErrorId | Should -Be 'FileNotFound,PgSsl.Cmdlets.GetPgHbaRuleCommand'
            $failures[0].TargetObject | Should -Be $missing.Path
        }

        It 'are said where neither file nor server is named' {
            { Get-PgHbaRule -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidParameterValue,PgSsl.Cmdlets.GetPgHbaRuleCommand'
            { [pscustomobject]@{ Title = 'x' } | Get-PgHbaRule -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidEndpoint,PgSsl.Cmdlets.GetPgHbaRuleCommand'
        }

        It 'does not use the file alone if what -Endpoint was given is not a server' {
            $path = New-HbaFile 'local all all peer'
            { Get-PgHbaRule $path -Endpoint (Get-Item $path) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidEndpoint,PgSsl.Cmdlets.GetPgHbaRuleCommand'
        }
    }
}
