BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    Import-Module $PSScriptRoot/Screen.psm1
    $sandbox = Get-Sandbox

    # The server Counted never answers: it keeps a cmdlet waiting for as long as it is told to.
    function Get-Progress([scriptblock] $Script) {
        Get-Screen -Width 100 -Script $Script -Arguments $sandbox.Good, $sandbox.Counted -Progress
    }
}

Describe 'Progress' {
    It 'of <Name> tells how many servers are done and how long the rest takes, and goes' -ForEach @(
        @{ Name = 'servers by parameter'; Script = { Get-PgServerCertificate $args -TimeoutSec 4 -ErrorAction Ignore } }
        @{ Name = 'servers by pipeline'; Script = { $args | Get-PgServerCertificate -TimeoutSec 4 -ErrorAction Ignore } }
        @{ Name = 'Test-PgSslMode'; Script = { $args | Test-PgSslMode -SslMode require -UserName x -Database x -TimeoutSec 4 } }
    ) {
        $records = Get-Progress $Script
        $shown = $records[0]
        $shown.StatusDescription, $shown.PercentComplete | Should -Be '1 of 2 servers', 50
        $shown.SecondsRemaining | Should -BeIn (2..4)
        $records[-1].RecordType | Should -Be Completed
        $records.ActivityId | Sort-Object -Unique | Should -HaveCount 1
    }

    It 'of <Name> tells which of several servers it is at, and goes' -ForEach @(
        @{ Name = 'Get-PgHbaRule'; Script = { Get-PgHbaRule $args -TimeoutSec 4 -ErrorAction Ignore } }
        @{ Name = 'Set-PgHbaSsl'; Script = { Set-PgHbaSsl $args -TimeoutSec 4 -ErrorAction Ignore } }
        @{ Name = 'Enable-PgSsl'; Script = { Enable-PgSsl $args -TimeoutSec 4 -ErrorAction Ignore } }
        @{ Name = 'Disable-PgSsl'; Script = { Disable-PgSsl $args -TimeoutSec 4 -ErrorAction Ignore } }
        @{ Name = 'Get-PgBackup'; Script = { Get-PgBackup -Endpoint $args -TimeoutSec 4 -ErrorAction Ignore } }
    ) {
        $records = Get-Progress $Script
        $shown = $records[0]
        $shown.Activity, $shown.StatusDescription, $shown.PercentComplete | Should -Be $Name, 'Reading (1 of 2 servers)', 50
        $shown.SecondsRemaining | Should -BeIn (2..4)
        $records[-1].RecordType | Should -Be Completed
    }

    It 'of one server tells the step alone' {
        $records = Get-Progress { Get-PgHbaRule $args[1] -TimeoutSec 3 -ErrorAction Ignore }
        $records[0].StatusDescription, $records[0].PercentComplete, $records[0].SecondsRemaining | Should -Be 'Reading', -1, -1
    }

    It 'goes when the work is stopped by an error' {
        $records = Get-Progress { try { $args[1] | Get-PgServerCertificate -TimeoutSec 3 -ErrorAction Stop } catch { 'stopped' } }
        $records[-1].RecordType | Should -Be Completed
    }

    It 'is not shown for what is quick' {
        Get-Progress { Get-PgServerCertificate $args[0] } | Should -BeNullOrEmpty
    }

    It 'is not shown where it is not wanted' {
        Get-Progress { $ProgressPreference = 'SilentlyContinue'; Get-PgServerCertificate $args[1] -TimeoutSec 3 -ErrorAction Ignore } | Should -BeNullOrEmpty
    }

    It 'is not made where nobody looks' {
        $shell = [powershell]::Create().AddScript("Import-Module '$env:PGSSL_TEST_MODULE/PgSsl.psd1'; Get-PgServerCertificate $($sandbox.Counted) -TimeoutSec 3")
        $null = $shell.Invoke()
        $shell.Streams.Error | Should -Not -BeNullOrEmpty
        $shell.Streams.Progress | Should -BeNullOrEmpty
        $shell.Dispose()
    }
}
