BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $good = "host=localhost port=$($sandbox.GoodPort)"
    # No client file of whoever runs the tests is looked at.
    $before = $env:HOME, $env:APPDATA
    $env:HOME = $env:APPDATA = (New-Item -ItemType Directory "$TestDrive/home").FullName

    # The text format 0.0.4 (exposition_formats.md), strictly: what it refuses, a scrape may refuse as well. One object for each series.
    function Read-Metric([string] $Text) {
        if ($Text -match '\r') { throw 'There is a carriage return.' }
        if (-not $Text.EndsWith("`n")) { throw 'The last line has no end.' }
        $types = @{}; $series = @{}; $current = $null
        foreach ($line in $Text.Substring(0, $Text.Length - 1) -split "`n") {
            if ($line -cmatch '^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\]|\\\\|\\n)+$') {
                if ($types.ContainsKey($Matches[1])) { throw "A second HELP: $line" }
                $current = $Matches[1]
            }
            elseif ($line -cmatch '^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) gauge$') {
                if ($current -cne $Matches[1]) { throw "A TYPE at the wrong place: $line" }
                $types[$current] = 'gauge'
            }
            elseif ($line -cmatch '^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*"(?:,(?!\})|(?=\})))+)\} (-?\d+)$') {
                $name, $labels, $value = $Matches[1..3]
                if ($current -cne $name -or -not $types[$name]) { throw "Not in its group: $line" }
                if ($series["$name{$labels}"]) { throw "A second time: $line" }
                $series["$name{$labels}"] = $true
                $sample = [ordered]@{ Name = $name; Value = [long]$value }
                foreach ($label in [regex]::Matches($labels, '(\w+)="((?:[^"\\]|\\.)*)"')) {
                    if ($sample.Contains($label.Groups[1].Value)) { throw "A label twice: $line" }
                    $sample[$label.Groups[1].Value] = $label.Groups[2].Value -replace '\\(["\\])', '$1'
                }
                [pscustomobject]$sample
            }
            else { throw "Not a line of the format: $line" }
        }
    }

    # One line of a plugin: state, text, and values 'label'=n;n:;n:
    function Read-Plugin([string] $Line) {
        if ($Line -notmatch '^(OK|WARNING|CRITICAL|UNKNOWN) - ([^|\r\n]+?)(?: \| ([^|\r\n]+))?$') { throw "Not the line of a plugin: $Line" }
        $state, $text, $values = $Matches[1..3]
        $read = [regex]::Matches("$values", "\G'((?:[^'=]|'')+)'=-?\d+;\d+:;\d+:(?: |$)")
        if (($read.Value -join '') -ne "$values") { throw "Not values: $values" }
        [pscustomobject]@{ State = $state; Text = $text; Labels = $read.ForEach{ $_.Groups[1].Value } }
    }

    # A certificate of this many days, and of any name, by openssl.
    function New-TestCertificate([string] $Name, [int] $Days, [string] $Subject = "/CN=$Name") {
        $made = 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-utf8', '-keyout', "$Name.key", '-out', "$Name.crt"
        openssl @made -days $Days -subj $Subject 2> $null
        if ($LASTEXITCODE) { throw 'openssl made no certificate.' }
        (Get-Item "$Name.crt").FullName
    }

    # A revocation list by the issuing CA of the sandbox.
    function New-TestCrl([string] $Path, [int] $Days) {
        New-Item "$Path.db" -ItemType File -Force | Out-Null
        "[ca]`ndefault_ca=x`n[x]`ndatabase=$Path.db`ndefault_md=sha256" | Set-Content "$Path.cnf"
        openssl ca -config "$Path.cnf" -gencrl -crldays $Days -cert $sandbox.IssuerCertificate -keyfile $sandbox.IssuerKey -out $Path 2> $null
        if ($LASTEXITCODE) { throw 'openssl made no list.' }
        (Get-Item $Path).FullName
    }
}

AfterAll {
    $env:HOME, $env:APPDATA = $before
}

