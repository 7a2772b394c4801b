BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $isUnjudged = -not $sandbox.Psql
    $ways = @(
        @{ Way = 'direct'; Server = 'Trapped' }
        if ($sandbox.SessionPool) {
            'Session', 'Transaction', 'Statement' | ForEach-Object { @{ Way = "$_ pooling"; Server = "${_}Pool" } }
        }
    )

    # How each cmdlet that has an endpoint is run here. A new one fails the first test until it is in this table.
    $reads = @{
        'Get-PgConnectionSetting'   = { Get-PgConnectionSetting $args[0] }
        'ConvertTo-PgConnectionString' = { ConvertTo-PgConnectionString $args[0] }
        'Get-PgServerCertificate'   = { Get-PgServerCertificate $args[0] }
        'Test-PgCertificateExpiry'  = { Test-PgCertificateExpiry $args[0] | Format-List * -Force }
        'Test-PgSslMode'            = { Test-PgSslMode $args[0] }
        'Wait-PgServerCertificate'  = { Wait-PgServerCertificate $args[0] -NotFingerprint ('0' * 64) -TimeoutSec 2 }
        'Get-PgSslConfiguration'    = { Get-PgSslConfiguration $args[0] | Format-List * -Force }
        'Get-PgSslSession'          = { Get-PgSslSession $args[0] | Format-List * -Force }
        'Get-PgBackup'              = { Get-PgBackup -Endpoint $args[0] }
        'Get-PgHbaRule'             = { Get-PgHbaRule -Endpoint $args[0] | Format-List * -Force }
        'Test-PgHbaRule'            = { Test-PgHbaRule -Endpoint $args[0] -User app -Database appdb -Address 10.0.0.1 }
    }
    # These refuse a pooler, because nothing can be proven through it.
    $changes = @{
        'Test-PgServerCertificate'  = { Test-PgServerCertificate -Endpoint $args[0] | Format-List * -Force }
        'Set-PgHbaSsl'              = { Set-PgHbaSsl -Endpoint $args[0] -User app -Force }
        'Enable-PgSsl'              = { Enable-PgSsl $args[0] -MinimumProtocol Tls13 -Force }
        'Disable-PgSsl'             = { Disable-PgSsl $args[0] -Force -WhatIf; Disable-PgSsl $args[0] -Force; Enable-PgSsl $args[0] }
        'Install-PgServerCertificate' = {
            $folder = New-Item -ItemType Directory (Join-Path $TestDrive (New-Guid))
            New-PgSelfSignedCertificate localhost -IPAddress 127.0.0.1 -KeyPath "$folder/k" -CertificatePath "$folder/c" |
                Install-PgServerCertificate -Endpoint $args[0] -Force
        }
    }
    $roots = @{
        'Install-PgRootCert'        = { Get-PgRootCert $sandbox.Root | Install-PgRootCert -Path (Join-Path $TestDrive "$(New-Guid).crt") -Endpoint $args[0] }
        'Uninstall-PgRootCert'      = {
            $path = Join-Path $TestDrive "$(New-Guid).crt"
            Copy-Item $sandbox.Root $path
            Get-PgRootCert $path | Uninstall-PgRootCert -Path $path -Endpoint $args[0] -Force
        }
    }
    function Get-Row($Table) { $Table.GetEnumerator() | Sort-Object Key | ForEach-Object { @{ Name = $_.Key; Run = $_.Value } } }
    $named = @($reads.Keys + $changes.Keys + $roots.Keys)
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox

    function Get-Mallory { Invoke-SandboxSql Trapped "SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'" }
}

# The owner of a database, mallory, wants a superuser who uses the cmdlets there to run what mallory made.
Describe 'A database whose owner laid traps' -Skip:$isUnjudged {
    It 'is where every cmdlet with an endpoint is tried' -TestCases @{ Named = $named } {
        $withEndpoint = (Get-Command -Module PgSsl).Where{ $_.Parameters.ContainsKey('Endpoint') }.Name
        $withEndpoint | Where-Object { $_ -notin $Named } | Should -BeNullOrEmpty
    }

    It 'has traps that work' {
        # Without a search_path of its own, as a superuser's own session.
        & $sandbox.Psql -XAtq -h $sandbox.TrappedSocket -p $sandbox.TrappedPort -U postgres -d appdb -c 'SELECT host(inet_client_addr())' 2>&1 | Out-Null
        Get-Mallory | Should -Be t
        Invoke-SandboxSql Trapped 'ALTER ROLE mallory NOSUPERUSER'
    }

    Context '<Way>' -ForEach $ways {
        BeforeAll { $endpoint = "host=127.0.0.1 port=$(($sandbox.$Server -split ':')[-1]) user=postgres dbname=appdb" }

        It '<Name> reads it, and springs none' -ForEach (Get-Row $reads) {
            $all = & $Run $endpoint 2>&1 3>&1
            Get-Mallory | Should -Be f
            $failures = @($all | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
            # The pools have no TLS, and so no certificate.
            $expected = $Way -eq 'direct' ? @() : 'TlsNotOffered,*', 'CertificateNotServed,*'
            $failures | Where-Object { $id = $_.FullyQualifiedErrorId; -not $expected.Where{ $id -like $_ } } | Should -BeNullOrEmpty
        }

        It '<Name> changes the server, or refuses the pooler, and springs none' -ForEach (Get-Row $changes) {
            $all = & $Run $endpoint 2>&1 3>&1
            Get-Mallory | Should -Be f
            $failures = @($all | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
            if ($Way -eq 'direct') { $failures | Should -BeNullOrEmpty }
            else { $failures.FullyQualifiedErrorId | Should -BeLike 'ContradictoryParameters,*' }
        }

        It '<Name> proves its change there, and springs none' -ForEach (Get-Row $roots) {
            $all = & $Run $endpoint 2>&1 3>&1
            Get-Mallory | Should -Be f
            if ($Way -eq 'direct') { $all | Where-Object { $_ -is [Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty }
        }
    }
}
