# The code of docs/guides, as it is there, on the estate of eight servers (tests/PgSsl.Sandbox/Company). What came of it say psql, openssl and
# the servers. In the order of the index: what one guide has changed, the next ones see.

BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $guides = (Resolve-Path $PSScriptRoot/../../docs/guides).Path
    $indexed = [regex]::Matches((Get-Content -Raw $guides/README.md), '\]\((?<Name>[\w-]+)\.md\)').ForEach{ $_.Groups['Name'].Value }
    $shown = $indexed | ForEach-Object { @{ Name = $_ } }
    $missing = $IsWindows ? 'the guides use openssl and chown' : -not (Get-Sandbox).Psql ? 'psql is not installed' : $null
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $guides = (Resolve-Path $PSScriptRoot/../../docs/guides).Path
    $password = 'S4ndbox-Passw0rd'

    # Blocks of code, in order, each with its language.
    function Get-Block([string] $Guide) {
        [regex]::Matches((Get-Content -Raw "$guides/$Guide.md"), '(?ms)^```(?<Language>\w+)\r?\n(?<Text>.*?)^```').ForEach{
            @{ Language = $_.Groups['Language'].Value; Text = $_.Groups['Text'].Value }
        }
    }

    function Get-Label([string] $Text) {
        [regex]::Matches($Text, '(?m)^(?<List>\w+) +:|^(?<Table>\w[\w ]*?) *\r?\n-+[- ]*$').ForEach{
            if ($_.Groups['List'].Success) { $_.Groups['List'].Value } else { -split $_.Groups['Table'].Value }
        } | Select-Object -Unique
    }

    # Runs a guide block by block in one scope, as somebody who pastes it. Before the block that has such a text, a judge is asked. Gets what is
    # shown; an error fails it, unless the guide is about it.
    function Invoke-Guide([string] $Guide, [hashtable] $Before = @{}, [string] $Expected = '^$') {
        $all = & {
            foreach ($block in Get-Block $Guide | Where-Object { $_.Language -eq 'powershell' }) {
                foreach ($text in $Before.Keys | Where-Object { $block.Text.Contains($_) }) { $null = & $Before[$text] }
                . ([scriptblock]::Create($block.Text)) *>&1
            }
        }
        # What openssl says of a request comes as errors, too.
        $errors = $all.Where{ $_ -is [Management.Automation.ErrorRecord] -and $_.FullyQualifiedErrorId -notlike 'NativeCommandError*' }
        $errors | Where-Object { $_.FullyQualifiedErrorId -notmatch $Expected } | Should -BeNullOrEmpty
        $all.Where{ $_ -isnot [Management.Automation.ErrorRecord] } | Out-String -Width 200
    }

    function Invoke-Judge([string] $Connection, [string] $Sql) {
        $rows = & $psql -XAtqw -d $Connection -c $Sql 2>&1
        if ($LASTEXITCODE) { throw "$rows" }
        $rows
    }

    # What openssl is served, and what it reads in a file.
    function Get-ServedFingerprint([string] $Service) {
        $served = '' | openssl s_client -starttls postgres -connect "127.0.0.1:$($ports[$Service])" 2>$null | openssl x509 -noout -fingerprint -sha256
        $served -replace '.*='
    }
    function Get-FileFingerprint([string] $Path) { (openssl x509 -in $Path -noout -fingerprint -sha256) -replace '.*=' }

    # A session that sleeps; its process.
    function Start-Sleeper([string] $Connection) {
        $name = "sleeper_$([guid]::NewGuid().ToString('N').Substring(0, 8))"
        $full = "$Connection$($Connection -notmatch 'application_name' ? " application_name=$name" : '')"
        $start = [Diagnostics.ProcessStartInfo]::new($psql, [string[]]('-X', '-w', '-d', $full, '-c', 'SELECT pg_sleep(300)'))
        $start.Environment['PGPASSWORD'] = $password
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [Diagnostics.Process]::Start($start)
        $sleepers.Add($process)
        $process
    }

    $psql = (Get-Sandbox).Psql
    $sleepers = [Collections.Generic.List[Diagnostics.Process]]::new()
    if (-not $IsWindows -and $psql) {
        $env:PATH = (Split-Path $psql) + [IO.Path]::PathSeparator + $env:PATH
        Push-Location (Get-Estate)
        . ./estate.ps1
        $estate = Import-Csv servers.csv
        $ports = @{}
        foreach ($server in $estate) { $ports[$server.Name] = $server.Endpoint -replace '.*:' }
        $isPooled = 'pool' -in $estate.Name
    }
}