Describe 'Test-PgCertificateExpiry' {
    BeforeEach { Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)") }
    AfterEach { Pop-Location }

    Context 'at servers' {
        It 'has an object for each certificate that is served' {
            $found = Test-PgCertificateExpiry $sandbox.Good
            $found.Kind | Should -Be Leaf, Intermediate
            $found.Status | Should -Be Ok, Ok
            $found.Server | Should -Be $sandbox.Good, $sandbox.Good
            $served = Get-PgServerCertificate $sandbox.Good
            $found[0].Fingerprint, $found[0].NotAfter, $found[0].DaysRemaining | Should -Be $served.Fingerprint, $served.NotAfter, $served.DaysRemaining
            $found[0].NotAfter.Kind | Should -Be Utc
            $found[0].Path, $found[0].IsServed, $found[0].Error | Should -Be $null, $null, $null
        }

        It 'finds one that has expired' {
            $leaf = Test-PgCertificateExpiry $sandbox.Expired | Where-Object Kind -EQ Leaf
            $leaf.Status, $leaf.DaysRemaining | Should -Be Expired, -1
            $leaf.Reason | Should -Match '^It expired on \d{4}-\d\d-\d\d\.$'
        }

        It 'is <Status> with -WarningDays <Warning> and -CriticalDays <Critical>' -ForEach @(
            @{ Warning = 30; Critical = 7; Status = 'Ok' }
            @{ Warning = 91; Critical = 7; Status = 'Warning' }
            @{ Warning = 91; Critical = 91; Status = 'Critical' }
            @{ Warning = 0; Critical = 0; Status = 'Ok' }
            @{ Warning = 36500; Critical = 36500; Status = 'Critical' }
        ) {
            (Test-PgCertificateExpiry $sandbox.Good -WarningDays $Warning -CriticalDays $Critical)[0].Status | Should -Be $Status
        }

        It 'has the one number follow the other that is given alone' {
            $few = (Test-PgCertificateExpiry $sandbox.Good -WarningDays 3)[0]
            $few.WarningDays, $few.CriticalDays | Should -Be 3, 3
            $many = (Test-PgCertificateExpiry $sandbox.Good -CriticalDays 91)[0]
            $many.WarningDays, $many.CriticalDays, $many.Status | Should -Be 91, 91, Critical
        }

        It 'refuses <Problem>' -ForEach @(
            @{ Problem = 'a critical number above the warning'; With = @{ WarningDays = 7; CriticalDays = 30 }; Id = 'ContradictoryParameters,*' }
            @{ Problem = 'a negative number'; With = @{ WarningDays = -1 }; Id = 'ParameterArgumentValidationError,*' }
            @{ Problem = 'a file for objects'; With = @{ OutFile = 'x.prom' }; Id = 'ContradictoryParameters,*' }
            @{ Problem = '-Quiet with text'; With = @{ Quiet = $true; As = 'Nagios' }; Id = 'ContradictoryParameters,*' }
            @{ Problem = 'an unknown form'; With = @{ As = 'Zabbix' }; Id = 'ParameterArgumentTransformationError,*' }
            @{ Problem = 'an empty -OutFile'; With = @{ As = 'Nagios'; OutFile = '' }; Id = 'ParameterArgumentValidationError,*' }
            @{ Problem = 'a root file that does not exist'; With = @{ RootCertificate = 'none.crt' }; Id = 'FileNotFound,*' }
        ) {
            { Test-PgCertificateExpiry $sandbox.Good @With -ErrorAction Stop } | Should -Throw -ErrorId $Id
        }

        It 'has <Server> as Critical, with <ErrorId>, and no error' -ForEach @(
            @{ Server = 'Closed'; ErrorId = 'ConnectionRefused' }
            @{ Server = 'TlsOff'; ErrorId = 'TlsNotOffered' }
            @{ Server = 'Silent'; ErrorId = 'ConnectionTimedOut' }
            @{ Server = 'Ssh'; ErrorId = 'NotPostgreSql' }
        ) {
            $found = Test-PgCertificateExpiry $sandbox.$Server -TimeoutSec 1 -ErrorAction Stop
            $found.Kind, $found.Status, $found.ErrorId | Should -Be Server, Critical, $ErrorId
            $found.DaysRemaining, $found.NotAfter | Should -Be $null, $null
            $found.Error | Should -Not -BeNullOrEmpty
            $found.Server | Should -Be $sandbox.$Server
        }

        It 'has a name without address as Critical' {
            (Test-PgCertificateExpiry db1.invalid -ErrorAction Stop).Status | Should -Be Critical
        }

        It 'has a Unix-domain socket as Unknown' -Skip:$IsWindows {
            $found = Test-PgCertificateExpiry host=/tmp -ErrorAction Stop
            $found.Status, $found.ErrorId | Should -Be Unknown, UnixSocketHasNoTls
        }

        It 'has an endpoint that cannot be read as an error of its own, and as Unknown in texts' {
            $found = 'host=a port=x', $sandbox.Good | Test-PgCertificateExpiry -ErrorVariable failures -ErrorAction SilentlyContinue
            $found | Should -HaveCount 2
            $failures | Should -HaveCount 1
            $check = 'host=a port=x', $sandbox.Good | Test-PgCertificateExpiry -As Nagios -PassThru -ErrorAction Stop
            $check.Status, $check.ExitCode | Should -Be UNKNOWN, 3
            (Read-Metric ('host=a port=x' | Test-PgCertificateExpiry -As Prometheus)).Value | Should -Be 0
            'host=a port=x', $sandbox.Good | Test-PgCertificateExpiry -Quiet | Should -BeFalse
        }

        It 'keeps the row that a server came with' {
            $row = [pscustomobject]@{ Endpoint = $sandbox.Good; Owner = 'Ada' } | Test-PgCertificateExpiry
            $row[0].InputObject.Owner | Should -Be Ada
        }

        It 'asks again what it found' {
            $again = Test-PgCertificateExpiry $sandbox.Expired | Where-Object Status -EQ Expired | Test-PgCertificateExpiry
            $again.Status | Should -Contain Expired
        }

        It 'asks fifty servers at a time, duplicates among them' {
            $check = @($sandbox.Good, $sandbox.Expired, $sandbox.Closed, $sandbox.TlsOff, $sandbox.SelfSigned) * 10 |
                Test-PgCertificateExpiry -As Nagios -PassThru
            $read = Read-Plugin $check.Text
            $check.ExitCode, $read.State | Should -Be 2, CRITICAL
            $read.Text | Should -Match '^\d+ expired, 2 critical, \d+ ok; Leaf '
            $read.Labels | Sort-Object -Unique | Should -HaveCount $read.Labels.Count
        }
    }

    Context 'of clients here' {
        It 'has the roots, as the settings and -RootCertificate say' {
            $found = Test-PgCertificateExpiry "$good sslrootcert=$($sandbox.Root)" | Where-Object Kind -EQ ClientRoot
            $found.Path, $found.Status, $found.Server | Should -Be $sandbox.Root, Ok, $null
            $found.Subject | Should -Be (Get-PgRootCert $sandbox.Root).Subject
            $both = Test-PgCertificateExpiry $sandbox.Good, $sandbox.Good -RootCertificate $sandbox.Root, $sandbox.OtherRoot
            ($both | Where-Object Kind -EQ ClientRoot).Path | Should -Be $sandbox.Root, $sandbox.OtherRoot
        }

        It 'has default files only if they are there' {
            (Test-PgCertificateExpiry $sandbox.Good).Kind | Should -Not -Contain ClientRoot
            $default = $IsWindows ? "$env:APPDATA/postgresql" : "$env:HOME/.postgresql"
            New-Item -ItemType Directory $default | Out-Null
            Copy-Item $sandbox.Root $default/root.crt
            try { (Test-PgCertificateExpiry $sandbox.Good).Kind | Should -Contain ClientRoot }
            finally { Remove-Item $default -Recurse }
        }

        It 'has client certificates' {
            $mine = New-TestCertificate client 5
            $found = Test-PgCertificateExpiry "$good sslcert=$mine" | Where-Object Kind -EQ ClientCertificate
            $found.Status, $found.Path, $found.Subject | Should -Be Critical, $mine, 'CN=client'
        }

        It 'has a file that the settings name and nobody can read as Unknown' {
            $found = Test-PgCertificateExpiry "$good sslcert=$PWD/none.crt" | Where-Object Kind -EQ ClientCertificate
            $found.Status, $found.ErrorId | Should -Be Unknown, FileNotFound
        }

        It 'has revocation lists by their nextUpdate' {
            $list = New-TestCrl (Join-Path $PWD.Path a.crl) 20
            $found = Test-PgCertificateExpiry "$good sslcrl=$list" | Where-Object Kind -EQ Crl
            $found.Status, $found.DaysRemaining, $found.Path | Should -Be Warning, 19, $list
            $until = (openssl crl -in $list -noout -nextupdate) -replace 'nextUpdate='
            $found.NotAfter | Should -Be ([datetime]::ParseExact($until, "MMM d HH:mm:ss yyyy 'GMT'", [cultureinfo]::InvariantCulture, 'AllowInnerWhite'))
        }

        It 'has the lists of a directory that OpenSSL would read, and misses a directory' {
            $null = New-TestCrl (Join-Path $PWD.Path 0a1b2c3d.r0) 3
            Copy-Item 0a1b2c3d.r0 other.crl
            $found = Test-PgCertificateExpiry "$good sslcrldir=$PWD" | Where-Object Kind -EQ Crl
            $found.Path | Should -Be (Join-Path $PWD.Path 0a1b2c3d.r0)
            $found.Status | Should -Be Critical
            (Test-PgCertificateExpiry "$good sslcrldir=$PWD/none" | Where-Object Kind -EQ Crl).Status | Should -Be Unknown
        }
    }

    Context 'of files' {
        It 'reads files without asking a server' {
            $path = New-TestCertificate a 10
            $found = Test-PgCertificateExpiry -Path a.crt
            $found.Kind, $found.Status, $found.Path, $found.IsServed | Should -Be File, Warning, $path, $null
        }

        It 'reads wildcards, files of the pipeline, and a file with such letters in its name' {
            $null = New-TestCertificate a 10
            Copy-Item a.crt '[b].crt'
            (Test-PgCertificateExpiry -Path *.crt).Path | Should -HaveCount 2
            (Get-ChildItem *.crt | Test-PgCertificateExpiry).Path | Should -HaveCount 2
            (Test-PgCertificateExpiry -Path '[b].crt').Status | Should -Be Warning
            (Test-PgCertificateExpiry -Path a.crt, a.crt, *.crt | Where-Object Path -Like *a.crt) | Should -HaveCount 1
        }

        It 'has <What> as Unknown' -ForEach @(
            @{ What = 'a file that does not exist'; Path = 'none.crt'; ErrorId = 'FileNotFound' }
            @{ What = 'wildcards that fit nothing'; Path = '*.none'; ErrorId = 'FileNotFound' }
            @{ What = 'a key'; Path = 'a.key'; ErrorId = 'InvalidCertificateFile' }
            @{ What = 'a directory'; Path = '.'; ErrorId = 'FileUnreadable' }
            @{ What = 'an empty file'; Path = 'empty.crt'; ErrorId = 'InvalidCertificateFile' }
            @{ What = 'no path of a file system'; Path = 'env:PATH'; ErrorId = 'FileNotFound' }
        ) {
            $null = New-TestCertificate a 10
            New-Item empty.crt | Out-Null
            $found = Test-PgCertificateExpiry -Path $Path -ErrorAction Stop
            $found.Status, $found.ErrorId | Should -Be Unknown, $ErrorId
            (Test-PgCertificateExpiry -Path $Path -As Nagios -PassThru).ExitCode | Should -Be 3
        }

        It 'shows nothing of a key that is given as a path' {
            $null = New-TestCertificate a 10
            $key = Get-Content -Raw a.key
            $found = Test-PgCertificateExpiry -Path $key -ErrorAction Stop
            $found.Status | Should -Be Unknown
            ($found | ConvertTo-Json) + ($found | Format-List * | Out-String) | Should -Not -Match ([regex]::Escape(($key -split "`n")[1].Substring(0, 20)))
        }

        It 'says what is served and what is not' {
            $served = (Get-PgServerCertificate $sandbox.Good).ChainPem
            $served | Set-Content served.crt
            $null = New-TestCertificate renewed 60 '/CN=localhost'
            $null = New-TestCertificate other 60
            $found = Test-PgCertificateExpiry $sandbox.Good -Path served.crt, renewed.crt, other.crt | Where-Object Kind -EQ File
            $found.IsServed | Should -Be $true, $true, $false, $null
            $found[2].Reason | Should -Match 'It is not served: a server serves another certificate of this name'
        }
    }

    Context 'with -Quiet' {
        It 'is <Expected> for <Server>' -ForEach @(
            @{ Server = 'Good'; Expected = $true }
            @{ Server = 'Expired'; Expected = $false }
            @{ Server = 'Closed'; Expected = $false }
        ) { Test-PgCertificateExpiry $sandbox.$Server -Quiet | Should -Be $Expected }

        It 'is false where there was nothing to look at' { @() | Test-PgCertificateExpiry -Quiet | Should -BeFalse }
    }
}

