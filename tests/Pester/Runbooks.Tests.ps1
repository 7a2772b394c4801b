# The scripts of samples, each run as its host runs it: a new pwsh without console, profile and home directory, in the culture tr-TR, its streams in
# files. Every test starts from a server that has its certificate, and says which exit code the script documents.

BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $samples = (Resolve-Path $PSScriptRoot/../../samples).Path
    $scripts = Get-ChildItem $samples -Recurse -Filter *.ps1 | ForEach-Object { @{ Path = $_.FullName; Name = $_.Name } }
    $homes = @{ Where = 'no home directory'; Value = $null }, @{ Where = 'a home directory that does not exist'; Value = 'nowhere' }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $samples = (Resolve-Path $PSScriptRoot/../../samples).Path
    $pwsh = $env:PGSSL_TEST_PWSH
    $dotnet = $env:DOTNET_HOST_PATH ? $env:DOTNET_HOST_PATH : 'dotnet'
    $server = "host=127.0.0.1 port=$($sandbox.JobPort) user=postgres dbname=postgres"

    # A folder that is called PgSsl, as that of a module must be. Not in TestDrive: Pester empties that through links to directories, too.
    $modules = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "pgssl-modules-$(New-Guid)")).FullName
    $null = New-Item -ItemType SymbolicLink "$modules/PgSsl" -Target $env:PGSSL_TEST_MODULE
    # What Azure and SecretManagement bring: cmdlets that return a PSCredential.
    $null = New-Item -ItemType Directory "$modules/Vault"
    @"
function New-SandboxCredential {
    `$secret = [securestring]::new()
    '$($sandbox.Password)'.ToCharArray() | ForEach-Object { `$secret.AppendChar(`$_) }
    [pscredential]::new('ssl_only', `$secret)
}
function Get-AutomationPSCredential([string] `$Name) { if (`$Name -eq 'PgSsl') { New-SandboxCredential } }
function Get-AutomationVariable([string] `$Name) { Get-Content -Raw "`$env:PGSSL_TEST_VARIABLES/`$Name.json" }
function Get-Secret([string] `$Name, [switch] `$AsPlainText) {
    switch (`$Name) {
        'pgssl' { New-SandboxCredential }
        'text' { (New-SandboxCredential).Password }
        default { throw "The secret `$Name was not found." }
    }
}
"@ | Set-Content "$modules/Vault/Vault.psm1"
    New-ModuleManifest "$modules/Vault/Vault.psd1" -RootModule Vault.psm1 -FunctionsToExport Get-Secret, Get-AutomationPSCredential, Get-AutomationVariable

    # A pwsh on PATH, for hooks and cron lines.
    $bin = (New-Item -ItemType Directory "$TestDrive/bin").FullName
    if (-not $IsWindows) {
        $line = $pwsh -like '*.dll' ? "'$dotnet' '$pwsh'" : "'$($pwsh ? $pwsh : (Join-Path $PSHOME pwsh))'"
        Set-Content "$bin/pwsh" '#!/bin/sh', "exec $line `"`$@`""
        chmod +x $bin/pwsh
    }

    # Runs a program as a scheduler does: an environment of its own, no input, no terminal; and gets exit code and texts.
    function Invoke-Host([string] $Program, [string[]] $Arguments, [hashtable] $Variables = @{}) {
        $start = [Diagnostics.ProcessStartInfo]::new($Program, $Arguments)
        $start.WorkingDirectory = $PWD.Path
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $environment = @{
            LANG = 'tr_TR.UTF-8'; NO_COLOR = '1'; POWERSHELL_TELEMETRY_OPTOUT = '1'; POWERSHELL_UPDATECHECK = 'Off'
            PATH = $bin + [IO.Path]::PathSeparator + $env:PATH; PSModulePath = $modules; PGSSL_TEST_VARIABLES = $PWD.Path
        }
        $Variables.GetEnumerator() | ForEach-Object { $environment[$_.Key] = $_.Value }
        $start.Environment.Clear()
        $environment.GetEnumerator() | Where-Object { $null -ne $_.Value } | ForEach-Object { $start.Environment[$_.Key] = $_.Value }
        $process = [Diagnostics.Process]::Start($start)
        $process.StandardInput.Close()
        $errors = $process.StandardError.ReadToEndAsync()
        $output = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        [pscustomobject]@{ ExitCode = $process.ExitCode; Output = $output; Errors = $errors.Result; All = $output + $errors.Result }
    }

    function Invoke-Sample([string] $Name, [string[]] $Arguments, [hashtable] $Variables = @{}) {
        Invoke-Host $bin/pwsh (@('-NoLogo', '-NoProfile', '-NonInteractive', '-File', "$samples/$Name") + $Arguments) $Variables
    }

    # The list of servers of a test.
    function New-List([string[]] $Endpoint, [string] $Path = 'servers.csv') {
        $Endpoint | ForEach-Object { [pscustomobject]@{ Name = 'x'; Owner = 'y'; Endpoint = $_ } } | Export-Csv -LiteralPath $Path
        $Path
    }

    # What certbot leaves: links in live/<name>, and files in archive/<name>.
    function New-Lineage([string] $Name = 'db1.example.com', [string] $Ca = $sandbox.IssuerCertificate, [string] $CaKey = $sandbox.IssuerKey) {
        $live = New-Item -ItemType Directory "letsencrypt/live/$Name" -Force
        $archive = New-Item -ItemType Directory letsencrypt/archive/x -Force
        New-PgCsr localhost -IPAddress 127.0.0.1, ::1 -KeyPath "$archive/privkey1.pem" -CsrPath "$archive/1.csr" -Force | Out-Null
        $signed = openssl x509 -req -in "$archive/1.csr" -CA $Ca -CAkey $CaKey -copy_extensions copy -days 90 2> $null
        if (-not $signed) { throw 'The CA did not sign.' }
        Set-Content "$archive/fullchain1.pem" (@($signed) + @(Get-Content $Ca))
        foreach ($file in 'privkey', 'fullchain') {
            Remove-Item -LiteralPath "$live/$file.pem" -ErrorAction Ignore
            $null = [IO.File]::CreateSymbolicLink("$live/$file.pem", "../../archive/x/${file}1.pem")
        }
        $live.FullName
    }

    function Get-Served { (Get-PgServerCertificate $server).Fingerprint }
}