AfterAll {
    $sleepers | Where-Object { -not $_.HasExited } | ForEach-Object { $_.Kill() }
    Pop-Location -ErrorAction Ignore
}

Describe 'docs/guides' {
    It 'has each guide in the index' -ForEach @{ Indexed = $indexed } {
        (Get-ChildItem $guides/*.md -Exclude README.md).BaseName | Sort-Object | Should -Be ($Indexed | Sort-Object)
    }

    It 'has in <Name> the goal, the script, and what can go wrong' -ForEach $shown {
        $text = Get-Content -Raw "$guides/$Name.md"
        foreach ($part in 'Goal', 'Script', 'What can go wrong') { $text | Should -Match "(?m)^\*\*$part\.\*\*" }
        (Get-Block $Name).Language | Where-Object { $_ -notin 'powershell', 'output', 'text', 'yaml', 'sh' } | Should -BeNullOrEmpty
    }
}

Describe 'A guide' -Skip:([bool]$missing) {
    BeforeEach {
        # What the tables and lists of a guide show is what it has.
        function Test-Label([string] $Guide, [string] $Shown) {
            $told = (Get-Block $Guide | Where-Object { $_.Language -eq 'output' }).Text -join "`n"
            Get-Label $told | Where-Object { $_ -notin (Get-Label $Shown) } | Should -BeNullOrEmpty -Because $Shown
        }
    }

    It 'makes an inventory, also of servers that are down' {
        Test-Label inventory (Invoke-Guide inventory)

        $rows = Import-Csv inventory.csv
        $rows.Name | Should -Be $estate.Name
        $rows.Owner | Should -Be $estate.Owner
        ($rows | Where-Object Status -NE Served).Name | Should -Be legacy, old-crm
        ($rows | Where-Object Trusted -EQ False).Name | Should -Be wiki, legacy, old-crm
        $json = Get-Content -Raw inventory.json | ConvertFrom-Json
        foreach ($name in 'wiki', 'orders', 'shop', 'billing') {
            ($json | Where-Object Port -EQ $ports[$name]).Fingerprint | Should -Be ((Get-ServedFingerprint $name) -replace ':') -Because $name
        }
        $html = [xml]((Get-Content -Raw inventory.html) -replace '<!DOCTYPE[^>]*>')
        $html.html.body.table.tr.Count | Should -Be ($estate.Count + 1)
    }

    It 'ends sessions in plaintext, and no others' {
        $orders = 'service=orders user=app dbname=orders hostaddr=127.0.0.1'
        $ended = Start-Sleeper "$orders sslmode=disable application_name=shop"
        $stays = Start-Sleeper "$orders sslmode=require application_name=shop"
        $there = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'shop' ORDER BY ssl"
        Wait-Until { "$(Invoke-Judge service=orders $there)" -eq 'f t' }

        $shown = Invoke-Guide plaintext

        Test-Label plaintext $shown
        $shown | Should -Match '(?m)^orders +Sales +app +shop +127\.0\.0\.1'
        Wait-Until { "$(Invoke-Judge service=orders $there)" -eq 't' }
        $ended.WaitForExit(10000) | Should -BeTrue
        $stays.HasExited | Should -BeFalse
    }

    It 'leads from no TLS to verify-full' {
        { Invoke-Judge 'service=legacy sslmode=require' 'SELECT 1' } | Should -Throw '*does not support SSL*'

        Test-Label verify-full (Invoke-Guide verify-full)
        $served = Get-ServedFingerprint legacy
        Invoke-Guide verify-full | Should -Not -Match 'IsChanged +: True' -Because 'who pastes it again changes nothing'

        Get-ServedFingerprint legacy | Should -Be $served
        Invoke-Judge 'service=legacy sslmode=verify-full' 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()' | Should -Be t
        Get-ServedFingerprint legacy | Should -Be (Get-FileFingerprint legacy.crt)
        { Invoke-Judge 'service=wiki sslmode=verify-full' 'SELECT 1' } | Should -Throw '*certificate verify failed*' -Because 'it is self-signed'
    }

    It 'has pg_hba.conf demand TLS and scram, and undoes it' {
        $file = Invoke-Judge service=orders 'SHOW hba_file'
        $inForce = "SELECT DISTINCT type || ' ' || auth_method FROM pg_hba_file_rules WHERE address NOT IN ('127.0.0.1', '::1') ORDER BY 1"
        $original = [IO.File]::ReadAllBytes($file)
        $script:judged = 0
        $isOn = {
            Invoke-Judge service=orders $inForce | Should -Be 'hostnossl reject', 'hostssl scram-sha-256'
            $script:judged++
        }
        $isOff = {
            [IO.File]::ReadAllBytes($file) | Should -Be $original
            Invoke-Judge service=orders $inForce | Should -Be 'host md5'
            $script:judged++
        }

        $shown = Invoke-Guide hostssl -Expected '^LockOut' -Before @{ '-Restore $change.Backup' = $isOn; '-Restore $undone.Backup' = $isOff }

        Test-Label hostssl $shown
        $script:judged | Should -Be 2
        & $isOn
        $env:PGPASSWORD = $password
        try {
            Invoke-Judge 'service=orders user=app dbname=orders sslmode=verify-full' 'SELECT current_user' | Should -Be app
            { Invoke-Judge 'service=orders user=app dbname=orders sslmode=disable' 'SELECT 1' } | Should -Throw '*no encryption*'
            $env:PGPASSWORD = 'An0ther-Passw0rd'
            Invoke-Judge 'service=orders user=reports sslmode=verify-full' 'SELECT current_user' | Should -Be reports
        }
        finally { Remove-Item env:PGPASSWORD }
    }

    It 'renews a certificate once, and not the night after' {
        $started = Invoke-Judge service=shop 'SELECT pg_postmaster_start_time()'
        $stays = Start-Sleeper 'service=shop sslmode=verify-full'
        Wait-Until { (Invoke-Judge service=shop "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'") -eq 2 }
        $old = Get-ServedFingerprint shop
        $data = Invoke-Judge service=shop 'SHOW data_directory'

        Invoke-Guide renewal | Should -Match 'shop was renewed'

        $new = Get-ServedFingerprint shop
        $new | Should -Not -Be $old
        $new | Should -Be (Get-FileFingerprint shop.crt)
        $files = Get-ChildItem $data/server.*, shop.* | Get-FileHash

        Invoke-Guide renewal | Should -Match 'shop has (89|90) days left'

        Get-ServedFingerprint shop | Should -Be $new
        Compare-Object $files (Get-ChildItem $data/server.*, shop.* | Get-FileHash) -Property Path, Hash | Should -BeNullOrEmpty
        Invoke-Judge service=shop 'SELECT pg_postmaster_start_time()' | Should -Be $started
        $stays.HasExited | Should -BeFalse
        Invoke-Judge 'service=shop sslmode=verify-full' 'SELECT 1' | Should -Be 1
    }

    It 'has a standby come with a client certificate' {
        $shown = Invoke-Guide replication

        Test-Label replication $shown
        $of = 'SELECT ssl, client_dn FROM pg_stat_ssl JOIN pg_stat_replication USING (pid)'
        Invoke-Judge service=billing $of | Should -Be 't|/CN=replicator'
        Invoke-Judge service=billing-standby 'SELECT status, conninfo FROM pg_stat_wal_receiver' | Should -Match '^streaming\|.*sslmode=verify-full'
        $rule = "SELECT type, options FROM pg_hba_file_rules WHERE 'replication' = ANY (database)"
        Invoke-Judge service=billing $rule | Should -Be 'hostssl|{clientcert=verify-full}'
        Invoke-Judge service=billing 'CREATE TABLE seen AS SELECT 42 AS answer' | Out-Null
        Wait-Until { (Invoke-Judge service=billing-standby "SELECT count(*) FROM pg_class WHERE relname = 'seen'") -eq 1 }

        $replicator = 'service=billing user=replicator hostaddr=127.0.0.1 replication=true'
        $env:PGPASSWORD = $password
        try {
            { Invoke-Judge "$replicator sslmode=disable" 'IDENTIFY_SYSTEM' } | Should -Throw '*no encryption*'
            { Invoke-Judge "$replicator sslmode=require" 'IDENTIFY_SYSTEM' } | Should -Throw '*valid client certificate*'
            Invoke-Judge "$replicator sslmode=verify-full sslcert=replicator.crt sslkey=replicator.key" 'IDENTIFY_SYSTEM' | Should -Match '\|'
        }
        finally { Remove-Item env:PGPASSWORD }
    }

    It 'renews the certificate of a PgBouncer, and changes nothing through a balancer' {
        if (-not $isPooled) { Set-ItResult -Skipped -Because 'PgBouncer is not installed' }
        $stays = Start-Sleeper 'service=pool sslmode=require'
        $behind = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(300)' AND client_addr IS NULL"
        Wait-Until { (Invoke-Judge service=orders $behind) -eq 1 }
        $settings = "SELECT string_agg(name || setting, ',' ORDER BY name) FROM pg_settings WHERE name LIKE 'ssl%'"
        $before = foreach ($name in 'billing', 'billing-standby', 'orders') { Invoke-Judge service=$name $settings }

        $shown = Invoke-Guide poolers

        Test-Label poolers $shown
        $shown | Should -Match 'is a pooler'
        $shown | Should -Match 'leads to several servers'
        $served = Get-ServedFingerprint pool
        Invoke-Guide poolers | Should -Not -Match 'IsChanged +: True' -Because 'who pastes it again changes nothing'
        Get-ServedFingerprint pool | Should -Be $served
        $served | Should -Be (Get-FileFingerprint pool.crt)
        Invoke-Judge 'service=pool sslmode=verify-full' 'SELECT 1' | Should -Be 1
        $stays.HasExited | Should -BeFalse
        $after = foreach ($name in 'billing', 'billing-standby', 'orders') { Invoke-Judge service=$name $settings }
        $after | Should -Be $before
    }

    It 'looks through a tunnel, and keeps the check of the name' {
        if ((Get-Sandbox).SshMissing) { Set-ItResult -Skipped -Because (Get-Sandbox).SshMissing; return }
        $script:judged = 0
        $judge = {
            # The same as psql sees it.
            $to = "hostaddr=127.0.0.1 port=$port user=postgres dbname=postgres sslmode=verify-full sslrootcert=corp-root.crt"
            Invoke-Judge "host=localhost $to" 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()' | Should -Be t
            { Invoke-Judge "host=billing.example.com $to" 'SELECT 1' } | Should -Throw '*does not match host name*'
            $script:judged++
        }

        $shown = Invoke-Guide proxies -Before @{ 'Stop-Process $tunnel' = $judge }

        Test-Label proxies $shown
        $script:judged | Should -Be 1
        $shown | Should -Match '(?m)^localhost +True +True'
        $shown | Should -Match '(?m)^billing\.example\.com +False +False +HostNameMismatch'
        $env:PGHOSTADDR | Should -BeNullOrEmpty
    }

    It 'splits a fleet over sessions' {
        if ((Get-Sandbox).SshMissing) { Set-ItResult -Skipped -Because (Get-Sandbox).SshMissing; return }

        $shown = Invoke-Guide fleet

        Test-Label fleet $shown
        @([regex]::Matches($shown, '(?m)^localhost +\d+ ')).Count | Should -Be ($estate.Count - 1) -Because 'each server but the balancer has a row'
        Test-Path fleet.key | Should -BeTrue
    }

    It 'asks many at a time, keeps objects, and compares two runs' {
        $shown = Invoke-Guide scripts

        Test-Label scripts $shown
        (Import-Clixml monday.xml).Count | Should -Be ($estate.Count - 1)
        Get-Content -Raw today.json | Should -BeExactly (Get-Content -Raw monday.json)
        $shown | Should -Not -Match '=>|<=' -Because 'nothing has changed'
        $shown | Should -Match '(?m)^orders +Served +require, verify-full'
        $shown | Should -Match '(?m)^ +1 Unreachable'
    }
}
