BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $isUnjudged = -not (Get-Sandbox).Psql
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $endpoint = "host=127.0.0.1 port=$($sandbox.SwitchedOffPort) user=postgres dbname=postgres"

    function Get-Transport([string] $SslMode) {
        & $sandbox.Psql -XAtc 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()' "$endpoint sslmode=$SslMode" 2> $null
    }
}

Describe 'Disable-PgSsl' -Skip:$isUnjudged {
    BeforeEach {
        Enable-PgSsl $endpoint -WarningAction SilentlyContinue -ErrorAction Stop | Out-Null
    }

    It 'switches it off, with psql as the judge' {
        $change = Disable-PgSsl $endpoint -WarningAction SilentlyContinue
        $change.IsChanged, $change.IsProven | Should -Be $true, $true
        Get-Transport require | Should -BeNullOrEmpty
        Get-Transport prefer | Should -Be f
    }

    It 'changes nothing the second time' {
        Disable-PgSsl $endpoint -WarningAction SilentlyContinue | Out-Null
        $change = Disable-PgSsl $endpoint
        $change.IsChanged, $change.IsProven | Should -Be $false, $true
    }

    It 'does not lock its own session out, unless it is forced to' {
        Disable-PgSsl "$endpoint sslmode=require" -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'LockOut,*'
        $failure[0].Exception.Message | Should -Match 'this session, which uses sslmode=require'
        Get-Transport require | Should -Be t
        (Disable-PgSsl "$endpoint sslmode=require" -Force -WarningAction SilentlyContinue).IsProven | Should -BeFalse
    }

    It 'shows what would change, and changes nothing' {
        Disable-PgSsl $endpoint -WhatIf | Should -BeNullOrEmpty
        Get-Transport require | Should -Be t
    }
}