AfterAll {
    [IO.Directory]::Delete("$modules/PgSsl")
    Remove-Item $modules -Recurse
}

Describe 'A sample' {
    It '<Name> stops at errors, is strict, has help, and takes no secret as text' -ForEach $scripts {
        $text = Get-Content -Raw $Path
        $text | Should -Match 'Set-StrictMode -Version Latest'
        $text | Should -Match "ErrorActionPreference = 'Stop'"
        $text | Should -Match '#Requires -Version 7\.4'
        $help = Get-Help $Path
        $help.Synopsis | Should -Not -BeNullOrEmpty
        @($help.Examples.example).Count | Should -BeGreaterThan 0
        foreach ($parameter in (Get-Command $Path).Parameters.Values) { $parameter.Name | Should -Not -Match 'password|passphrase|^secret$|credential' }
        @($text -split "`n").Where{ $_.Length -gt 150 } | Should -BeNullOrEmpty
        [Management.Automation.Language.Parser]::ParseFile($Path, [ref]$null, [ref]($parseErrors = $null)) | Out-Null
        $parseErrors | Should -BeNullOrEmpty
    }

    It 'is in the map' -ForEach @{ All = Get-ChildItem $samples -Recurse -File -Exclude README.md } {
        $map = Get-Content -Raw $samples/README.md
        foreach ($file in $All) {
            $map | Should -Match ([regex]::Escape("]($([IO.Path]::GetRelativePath($samples, $file.FullName).Replace('\', '/')))"))
        }
    }
}

