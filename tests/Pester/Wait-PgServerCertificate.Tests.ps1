BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $server = $sandbox.Renewable

    # Starts a wait on the side, and returns once it has looked and not found.
    function Start-Wait([hashtable] $With) {
        $wait = [powershell]::Create().AddCommand('Import-Module').AddArgument((Get-Module PgSsl).Path).AddStatement().
            AddCommand('Wait-PgServerCertificate').AddParameter('Verbose').AddParameters($With)
        $running = $wait.BeginInvoke()
        Wait-Until { $wait.Streams.Verbose.Message -match 'still serves|self-signed|issued by' -or $running.IsCompleted }
        [pscustomobject]@{ PowerShell = $wait; Running = $running }
    }
}

Describe 'Wait-PgServerCertificate' {
    It 'returns at once what is served already, <Description>' -ForEach @(
        @{ Description = 'by the issuer''s common name'; With = @{ Issuer = 'Pester Issuing CA' } }
        @{ Description = 'by a pattern for it'; With = @{ Issuer = 'pester issuing*' } }
        @{ Description = 'by the issuer''s full name'; With = @{ Issuer = 'CN=Pester Issuing CA' } }
        @{ Description = 'not self-signed'; With = @{ NotSelfSigned = $true } }
        @{ Description = 'other than an old fingerprint'; With = @{ NotFingerprint = '00' * 32 } }
        @{ Description = 'whatever it is'; With = @{} }
    ) {
        $served = Wait-PgServerCertificate $sandbox.Good @With
        $served.Fingerprint | Should -Be (Get-PgServerCertificate $sandbox.Good).Fingerprint
    }

    It 'returns the new certificate once it is served' {
        $old = Get-PgServerCertificate $server
        $wait = Start-Wait @{ Endpoint = $server; NotFingerprint = $old.Fingerprint; IntervalSec = 1 }
        $new = Invoke-SandboxRenewal
        $served = $wait.PowerShell.EndInvoke($wait.Running)
        $served.Fingerprint | Should -Be $new
        $new | Should -Not -Be $old.Fingerprint
    }

    It 'on timeout is an error that says what was seen last: <Seen>' -ForEach @(
        @{ Server = 'Good'; Make = { @{ NotFingerprint = (Get-PgServerCertificate $sandbox.Good).Fingerprint } }; Seen = 'still serves the certificate [0-9A-F]{64}' }
        @{ Server = 'Good'; Make = { @{ Issuer = 'Other CA' } }; Seen = 'issued by CN=Pester Issuing CA, not by Other CA' }
        @{ Server = 'SelfSigned'; Make = { @{ NotSelfSigned = $true } }; Seen = 'a self-signed certificate of CN=localhost' }
        @{ Server = 'TlsOff'; Make = { @{} }; Seen = 'TlsNotOffered' }
        @{ Server = 'Silent'; Make = { @{} }; Seen = 'ConnectionTimedOut' }
        @{ Server = 'Closed'; Make = { @{} }; Seen = 'the last attempt failed \(ConnectionRefused\)' }
    ) {
        $with = & $Make
        $served = Wait-PgServerCertificate $sandbox.$Server -TimeoutSec 2 -IntervalSec 1 @with -ErrorAction SilentlyContinue -ErrorVariable failures
        $served | Should -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -Be 'CertificateNotServed,PgSsl.Cmdlets.WaitPgServerCertificateCommand'
        $failures.CategoryInfo.Category | Should -Be OperationTimeout
        $failures.TargetObject | Should -Be $sandbox.$Server
        "$failures" | Should -Match $Seen
    }

    It 'takes no certificate of another server for the new one' {
        $old = (Get-PgServerCertificate $sandbox.Balanced).Fingerprint
        Wait-PgServerCertificate $sandbox.Balanced -NotFingerprint $old -TimeoutSec 3 -IntervalSec 1 -ErrorAction SilentlyContinue -ErrorVariable failures |
            Should -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -Be 'CertificateNotServed,PgSsl.Cmdlets.WaitPgServerCertificateCommand'
    }

    It 'takes a fingerprint as openssl writes it, too' {
        $fingerprint = (Get-PgServerCertificate $sandbox.Good).Fingerprint
        $colons = $fingerprint -replace '(..)(?=.)', '$1:'
        foreach ($form in $fingerprint.ToLower(), "sha256 Fingerprint=$colons") {
            Wait-PgServerCertificate $sandbox.Good -NotFingerprint $form -TimeoutSec 1 -ErrorAction SilentlyContinue |
                Should -BeNullOrEmpty -Because "$form is what the server serves"
        }
    }

    It 'refuses what is no SHA-256 fingerprint: <_>' -ForEach 'abc', ('00' * 20), ('zz' * 32) {
        { Wait-PgServerCertificate $sandbox.Good -NotFingerprint $_ } |
            Should -Throw -ErrorId 'InvalidParameterValue,PgSsl.Cmdlets.WaitPgServerCertificateCommand'
    }

    It 'begins TLS as it is told' {
        if ($sandbox.DirectMissing) { Set-ItResult -Skipped -Because $sandbox.DirectMissing }
        (Wait-PgServerCertificate $sandbox.Direct -SslNegotiation direct).Negotiation | Should -Be direct
    }

    It 'waits for several servers at a time' {
        $served = $sandbox.Good, $sandbox.AsksForCertificate | Wait-PgServerCertificate -Issuer 'Pester*'
        $served.Port | Sort-Object | Should -Be ($sandbox.GoodPort, $sandbox.AsksForCertificatePort | Sort-Object)
    }

    It 'takes what it waits for to change from the pipeline' {
        $old = Get-PgServerCertificate $server
        $null = Invoke-SandboxRenewal
        ($old | Wait-PgServerCertificate -NotFingerprint $old.Fingerprint).Port | Should -Be $old.Port
    }
}