Describe 'The line for Nagios' {
    BeforeEach { Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)") }
    AfterEach { Pop-Location }

    It 'is one line, and with -PassThru an object with the exit code: <Server>' -ForEach @(
        @{ Server = 'Good'; State = 'OK'; Code = 0 }
        @{ Server = 'Expired'; State = 'CRITICAL'; Code = 2 }
        @{ Server = 'Closed'; State = 'CRITICAL'; Code = 2 }
    ) {
        $line = Test-PgCertificateExpiry $sandbox.$Server -As nagios
        $line | Should -BeOfType string
        (Read-Plugin $line).State | Should -Be $State
        $check = Test-PgCertificateExpiry $sandbox.$Server -As Nagios -PassThru
        $check.Status, $check.ExitCode, $check.Text | Should -Be $State, $Code, $line
        "$check" | Should -Be $line
    }

    It 'is what <Worst> makes of it, exit code <Code>' -ForEach @(
        @{ Worst = 'an expired certificate and a dead server'; Code = 2; Days = -1, 60; Path = 'none.crt' }
        @{ Worst = 'a warning and a file that cannot be read'; Code = 1; Days = 20, 60; Path = 'none.crt' }
        @{ Worst = 'a file that cannot be read'; Code = 3; Days = 60, 60; Path = 'none.crt' }
        @{ Worst = 'nothing'; Code = 0; Days = 60, 60; Path = $null }
    ) {
        $paths = @(foreach ($some in $Days) {
            if ($some -gt 0) { New-TestCertificate "n$(New-Guid)" $some }
            else { (Get-PgServerCertificate $sandbox.Expired).Certificate.ExportCertificatePem() | Set-Content old.crt; 'old.crt' }
        }) + @($Path | Where-Object { $_ })
        (Test-PgCertificateExpiry -Path $paths -As Nagios -PassThru).ExitCode | Should -Be $Code
    }

    It 'is UNKNOWN where there was nothing' {
        $check = @() | Test-PgCertificateExpiry -As Nagios -PassThru
        $check.Text, $check.ExitCode | Should -Be 'UNKNOWN - nothing was found that expires', 3
    }

    It 'is one line whatever a certificate is called' {
        $emoji = [char]::ConvertFromUtf32(0x1F418)
        $null = New-TestCertificate a 3 "/CN=x|y'z=`"1`";2/O=$($emoji * 30)"
        $null = New-TestCertificate b 3 "/CN=line`nOK - 2$([char]0x202E)"
        $line = Test-PgCertificateExpiry -Path a.crt, b.crt -As Nagios
        $read = Read-Plugin $line
        $read.State | Should -Be CRITICAL
        $read.Labels | Should -HaveCount 2
        [Text.UTF8Encoding]::new($false, $true).GetBytes($line).Length | Should -BeLessThan 8001
        Read-Metric (Test-PgCertificateExpiry -Path a.crt, b.crt -As Prometheus) | Should -HaveCount 4
    }
}