Describe 'A scheduled job' -Skip:$IsWindows {
    BeforeEach {
        Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
        # Certificate and rules as the server had them at first.
        Set-SandboxHba Job 'host all all 127.0.0.1/32 trust'
    }

    AfterEach { Pop-Location }

    Context 'inventory' {
        It 'writes CSV, JSON and HTML, with a row for each server, in <Where>' -ForEach $homes {
            $list = New-List $sandbox.Good, $sandbox.TlsOff, $sandbox.Closed -Path "ser vers [1] `$(x) 'q'.csv"
            foreach ($format in 'csv', 'json', 'html') {
                $run = Invoke-Sample Export-PgSslInventory.ps1 @('-ServerList', $list, '-Path', "inventory.$format", '-RootCertificate', $sandbox.Root) @{
                    HOME = $Value ? "$TestDrive/$Value" : $null
                }
                $run.ExitCode | Should -Be 0 -Because $run.All
                $run.All | Should -BeNullOrEmpty
            }
            $rows = Import-Csv inventory.csv
            $rows.Status | Should -Be Served, NoTls, Unreachable
            $rows.Trusted | Should -Be True, False, False
            [datetime]::ParseExact($rows[0].NotAfter, "yyyy-MM-dd'T'HH:mm:ss'Z'", [cultureinfo]::InvariantCulture) | Should -BeGreaterThan ([datetime]::UtcNow)
            (Get-Content -Raw inventory.json | ConvertFrom-Json).Fingerprint[0] | Should -Be (Get-PgServerCertificate $sandbox.Good).Fingerprint
            ([xml]((Get-Content -Raw inventory.html) -replace '<!DOCTYPE[^>]*>')).html.body.table.tr.Count | Should -Be 4
        }

        It 'replaces a link, and not what it leads to' {
            Set-Content victim precious
            $null = New-Item -ItemType SymbolicLink report.csv -Target "$PWD/victim"
            (Invoke-Sample Export-PgSslInventory.ps1 @('-ServerList', (New-List $sandbox.Good), '-Path', 'report.csv')).ExitCode | Should -Be 0
            Get-Content victim | Should -Be precious
            (Get-Item report.csv).LinkType | Should -BeNullOrEmpty
            (Import-Csv report.csv).Status | Should -Be Served
            Get-ChildItem *.tmp | Should -BeNullOrEmpty
        }

        It 'says that it could not write, and leaves nothing' {
            $null = New-Item -ItemType Directory report.csv
            $run = Invoke-Sample Export-PgSslInventory.ps1 @('-ServerList', (New-List $sandbox.Good), '-Path', 'report.csv')
            $run.ExitCode | Should -Be 1
            Get-ChildItem *.tmp, report.csv/* | Should -BeNullOrEmpty
        }

        It 'shows what a hostile server calls itself, and begins no formula and no line with it' {
            $subject = "/CN=x`nCRITICAL forged$([char]27)[2J$([char]0x202E)"
            $made = 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'evil.key', '-out', 'evil.crt', '-utf8', '-subj', $subject
            openssl @made -addext 'subjectAltName=DNS:=cmd|calc!A0,IP:127.0.0.1' 2> $null
            $list = New-List $server
            $rows = @(Import-Csv $list)
            $rows[0].Name = '=HYPERLINK("x")'
            $rows | Export-Csv $list
            $old = "$(New-Lineage)/fullchain.pem"
            $null = Install-PgServerCertificate evil.crt evil.key -Endpoint $server -Force -WarningAction Ignore
            try {
                (Invoke-Sample Export-PgSslInventory.ps1 @('-ServerList', $list, '-Path', 'report.csv')).ExitCode | Should -Be 0
                $check = Invoke-Sample Test-PgSslEstate.ps1 @('-ServerList', $list)
            }
            finally { $null = Install-PgServerCertificate $old letsencrypt/archive/x/privkey1.pem -Endpoint $server -Force -WarningAction Ignore }
            $row = Import-Csv report.csv
            $row.Name | Should -Be "'=HYPERLINK(`"x`")"
            $row.Issuer | Should -Match 'forged'
            $unseen = '[\x00-\x09\x0B-\x1F\u202E]'
            Get-Content -Raw report.csv | Should -Not -Match $unseen
            @(Get-Content report.csv).Count | Should -Be 2 -Because 'a row is a line'
            $row.PSObject.Properties.Value | Where-Object { $_ -match '^[=+@-]' } | Should -BeNullOrEmpty
            $check.Output | Should -Match 'forged'
            $check.Output | Should -Not -Match '(?m)^CRITICAL forged'
            $check.All | Should -Not -Match $unseen
        }
    }

    Context 'nightly check' {
        It 'has nothing to say of a good server: 0' {
            Set-SandboxHba Job 'hostssl all all 127.0.0.1/32 trust'
            $run = Invoke-Sample Test-PgSslEstate.ps1 @('-ServerList', (New-List $server), '-RootCertificate', $sandbox.Root, '-WarningDays', '0', '-CriticalDays', '0')
            $run.All | Should -BeNullOrEmpty
            $run.ExitCode | Should -Be 0
        }

        It 'warns of plaintext and of days: 2' {
            Set-SandboxHba Job 'host all all 127.0.0.1/32 trust', 'host all all 10.0.0.0/8 trust'
            $run = Invoke-Sample Test-PgSslEstate.ps1 @('-ServerList', (New-List $server), '-RootCertificate', $sandbox.Root, '-WarningDays', '3650')
            $run.ExitCode | Should -Be 2 -Because $run.All
            $run.Output | Should -Match "(?m)^WARNING 127\.0\.0\.1:$($sandbox.JobPort) PlaintextLetIn: "
            $run.Output | Should -Match "(?m)^WARNING 127\.0\.0\.1:$($sandbox.JobPort) Expires: "
            $run.Errors | Should -BeNullOrEmpty
        }

        It 'finds what is critical, and looks at each server: 3' {
            $list = New-List $sandbox.Closed, "$($sandbox.TlsOff)", "$($sandbox.Expired)", $server
            $run = Invoke-Sample Test-PgSslEstate.ps1 @('-ServerList', $list) @{ PGUSER = 'anyone'; PGDATABASE = 'postgres' }
            $run.ExitCode | Should -Be 3 -Because $run.All
            foreach ($code in 'NotSeen', 'TlsIsOff', 'Expires') { $run.Output | Should -Match "(?m)^CRITICAL .* ${code}: " }
            @($run.Output.TrimEnd() -split "`n").Where{ $_ -notmatch '^(WARNING|CRITICAL) ' } | Should -BeNullOrEmpty
        }

        It 'is no command for an agent of CI, whatever a server calls itself' {
            $lineage = New-Lineage
            foreach ($command in '##vso[task.prependpath]evil', '##[add-path]evil') {
                $null = New-PgSelfSignedCertificate $command -DnsName localhost -CertificatePath hostile.crt -KeyPath hostile.key -Force
                $null = Install-PgServerCertificate hostile.crt hostile.key -Endpoint $server -Force -WarningAction Ignore
                $run = Invoke-Sample Test-PgSslEstate.ps1 @('-ServerList', (New-List $server))
                $run.Output | Should -Match 'evil'
                $run.All | Should -Not -Match '##(vso)?\['
            }
            $null = Install-PgServerCertificate "$lineage/fullchain.pem" "$lineage/privkey.pem" -Endpoint $server -Force -WarningAction Ignore
        }

        It 'sees drift: the file holds another certificate than is served' {
            $data = $sandbox.JobData
            $before = [IO.File]::ReadAllBytes("$data/server.crt")
            $lineage = New-Lineage
            try {
                [IO.File]::WriteAllBytes("$data/server.crt", [IO.File]::ReadAllBytes("$lineage/fullchain.pem"))
                $run = Invoke-Sample Test-PgSslEstate.ps1 @('-ServerList', (New-List $server), '-RootCertificate', $sandbox.Root)
                $run.Output | Should -Match 'CertificateDrift'
                $run.ExitCode | Should -BeIn 2, 3
            }
            finally { [IO.File]::WriteAllBytes("$data/server.crt", $before) }
        }

        It 'has role and password from the vault, and tells nobody' {
            $list = New-List "postgresql://$($sandbox.Good)/postgres"
            $run = Invoke-Sample Test-PgSslEstate.ps1 @('-ServerList', $list, '-SecretName', 'pgssl', '-RootCertificate', $sandbox.Root, '-Verbose')
            $run.ExitCode | Should -BeIn 0, 2 -Because $run.All
            $run.Output | Should -Not -Match 'NotSeen'
            $run.All | Should -Not -Match ([regex]::Escape($sandbox.Password))
        }

        It 'leaves no secret in a transcript' {
            $list = New-List "postgresql://$($sandbox.Good)/postgres", "host=127.0.0.1 port=$($sandbox.GoodPort) user=ssl_only dbname=postgres password=wr0ng-Passw0rd"
            $command = "Start-Transcript log.txt | Out-Null; try { & '$samples/Test-PgSslEstate.ps1' -ServerList $list -SecretName pgssl -Verbose } finally { Stop-Transcript }"
            $run = Invoke-Host $bin/pwsh @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', $command)
            Get-Content log.txt | Should -Not -BeNullOrEmpty
            "$(Get-Content -Raw log.txt)$($run.All)" | Should -Not -Match ([regex]::Escape($sandbox.Password) + '|wr0ng-Passw0rd')
        }

        It 'fails itself, with 1: <Why>' -ForEach @(
            @{ Why = 'no list'; Arguments = '-ServerList', 'missing.csv' }
            @{ Why = 'no such secret'; Arguments = '-ServerList', 'servers.csv', '-SecretName', 'other' }
            @{ Why = 'a secret that is no credential'; Arguments = '-ServerList', 'servers.csv', '-SecretName', 'text' }
            @{ Why = 'no such parameter'; Arguments = '-ServerList', 'servers.csv', '-Nonsense' }
        ) {
            $null = New-List $server
            $run = Invoke-Sample Test-PgSslEstate.ps1 $Arguments
            $run.ExitCode | Should -Be 1
            $run.All | Should -Not -Match ([regex]::Escape($sandbox.Password))
        }

        It 'fails itself, with 1, without the module' {
            (Invoke-Sample Test-PgSslEstate.ps1 @('-ServerList', (New-List $server)) @{ PSModulePath = "$TestDrive/none" }).ExitCode | Should -Be 1
        }
    }

    Context 'renewal' {
        It 'installs a lineage of certbot once, run twice by the hook' {
            $lineage = New-Lineage "db 1 `$(touch pwned) 'q'"
            Set-Content certbot.conf "PGSSL_LINEAGE='$($lineage -replace "'", "'\''")'", "PGSSL_ENDPOINT='$server'"
            $variables = @{ PGSSL_CONF = "$PWD/certbot.conf"; PGSSL_SAMPLES = $samples; RENEWED_LINEAGE = $lineage; RENEWED_DOMAINS = 'localhost' }
            $first = Invoke-Host /bin/sh @('-c', "$samples/certbot/pgssl-deploy-hook") $variables
            $first.ExitCode | Should -Be 0 -Because $first.All
            $first.Output | Should -Match '(?m)^IsChanged +: True'
            $first.Output | Should -Match '(?m)^IsProven +: True'
            Get-Served | Should -Be (Get-PgCertificate "$PWD/letsencrypt/archive/x/fullchain1.pem")[0].Fingerprint

            $again = Invoke-Host /bin/sh @('-c', "$samples/certbot/pgssl-deploy-hook") $variables
            $again.ExitCode | Should -Be 0 -Because $again.All
            $again.Output | Should -Match '(?m)^IsChanged +: False'
            Get-ChildItem -Recurse pwned | Should -BeNullOrEmpty

            $variables.RENEWED_LINEAGE = '/etc/letsencrypt/live/other'
            (Invoke-Host /bin/sh @('-c', "$samples/certbot/pgssl-deploy-hook") $variables).ExitCode | Should -Be 0 -Because 'it is another certificate'
        }

        It 'installs a lineage where the folder live is a link, and checks what that leads to' {
            $lineage = New-Lineage
            # On another disk: what live/x/../../archive says by its text is not there, or an old copy.
            $null = New-Item -ItemType Directory moved, etc
            Move-Item letsencrypt moved/data
            $null = [IO.File]::CreateSymbolicLink("$PWD/etc/live", "$PWD/moved/data/live")
            $variables = @{ RENEWED_LINEAGE = "$PWD/etc/live/$(Split-Path -Leaf $lineage)" }
            chmod 777 moved/data/archive
            $run = Invoke-Sample Install-RenewedCertificate.ps1 @('-Endpoint', $server) $variables
            $run.Errors | Should -Match '(?s)/archive.{0,30}can be changed by'
            chmod 755 moved/data/archive
            $run = Invoke-Sample Install-RenewedCertificate.ps1 @('-Endpoint', $server) $variables
            $run.ExitCode | Should -Be 0 -Because $run.All
            Get-Served | Should -Be (Get-PgCertificate "$PWD/moved/data/archive/x/fullchain1.pem")[0].Fingerprint
        }

        It 'does not miss a lineage for a slash, and says that there is none' {
            $lineage = New-Lineage
            $variables = @{ PGSSL_CONF = "$PWD/certbot.conf"; PGSSL_SAMPLES = $samples; RENEWED_LINEAGE = $lineage }
            Set-Content certbot.conf "PGSSL_LINEAGE='$lineage/'", "PGSSL_ENDPOINT='$server'"
            $run = Invoke-Host /bin/sh @('-c', "$samples/certbot/pgssl-deploy-hook") $variables
            $run.Output | Should -Match '(?m)^IsChanged +: True' -Because $run.All
            Set-Content certbot.conf "PGSSL_LINEAGE='$lineage.typo'", "PGSSL_ENDPOINT='$server'"
            $run = Invoke-Host /bin/sh @('-c', "$samples/certbot/pgssl-deploy-hook") $variables
            $run.ExitCode | Should -Be 1
            $run.Errors | Should -Match 'PGSSL_LINEAGE is no folder'
        }

        It 'takes no certificate that somebody else can have put there: <What>' -ForEach @(
            @{ What = 'the folder'; Path = 'letsencrypt/live/db1.example.com'; Mode = '777' }
            @{ What = 'the folder above'; Path = 'letsencrypt/live'; Mode = '775' }
            @{ What = 'the folder that the links lead to'; Path = 'letsencrypt/archive'; Mode = '757' }
            @{ What = 'the key'; Path = 'letsencrypt/archive/x/privkey1.pem'; Mode = '622' }
        ) {
            $before = Get-Served
            $lineage = New-Lineage
            chmod $Mode $Path
            $run = Invoke-Sample Install-RenewedCertificate.ps1 @('-Endpoint', $server) @{ RENEWED_LINEAGE = $lineage }
            $run.ExitCode | Should -Be 1
            $run.Errors | Should -Match 'can be changed by'
            Get-Served | Should -Be $before
        }

        It 'takes PACertificate objects of Posh-ACME, once' {
            $lineage = New-Lineage
            $key, $chain = "$lineage/privkey.pem", "$lineage/fullchain.pem"
            # As Get-PACertificate makes them (Posh-ACME 4): paths of files, whether they exist or not.
            @"
Set-StrictMode -Version Latest
`$certificate = [pscustomobject]@{
    PSTypeName = 'PoshACME.PACertificate'; Subject = 'CN=localhost'; NotBefore = Get-Date; NotAfter = (Get-Date).AddDays(90); KeyLength = 'ec-256'
    Thumbprint = '00'; AllSANs = @('localhost'); CertFile = '$PWD/missing.cer'; KeyFile = '$key'; ChainFile = '$PWD/missing'; FullChainFile = '$chain'
    PfxFile = '$PWD/missing.pfx'; PfxFullChain = '$PWD/missing.pfx'; PfxPass = [securestring]::new()
}
`$certificate | & '$samples/Install-RenewedCertificate.ps1' -Endpoint '$server' -HostName localhost
exit `$LASTEXITCODE
"@ | Set-Content job.ps1
            foreach ($isChanged in 'True', 'False') {
                $run = Invoke-Host $bin/pwsh @('-NoProfile', '-NonInteractive', '-File', 'job.ps1')
                $run.ExitCode | Should -Be 0 -Because $run.All
                $run.Output | Should -Match "(?m)^IsChanged +: $isChanged"
            }
        }

        It 'follows links, and trusts none of somebody else' {
            $before = Get-Served
            $lineage = New-Lineage
            $null = New-Item -ItemType Directory open
            chmod 777 open
            # A link in a safe folder, by way of an open one, to the file that is there.
            $null = [IO.File]::CreateSymbolicLink("$PWD/open/key", "$PWD/letsencrypt/archive/x/privkey1.pem")
            Remove-Item "$lineage/privkey.pem"
            $null = [IO.File]::CreateSymbolicLink("$lineage/privkey.pem", "$PWD/open/key")
            $run = Invoke-Sample Install-RenewedCertificate.ps1 @('-Endpoint', $server) @{ RENEWED_LINEAGE = $lineage }
            $run.ExitCode | Should -Be 1
            $run.Errors | Should -Match '/open can be'
            Remove-Item "$lineage/privkey.pem"
            $null = [IO.File]::CreateSymbolicLink("$lineage/privkey.pem", "$lineage/privkey.pem")
            (Invoke-Sample Install-RenewedCertificate.ps1 @('-Endpoint', $server) @{ RENEWED_LINEAGE = $lineage }).ExitCode | Should -Be 1
            Get-Served | Should -Be $before
        }

        It 'installs nothing that the server would not load, or without rights: 1' {
            $before = Get-Served
            $lineage = New-Lineage
            $other = New-PgCsr other -KeyPath other.key -CsrPath other.csr
            Set-Content letsencrypt/archive/x/privkey1.pem (Get-Content $other.KeyPath)
            $run = Invoke-Sample Install-RenewedCertificate.ps1 @('-Endpoint', $server) @{ RENEWED_LINEAGE = $lineage }
            $run.ExitCode | Should -Be 1
            $run.Errors | Should -Not -Match 'PRIVATE KEY'
            $lineage = New-Lineage
            $run = Invoke-Sample Install-RenewedCertificate.ps1 @('-Endpoint', ($server -replace 'user=\w+', 'user=auditor')) @{ RENEWED_LINEAGE = $lineage }
            $run.ExitCode | Should -Be 1 -Because $run.All
            Get-Served | Should -Be $before
        }

        It 'shows with -WhatIf what it would do' {
            $before = Get-Served
            $run = Invoke-Sample Install-RenewedCertificate.ps1 @('-Endpoint', $server, '-WhatIf') @{ RENEWED_LINEAGE = New-Lineage }
            $run.ExitCode | Should -Be 0 -Because $run.All
            $run.Output | Should -Match '(?m)^IsWhatIf +: True'
            Get-Served | Should -Be $before
        }
    }

    Context 'another CA' {
        BeforeEach {
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key -out new.crt -days 365 -subj '/CN=Runbook New Root CA' 2> $null
            Copy-Item $sandbox.Root old.crt
            Copy-Item $sandbox.Root roots.crt
            # The server as it was, below the old root.
            $null = Install-PgServerCertificate "$(New-Lineage)/fullchain.pem" letsencrypt/archive/x/privkey1.pem -Endpoint $server -Force -WarningAction Ignore
            $rotation = '-ServerList', (New-List $server), '-OldRoot', 'old.crt', '-NewRoot', 'new.crt', '-Path', 'roots.crt'
        }

        AfterEach {
            $null = Install-PgServerCertificate "$(New-Lineage)/fullchain.pem" letsencrypt/archive/x/privkey1.pem -Endpoint $server -Force -WarningAction Ignore
        }

        It 'comes beside the old one, waits for servers, and replaces it' {
            $run = Invoke-Sample Update-PgRootCertificate.ps1 $rotation
            $run.ExitCode | Should -Be 2 -Because $run.All
            $run.Output | Should -Match 'has the new root' -Because $run.All
            @(Get-PgRootCert roots.crt).Count | Should -Be 2
            $run = Invoke-Sample Update-PgRootCertificate.ps1 $rotation
            $run.ExitCode | Should -Be 2 -Because 'the server has its old certificate'
            $run.Output | Should -Not -Match 'has the new root'

            $null = Install-PgServerCertificate "$(New-Lineage -Ca new.crt -CaKey new.key)/fullchain.pem" letsencrypt/archive/x/privkey1.pem -Endpoint $server -Force -WarningAction Ignore
            $run = Invoke-Sample Update-PgRootCertificate.ps1 $rotation
            $run.ExitCode | Should -Be 0 -Because $run.All
            (Get-PgRootCert roots.crt).Fingerprint | Should -Be (Get-PgRootCert new.crt).Fingerprint
            $files = Get-ChildItem roots.crt*
            (Invoke-Sample Update-PgRootCertificate.ps1 $rotation).ExitCode | Should -Be 0
            (Get-ChildItem roots.crt*).Name | Should -Be $files.Name -Because 'run again, nothing is changed'
        }

        It 'is waited for at a provider, and judged with the roots of clients' {
            $wait = '-Endpoint', $server, '-StatePath', 'db.state', '-TimeoutSec', '2', '-RootCertificate'
            (Invoke-Sample Wait-ProviderCertificate.ps1 ($wait + 'new.crt')).ExitCode | Should -Be 2 -Because 'it has remembered'
            $run = Invoke-Sample Wait-ProviderCertificate.ps1 ($wait + 'new.crt')
            $run.ExitCode | Should -Be 2 -Because $run.All
            $run.All | Should -Match 'still serves'
            $null = Install-PgServerCertificate "$(New-Lineage -Ca new.crt -CaKey new.key)/fullchain.pem" letsencrypt/archive/x/privkey1.pem -Endpoint $server -Force -WarningAction Ignore
            (Invoke-Sample Wait-ProviderCertificate.ps1 ($wait + 'new.crt')).ExitCode | Should -Be 0
            $run = Invoke-Sample Wait-ProviderCertificate.ps1 ($wait + 'old.crt')
            $run.ExitCode | Should -Be 3
            $run.Output | Should -Match 'UntrustedCertificate'
            (Invoke-Sample Wait-ProviderCertificate.ps1 @('-Endpoint', $sandbox.Closed, '-StatePath', 'other.state', '-RootCertificate', 'new.crt')).ExitCode | Should -Be 1
        }
    }

    Context 'monitoring' {
        It 'is a plugin: <Code> for <What>' -ForEach @(
            @{ What = 'a good server'; Code = 0; Text = '^OK - 2 ok; Leaf ' }
            @{ What = 'a server whose certificate ends too soon'; Code = 1; Text = '^WARNING - '; With = '-WarningDays', 1000, '-CriticalDays', 5 }
            @{ What = 'a server that is down'; Code = 2; Text = '^CRITICAL - 1 critical; Server '; At = 'Closed' }
            @{ What = 'a file that is not there'; Code = 3; Text = '^UNKNOWN - 1 unknown'; With = '-Path', 'none.crt' }
            @{ What = 'a list that is not there'; Code = 3; Text = '^UNKNOWN - the check failed: '; With = '-ServerList', 'none.csv' }
            @{ What = 'numbers that make no sense'; Code = 3; Text = '^UNKNOWN - the check failed: '; With = '-WarningDays', 1, '-CriticalDays', 5 }
            @{ What = 'no module'; Code = 3; Text = '^UNKNOWN - the check failed: '; Variables = @{ PSModulePath = 'none' } }
        ) {
            $which = 'Path', 'ServerList' | Where-Object { "-$_" -in $With }
            $endpoint = $which ? @() : @('-Endpoint', ($At ? $sandbox.$At : $sandbox.Good))
            $run = Invoke-Sample monitoring/check_pgssl.ps1 ($endpoint + @($With | Where-Object { $null -ne $_ })) ($Variables ?? @{})
            $run.ExitCode | Should -Be $Code -Because $run.All
            $run.Output | Should -Match $Text
            $run.Output.TrimEnd() | Should -Not -Match "`n" -Because 'Nagios shows one line'
            $run.Errors | Should -BeNullOrEmpty
        }

        It 'is a plugin for a list of servers' {
            $run = Invoke-Sample monitoring/check_pgssl.ps1 @('-ServerList', (New-List $sandbox.Good, $sandbox.Closed))
            $run.ExitCode | Should -Be 2
            $run.Output | Should -Match '^CRITICAL - 1 critical, 2 ok; Server '
        }

        It 'writes metrics, whatever the servers are like: 0' {
            $run = Invoke-Sample monitoring/Export-PgSslMetrics.ps1 @('-ServerList', (New-List $sandbox.Good, $sandbox.Closed), '-OutFile', 'a.prom')
            $run.ExitCode | Should -Be 0 -Because $run.All
            $run.Output | Should -Match 'a\.prom: CRITICAL - 1 critical, 2 ok'
            $run.Errors | Should -BeNullOrEmpty
            Get-Content -Raw a.prom | Should -Match '(?s)^# HELP pgssl_certificate_not_after_seconds .*pgssl_probe_success\{server="[^"]+"\} 0\n$'
        }

        It 'fails if it cannot write metrics: 1' {
            'precious' | Set-Content a.prom
            foreach ($with in @('none.csv', 'b.prom'), @((New-List $sandbox.Good), 'a.prom'), @('servers.csv', 'none/a.prom'), @('servers.csv', 'a.txt')) {
                (Invoke-Sample monitoring/Export-PgSslMetrics.ps1 @('-ServerList', $with[0], '-OutFile', $with[1])).ExitCode | Should -Be 1
            }
            Get-Content a.prom | Should -Be precious
        }
    }

    Context 'hosts' {
        It 'runs in Azure Automation, and fails the job only if something is critical' {
            ConvertTo-Json @("postgresql://$($sandbox.Good)/postgres", @{ Endpoint = "postgresql://$($sandbox.Good)/postgres" }) | Set-Content PgSslServers.json
            $run = Invoke-Sample azure-automation/Watch-PgSslEstate.ps1 @('-RootCertificate', $sandbox.Root)
            $run.ExitCode | Should -Be 0 -Because $run.All
            $run.Errors | Should -BeNullOrEmpty
            ConvertTo-Json @($sandbox.Closed, "postgresql://$($sandbox.Good)/postgres") | Set-Content PgSslServers.json
            $run = Invoke-Sample azure-automation/Watch-PgSslEstate.ps1 @('-RootCertificate', $sandbox.Root)
            $run.ExitCode | Should -Be 1 -Because $run.All
            $run.Errors | Should -Match 'findings are critical'
            $run.All | Should -Not -Match ([regex]::Escape($sandbox.Password))
        }

        It 'has units that systemd accepts, and their command: <_>' -ForEach 'systemd/pgssl-check', 'monitoring/pgssl-metrics' {
            $unit = Get-Content $samples/$_.service
            $command = ($unit -match '^ExecStart=') -replace '^ExecStart=/usr/bin/pwsh ' -replace '/opt/pgssl/samples', $samples
            $command = $command -replace '/etc/pgssl/servers.csv', 'servers.csv' -replace '/var/lib/prometheus/node-exporter/'
            $null = New-List $server
            $run = Invoke-Host $bin/pwsh (-split $command)
            $run.ExitCode | Should -BeIn 0, 2 -Because $run.All

            if (-not (Get-Command systemd-analyze -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'systemd-analyze is not installed'; return }
            $name = Split-Path $_ -Leaf
            $unit -replace '/usr/bin/pwsh', '/bin/true' -replace '^User=pgssl$', 'User=root' | Set-Content "$name.service"
            Copy-Item "$samples/$_.timer" .
            $verdict = systemd-analyze verify "./$name.service" "./$name.timer" 2>&1 | Where-Object { "$_" -match 'pgssl' }
            $verdict | Should -BeNullOrEmpty
        }

        It 'has a line that cron runs' {
            $line = Get-Content $samples/cron/pgssl-check | Where-Object { $_ -match '^\d' }
            $line | Should -Match '^30 5 \* \* \* pgssl pwsh '
            $line | Should -Not -Match '%' -Because 'cron takes it for the end of the line'
            $command = $line -replace '^(\S+ ){5}pgssl ' -replace '/opt/pgssl/samples', $samples -replace '/etc/pgssl/servers.csv', 'servers.csv'
            $null = New-List $server
            $run = Invoke-Host /bin/sh @('-c', $command)
            $run.ExitCode | Should -BeIn 0, 2 -Because $run.All
        }

        It 'has in <File> steps that run' -ForEach @(
            @{ File = 'github-actions/pgssl-inventory.yml'; Key = 'run'; Deeper = '  '; Before = '$ErrorActionPreference = ''stop'''; After = 'if ((Test-Path -LiteralPath variable:\LASTEXITCODE)) { exit $LASTEXITCODE }' }
            @{ File = 'azure-devops/pgssl-inventory.yml'; Key = '- pwsh'; Deeper = '    '; Before = '$ErrorActionPreference = ''stop'''; After = 'if (Test-Path -LiteralPath variable:\LASTEXITCODE) { exit $LASTEXITCODE }' }
        ) {
            $text = Get-Content -Raw $samples/$File
            $text | Should -Not -Match "`t"
            $steps = [regex]::Matches($text, "(?m)^(?<Indent> *)${Key}: \|\n(?<Script>(?:\k<Indent>$Deeper.*\n|\n)+)").ForEach{ $_.Groups['Script'].Value }
            @($steps).Count | Should -Be 3
            Copy-Item $samples . -Recurse
            Copy-Item $sandbox.Root corp-root.crt
            $codes = foreach ($listed in $server, $sandbox.Closed) {
                $null = New-List $listed
                foreach ($step in $steps | Where-Object { $_ -notmatch 'Install-PSResource' }) {
                    # The runner writes the step into a file, and adds these lines (its source: ScriptHandlerHelpers, PowerShellV2).
                    Set-Content step.ps1 $Before, $step, $After
                    $run = Invoke-Host $bin/pwsh @('-NoProfile', '-NonInteractive', '-Command', ". './step.ps1'")
                    $run.ExitCode
                }
            }
            # Of a dot-sourced script that fails, pwsh -Command tells only that it failed.
            $codes | Should -Be 0, 0, 0, 1
            (Import-Csv inventory.csv).Status | Should -Be Unreachable
        }

        It 'registers a task on Windows (with stand-ins)' {
            $script = {
                param($Script)
                function New-ScheduledTaskAction($Execute, $Argument) { @{ Execute = $Execute; Argument = $Argument } }
                function New-ScheduledTaskTrigger([switch] $Daily, $At, $RandomDelay) { @{ At = $At; Daily = $Daily; RandomDelay = $RandomDelay } }
                function New-ScheduledTaskPrincipal($UserId, $LogonType, $RunLevel) { @{ UserId = $UserId; LogonType = $LogonType; RunLevel = $RunLevel } }
                function New-ScheduledTaskSettingsSet([switch] $StartWhenAvailable, $ExecutionTimeLimit) { @{ When = $StartWhenAvailable; Limit = $ExecutionTimeLimit } }
                function Register-ScheduledTask($TaskName, $Description, $Action, $Trigger, $Principal, $Settings, [switch] $Force) {
                    "$TaskName|$Description|$($Action.Argument)|$($Trigger.At)|$($Principal.UserId)|$($Settings.Limit)|$Force"
                }
                & $Script -ServerList 'C:\Program Files\$(x) servers.csv' -Account 'CONTOSO\pgssl$'
                try { & $Script -ServerList 'a" -Command "x' -Account x } catch { 'refused' }
            }
            $shown = & $script "$samples/windows/Register-PgSslCheckTask.ps1"
            $shown[0] | Should -Match ([regex]::Escape('-ServerList "C:\Program Files\$(x) servers.csv"'))
            $shown[1] | Should -Be refused
        }
    }
}
