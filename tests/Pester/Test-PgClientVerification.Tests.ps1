BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    Import-Module $PSScriptRoot/PowerShell.psm1
    $sandbox = Get-Sandbox
    $psql = $sandbox.Psql

    # A folder of its own: other tests meet impostors at the same time.
    $env:TMPDIR = $env:TEMP = $env:TMP = (New-Item -ItemType Directory (Join-Path $TestDrive pgssl-own)).FullName

    # What a test may leave behind: folders of root certificates.
    function Get-Leftover {
        @(Get-ChildItem ([IO.Path]::GetTempPath()) -Directory -Filter 'pgssl-impostor-*').Where{ $_.CreationTime -ge $started }
    }

    function Test-Port([int] $Port) {
        $client = [Net.Sockets.TcpClient]::new()
        try { $client.Connect('127.0.0.1', $Port); $true } catch { $false } finally { $client.Dispose() }
    }
}

Describe 'Test-PgClientVerification' {
    BeforeAll {
        $started = Get-Date
    }

    It 'says of psql in <Mode> that it behaves like <Expected>' -ForEach @(
        @{ Mode = 'disable'; Expected = 'disable' }
        @{ Mode = 'prefer'; Expected = 'prefer' }
        @{ Mode = 'verify-ca'; Expected = 'verify-ca' }
        @{ Mode = 'verify-full'; Expected = 'verify-full' }
    ) {
        $results = Test-PgClientVerification { & $psql $PgConnection -w -c 'select 1' } -SslMode $Mode
        $results.BehavesLike | Sort-Object -Unique | Should -Be $Expected
        $results.Impostor | Should -Be ([PgSsl.ClientVerification].Assembly.GetType('PgSsl.Impostors.ImpostorKind').GetEnumNames())
    }

    It 'says of each impostor how far psql goes, why, and what next' {
        $results = Test-PgClientVerification { & $psql $PgConnection -w -c 'select 1' } -SslMode verify-ca -Impostor OtherCa, WrongName
        $results.Impostor | Should -Be Genuine, OtherCa, WrongName
        $results.Outcome | Should -Be Accepted, Refused, Accepted
        $results[1].Alert | Should -Be unknown_ca
        $results[2].Remedy | Should -Match 'verify-full'
        "$($results[0].Remedy)$($results[1].Remedy)" | Should -BeNullOrEmpty
        $results.ServerName | Sort-Object -Unique | Should -Be localhost
        $results[0].TlsVersions | Should -Contain 'TLSv1.3'
        # An impostor that is needed to tell was not played.
        $results.Where{ $_.BehavesLike } | Should -BeNullOrEmpty
    }

    It 'takes one bool for a script' {
        Test-PgClientVerification { & $psql $PgConnection -w -c 'select 1' } -SslMode verify-full -Quiet | Should -BeTrue
        Test-PgClientVerification { & $psql $PgConnection -w -c 'select 1' } -SslMode verify-ca -Quiet | Should -BeFalse
        Test-PgClientVerification { 'I do not connect.' } -Impostor OtherCa -Quiet | Should -BeFalse
    }

    It 'runs a program with the address in its environment' {
        $results = Test-PgClientVerification -Command $psql, '-w', '-c', 'select 1' -SslMode verify-full -Impostor SelfSigned
        $results.Outcome | Should -Be Accepted, Refused
    }

    It 'says that a program cannot be started, and ends' {
        { Test-PgClientVerification -Command no-such-program-here } | Should -Throw -ErrorId 'FileNotFound,*'
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'leaves the name to be checked by the client' {
        $results = Test-PgClientVerification { & $psql $PgConnection -w -c 'select 1' } -SslMode verify-full -HostName db1.example.com `
            -Impostor WrongName
        $results.Outcome | Should -Be Accepted, RefusedAfterHandshake
        $results.ServerName | Sort-Object -Unique | Should -Be db1.example.com
    }

    It 'says that nothing is proven where the genuine server is refused' {
        $results = Test-PgClientVerification { & $psql "$PgConnection sslrootcert=$TestDrive/none.crt" -w } -SslMode verify-full -Impostor Expired
        $results.IsConclusive | Should -Be $false, $false
        $results[1].Reason | Should -Match 'proves nothing'
    }

    It 'says that nobody came' {
        $results = Test-PgClientVerification { 'I do not connect.'; Write-Error 'nor do I' } -Impostor OtherCa
        $results.Outcome | Should -Be NoConnection, NoConnection
        $results.Remedy | Should -Match '\$PgConnection'
    }

    It 'runs the script block in the session that it is from' {
        $script:seen = @()
        function Add-Seen($Value) { $script:seen += $Value }
        Test-PgClientVerification { Add-Seen $PgPort; Add-Seen $PgHost; throw 'expected' } -Impostor Genuine | Out-Null
        $seen | Should -HaveCount 2
        $seen[1] | Should -Be localhost
        Get-Variable PgPort, PgConnection -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'runs the script block of a module in that module' {
        $module = New-Module {
            $owner = 'of the module'
            function Test-It { Test-PgClientVerification { $script:told = "$owner $PgHost" } -Impostor Genuine }
            function Get-Told { $script:told }
        }
        & $module { Test-It } | Out-Null
        & $module { Get-Told } | Should -Be 'of the module localhost'
    }

    It 'keeps output and errors of the client for -Verbose' {
        $all = Test-PgClientVerification { 'a line'; Write-Error 'an error' } -Impostor Genuine -Verbose *>&1
        $all.Where{ $_ -is [Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty
        ($all.Where{ $_ -is [Management.Automation.VerboseRecord] }.Message -join "`n") | Should -Match '(?s)a line.*an error'
    }

    It 'leaves nothing behind, however it ends' {
        $ports = [Collections.Generic.List[int]]::new()
        Test-PgClientVerification { $ports.Add($PgPort) } -Impostor OtherCa | Select-Object -First 1 | Should -HaveCount 1
        try {
            Test-PgClientVerification { $ports.Add($PgPort); & $psql $PgConnection -w } -Impostor OtherCa -ErrorAction Stop |
                ForEach-Object { throw 'enough' }
        }
        catch { $_ | Should -Match 'enough' }
        $known = $ports.Count
        $shell = [powershell]::Create().AddScript(
            "param(`$Ports) Import-Module '$env:PGSSL_TEST_MODULE/PgSsl.psd1'; Test-PgClientVerification { `$Ports.Add(`$PgPort); Start-Sleep 60 }"
        ).AddArgument($ports)
        $running = $shell.BeginInvoke()
        while ($ports.Count -eq $known -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 100 }
        $ports.Count | Should -BeGreaterThan $known
        $shell.Stop()
        $shell.Dispose()
        foreach ($used in $ports) { Test-Port $used | Should -BeFalse }
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'waits for clients that come by themselves, and shows where to' {
        $port = (Get-Random -Minimum 20000 -Maximum 30000)
        $client = Start-ThreadJob {
            foreach ($try in 1..60) {
                & $using:psql "host=127.0.0.1 port=$using:port user=x dbname=x password=x sslmode=disable connect_timeout=2" -w -c 'select 1' 2>&1
                Start-Sleep -Milliseconds 300
            }
        }
        try {
            $results = Test-PgClientVerification -Wait -Port $port -Impostor OtherCa -TimeoutSec 30 -InformationVariable shown 6> $null
        }
        finally {
            $client | Stop-Job -PassThru | Remove-Job -Force
        }
        $results.Outcome | Should -Be AcceptedPlaintext, AcceptedPlaintext
        "$shown" | Should -Match "port=$port"
    }

    It 'has no parameter for an address, and takes no name for one' {
        (Get-Command Test-PgClientVerification).Parameters.Keys | Should -Not -Match 'Address|Listen|Bind|Interface'
        { Test-PgClientVerification { } -HostName 0.0.0.0 } | Should -Throw -ErrorId 'InvalidHostName,*'
        $listening = Test-PgClientVerification {
            [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners().Where{ $_.Port -eq $PgPort }.Address.ForEach{
                "at $_"
            }
        } -HostName db1.example.com -Impostor Genuine -Verbose 4>&1
        ($listening.Where{ $_ -is [Management.Automation.VerboseRecord] }.Message -match ': at ') -replace '.*: at ' | Should -BeIn '127.0.0.1', '::1'
    }

    It 'asks for what connects' {
        { Test-PgClientVerification } | Should -Throw -ErrorId 'ContradictoryParameters,*'
    }

    It 'says that a port is taken' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try { { Test-PgClientVerification { } -Port $listener.LocalEndpoint.Port } | Should -Throw -ErrorId 'ConnectionFailed,*' }
        finally { $listener.Stop() }
    }

    It 'completes names of impostors, and tells what they are' {
        $line = 'Test-PgClientVerification { } -Impostor Wr'
        $completion = (TabExpansion2 $line $line.Length).CompletionMatches
        $completion.CompletionText | Should -Be WrongName
        $completion.ToolTip | Should -Match 'another host'
    }
}