Describe 'The text for Prometheus' {
    BeforeEach { Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)") }
    AfterEach { Pop-Location }

    It 'has the seconds at which things expire' {
        $read = Read-Metric (Test-PgCertificateExpiry $sandbox.Good, $sandbox.Closed, $sandbox.Good -Path $sandbox.Root, none.crt -As Prometheus)
        $leaf = $read | Where-Object { $_.kind -eq 'Leaf' }
        $leaf.Name, $leaf.server | Should -Be pgssl_certificate_not_after_seconds, $sandbox.Good
        [DateTimeOffset]::FromUnixTimeSeconds($leaf.Value).UtcDateTime | Should -Be (Get-PgServerCertificate $sandbox.Good).NotAfter
        $probes = $read | Where-Object Name -EQ pgssl_probe_success
        $probes.server, $probes.Value | ForEach-Object { $_ } | Should -Be $sandbox.Good, $sandbox.Closed, 1, 0
        $files = $read | Where-Object Name -EQ pgssl_file_readable
        $files.Value | Should -Be 1, 0
        $read | Where-Object { $_.server -eq $sandbox.Closed -and $_.Name -like '*not_after*' } | Should -BeNullOrEmpty
    }

    It 'is written whole, over an older one, and tells what is in it' {
        $told = Test-PgCertificateExpiry $sandbox.Good -As Prometheus -OutFile a.prom
        $told.IsChanged, $told.IsProven, $told.Status, $told.ExitCode, $told.Format | Should -Be $true, $true, OK, 0, Prometheus
        $told.Path | Should -Be (Get-Item a.prom).FullName
        $first = [IO.File]::ReadAllText($told.Path)
        Read-Metric $first | Should -Not -BeNullOrEmpty
        $told = Test-PgCertificateExpiry $sandbox.Good, $sandbox.Closed -As Prometheus -OutFile a.prom
        $told.IsChanged, $told.ExitCode | Should -Be $true, 2
        [IO.File]::ReadAllText($told.Path) | Should -Not -Be $first
        (Get-ChildItem -Force).Name | Should -Be a.prom
    }

    It 'is replaced, so that who reads it has the old one or the new one' -Skip:$IsWindows {
        $null = Test-PgCertificateExpiry $sandbox.Good -As Prometheus -OutFile a.prom
        $file = (Get-Item a.prom).FullName
        $first = [IO.File]::ReadAllText($file)
        $open = [IO.File]::Open($file, 'Open', 'Read', 'ReadWrite, Delete')
        try {
            $null = Test-PgCertificateExpiry $sandbox.Closed -As Prometheus -OutFile a.prom
            [IO.StreamReader]::new($open).ReadToEnd() | Should -Be $first
        }
        finally { $open.Dispose() }
        [IO.File]::GetUnixFileMode($file) -band 'OtherRead' | Should -Be OtherRead
    }

    It 'is as young as the check, also where nothing changed' {
        $null = Test-PgCertificateExpiry $sandbox.Good -As Prometheus -OutFile a.prom
        [IO.File]::SetLastWriteTimeUtc((Get-Item a.prom).FullName, [datetime]::new(2020, 1, 1))
        $told = Test-PgCertificateExpiry $sandbox.Good -As Prometheus -OutFile a.prom
        $told.IsChanged | Should -BeFalse
        (Get-Item a.prom).LastWriteTimeUtc | Should -BeGreaterThan ([datetime]::UtcNow.AddMinutes(-5))
    }

    It 'is not written over <What>' -ForEach @(
        @{ What = 'a file of something else'; Path = 'other'; Id = 'UnexpectedFile,*' }
        @{ What = 'the line for Nagios'; Path = 'line'; Id = 'UnexpectedFile,*' }
        @{ What = 'a directory'; Path = 'folder'; Id = 'UnexpectedFile,*' }
        @{ What = 'a link to something else'; Path = 'link'; Id = 'UnexpectedFile,*'; NeedsLink = $true }
        @{ What = 'nothing, in no directory'; Path = 'none/a.prom'; Id = 'FileNotFound,*' }
        @{ What = 'a variable'; Path = 'env:x'; Id = 'FileNotFound,*' }
    ) {
        if ($NeedsLink -and $IsWindows) { Set-ItResult -Skipped -Because 'links need a right on Windows'; return }
        'precious' | Set-Content other
        $null = Test-PgCertificateExpiry -Path $sandbox.Root -As Nagios -OutFile line
        $line = Get-Content line
        New-Item -ItemType Directory folder | Out-Null
        if ($NeedsLink) { New-Item -ItemType SymbolicLink link -Target other | Out-Null }
        foreach ($whatIf in $true, $false) {
            if ($whatIf -and $Path -like 'none*') { continue }
            { Test-PgCertificateExpiry -Path $sandbox.Root -As Prometheus -OutFile $Path -WhatIf:$whatIf -ErrorAction Stop } | Should -Throw -ErrorId $Id
        }
        Get-Content other | Should -Be precious
        Get-Content line | Should -Be $line
        Get-ChildItem folder -Force | Should -BeNullOrEmpty
    }

    It 'goes through a link of its own' -Skip:$IsWindows {
        New-Item -ItemType Directory real | Out-Null
        $null = Test-PgCertificateExpiry -Path $sandbox.Root -As Prometheus -OutFile real/a.prom
        New-Item -ItemType SymbolicLink a.prom -Target real/a.prom | Out-Null
        $told = Test-PgCertificateExpiry -Path $sandbox.OtherRoot -As Prometheus -OutFile a.prom
        $told.IsChanged | Should -BeTrue
        (Get-Item a.prom).LinkType | Should -Be SymbolicLink
        Get-Content -Raw real/a.prom | Should -Match ([regex]::Escape((Get-PgRootCert $sandbox.OtherRoot).Fingerprint))
    }

    It 'cannot be written where this account may not write, which root may everywhere' -Skip:($IsWindows -or (id -u) -eq 0) {
        New-Item -ItemType Directory closed | Out-Null
        chmod 555 closed
        { Test-PgCertificateExpiry -Path $sandbox.Root -As Prometheus -OutFile closed/a.prom -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotWritten,*'
        Get-ChildItem closed -Force | Should -BeNullOrEmpty
    }

    It 'is shown by -WhatIf, and returned with -PassThru' {
        $told = Test-PgCertificateExpiry $sandbox.Expired -As Prometheus -OutFile a.prom -WhatIf -PassThru
        'a.prom' | Should -Not -Exist
        $told.IsChanged, $told.IsWhatIf, $told.Status | Should -Be $true, $true, CRITICAL
        $told.Plan | Should -Match 'a\.prom is written with what Prometheus reads: CRITICAL'
    }

    It 'of Nagios is a file of one line' {
        $told = Test-PgCertificateExpiry $sandbox.Good -As Nagios -OutFile check.txt
        $told.Format, $told.ExitCode | Should -Be Nagios, 0
        [IO.File]::ReadAllText($told.Path) | Should -BeExactly "$($told.Text)`n"
        (Read-Plugin $told.Text).State | Should -Be OK
        (Test-PgCertificateExpiry $sandbox.Closed -As Nagios -OutFile check.txt).IsChanged | Should -BeTrue
    }
}
