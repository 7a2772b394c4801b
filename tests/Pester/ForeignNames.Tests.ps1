<#
Somebody who may choose a name (of a certificate, role, database, application, file), or who answers as a server, wants the administrator's
terminal to obey it, or to show another name. Nothing of it may be shown raw: no view, question, warning, verbose line, error or completion.
Every view of the module is driven, from its file, so a new one is covered.
#>
BeforeDiscovery {
    Import-Module $env:PGSSL_TEST_MODULE/PgSsl.psd1
    Import-Module $PSScriptRoot/Sandbox.psm1
    $isWithoutClient = -not (Get-Sandbox).Psql
    $views = foreach ($file in (Get-Module PgSsl).ExportedFormatFiles) {
        ([xml](Get-Content -Raw $file)).Configuration.ViewDefinitions.View | ForEach-Object {
            @{ View = $_.Name; Type = $_.ViewSelectedBy.TypeName; IsTable = $null -ne $_['TableControl'] }
        }
    }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox

    # A terminal's command, a bell, a C1 command, an override of the reading direction, something invisible, a line of its own.
    $signs = "`ec", "`a", [char]0x9B, [char]0x202E, [char]0x200B, [char]0x2028 -join ''
    $evil = "ev${signs}il"
    $evilLines = "$evil`nFORGED"
    # What no output may have; in NO_COLOR no colour is between them.
    $rawSign = '[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\p{Cf}\u2028\u2029]'
    $raw = "$rawSign|(?m:^FORGED)"

    # A file name cannot be everything on every system.
    $folder = $IsWindows ? "ev$([char]0x202E)il" : $evil

    # All that the commands show: as a transcript has it, and as tables and lists.
    function Get-Shown([scriptblock] $Run) {
        $PSDefaultParameterValues = @{ '*-Pg*:Verbose' = $true; '*-Pg*:WarningAction' = 'Continue'; '*-Pg*:ErrorAction' = 'Continue' }
        $transcript = "$TestDrive/$(New-Guid).txt"
        $null = Start-Transcript $transcript -UseMinimalHeader
        # Objects come further below, each kind by itself: PowerShell shows a second kind in the same output without a view.
        try { . $Run *>&1 | Tee-Object -Variable all | Where-Object { $_.GetType().Namespace -notlike 'PgSsl*' } | Out-Default }
        finally { $null = Stop-Transcript }
        # What is before and after is PowerShell's.
        Get-Content -Raw $transcript
        $objects = @($all | Where-Object { $_ -is [object] -and $_.GetType().Namespace -like 'PgSsl*' })
        foreach ($group in $objects | Group-Object { $_.GetType().Name }) {
            $group.Group | Format-List | Out-String -Width 4096
            $group.Group | Format-Table | Out-String -Width 4096
        }
        $objects | ForEach-Object { $_.Proofs; $_.Findings } | Where-Object { $_ } | ForEach-Object { "$_"; "$($_.Detail)$($_.Message)$($_.Remedy)" }
        foreach ($record in $all | Where-Object { $_ -is [Management.Automation.ErrorRecord] }) {
            "$record $($record.Exception.Message) $($record.ErrorDetails.Message) $($record.ErrorDetails.RecommendedAction) $($record.CategoryInfo)"
        }
        foreach ($record in $all | Where-Object { $_ -is [Management.Automation.InformationalRecord] }) { $record.Message }
    }

    # The places where something is shown raw; and an objection if no such name was shown at all.
    function Find-Raw([scriptblock] $Run) {
        $shown = (Get-Shown $Run) -join "`n"
        foreach ($match in [regex]::Matches($shown, $raw)) {
            $from = [Math]::Max(0, $match.Index - 80)
            $shown.Substring($from, $match.Index - $from) + ('<{0:X4}>' -f [int]$match.Value[0])
        }
        if ($shown -notmatch '<U\+202E>') { "not driven: $shown" }
    }

    # Such a value for each property of a type.
    function New-Evil([type] $Type) {
        $names = [ordered]@{}
        foreach ($property in $Type.GetProperties()) {
            $is = $property.PropertyType
            $names[$property.Name] =
                if ($is -eq [string]) { $property.Name -like '*Fingerprint' ? $evilLines.PadLeft(40, 'x') : "CN=$evilLines" }
                elseif ($is -eq [PgSsl.HbaRule]) { [pscustomobject]@{ Raw = $evil } }
                elseif ([Collections.Generic.IEnumerable[string]].IsAssignableFrom($is)) { , @($evilLines, "+$evilLines") }
                elseif ($is -ne [string] -and [Collections.IEnumerable].IsAssignableFrom($is)) {
                    , @([pscustomobject]@{
                            Name = $evilLines; Detail = $evilLines; State = $evilLines; Code = $evilLines; Message = $evilLines; Remedy = $evilLines
                            Severity = $evilLines; Subject = "CN=$evilLines"; Issuer = $evilLines; Value = $evilLines; Source = $evilLines
                            SourceFile = $evilLines; SourceLine = 7; Before = $evilLines; After = $evilLines; Action = $evilLines
                        })
                }
                elseif ($is -eq [timespan]) { [timespan]::Zero }
                elseif ($is -in [datetime], [Nullable[datetime]], [Nullable[DateTimeOffset]]) { [datetime]::UtcNow }
                elseif ($is -in [bool], [Nullable[bool]]) { $true }
                else { 7 }
        }
        $object = [pscustomobject]$names
        $object.PSObject.TypeNames.Insert(0, $Type.FullName)
        $object
    }

    function New-EvilCertificate([string] $Path) {
        $key = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve+NamedCurves]::nistP256)
        $name = [Security.Cryptography.X509Certificates.X500DistinguishedNameBuilder]::new()
        $name.AddCommonName($evilLines)
        $name.AddOrganizationName($evil)
        $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new($name.Build(), $key, 'SHA256')
        $names = [Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
        $names.AddDnsName('localhost')
        $names.AddUserPrincipalName($evil)
        $request.CertificateExtensions.Add($names.Build())
        $certificate = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(9))
        Set-Content -LiteralPath "$Path.crt" $certificate.ExportCertificatePem()
        New-Item "$Path.key" -Value $key.ExportPkcs8PrivateKeyPem() | Out-Null
        if (-not $IsWindows) { chmod 600 "$Path.key" }
        $certificate
    }
}

Describe 'A name of others' {
    BeforeEach {
        Push-Location -LiteralPath (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
        New-Item -ItemType Directory $folder | Out-Null
        $here = (Get-Location).ProviderPath
    }

    AfterEach { Pop-Location }

    It 'is shown printable by the view <View>' -ForEach $views {
        $object = New-Evil ($Type -replace '#.*' -as [type])
        $object.PSObject.TypeNames.Insert(0, $Type)
        $text = ($IsTable ? ($object | Format-Table -View $View) : ($object | Format-List -View $View)) | Out-String -Width 4096
        # A cell may show the end only, as of a path.
        $text | Should -Match '<U\+\w{4}>'
        # A narrow column breaks words by itself.
        [regex]::Matches($text, ($IsTable ? $rawSign : $raw)).Value | Should -BeNullOrEmpty
    }

    It 'in a certificate is shown printable' {
        Find-Raw {
            $certificate = New-EvilCertificate "$here/served"
            Get-PgCertificate served.crt
            Get-PgRootCert served.crt
            Install-PgRootCert served.crt -Path root.crt -WhatIf
            Install-PgRootCert served.crt -Path root.crt -Force
            Uninstall-PgRootCert -Path root.crt -Fingerprint $certificate.GetCertHashString('SHA256') -WhatIf
            Test-PgServerCertificate -CertificatePath served.crt -KeyPath served.key -HostName db1
            Install-PgServerCertificate served.crt -KeyPath served.key -SslCertFile new.crt -SslKeyFile new.key -WhatIf
            Install-PgServerCertificate served.crt -KeyPath served.key -SslCertFile new.crt -SslKeyFile new.key -Force
            New-PgCsr -Certificate served.crt -WhatIf
            New-PgCsr -CommonName $evil
        } | Should -BeNullOrEmpty
    }

    It 'of a file is shown printable' {
        Find-Raw {
            $null = New-EvilCertificate "$here/$folder/server"
            Get-PgCertificate "$folder/server.crt", "$folder/server.key", "$folder/none.crt"
            Get-PgRootCert "$folder/server.crt"
            Get-PgRootCert "$folder/missing.crt"
            New-PgSelfSignedCertificate db1 -KeyPath "$folder/own.key" -WhatIf
            New-PgSelfSignedCertificate db1 -KeyPath "$folder/own.key"
            New-PgSelfSignedCertificate db1 -KeyPath "$folder/own.key"
            Set-Content -LiteralPath "$folder/postgresql.conf" 'ssl = on', 'port = x y z'
            Disable-PgSsl -ConfigurationPath "$folder/postgresql.conf" -WhatIf
            Set-Content -LiteralPath "$folder/postgresql.conf" 'ssl = on', "include '$folder.conf'"
            Disable-PgSsl -ConfigurationPath "$folder/postgresql.conf" -WhatIf
            Set-Content -LiteralPath "$folder/pgbouncer.ini" '[pgbouncer]', "client_tls_key_file = $folder.key", "nonsense $folder"
            Install-PgServerCertificate "$folder/server.crt" -KeyPath "$folder/server.key" -PgBouncerIni "$folder/pgbouncer.ini" -WhatIf
            try { Get-PgServerCertificate $sandbox.Good -RootCertificate "$folder/missing.crt" } catch { $_ }
        } | Should -BeNullOrEmpty
    }

    It 'in pg_hba.conf is shown printable' {
        Find-Raw {
            $path = "$here/$folder/pg_hba.conf"
            Set-Content -LiteralPath $path "host`tall all all scram-sha-256 # $evil", "host `"$evil`" `"$evil`" all md5", "host all all $evil trust", "include $folder.conf"
            Get-PgHbaRule $path
            Test-PgHbaRule -Path $path -User $evil -Database $evil -Address 10.0.0.1
            Test-PgHbaRule -Path $path -User $evil -Database $evil -Address 10.0.0.1 -All
            Set-Content -LiteralPath $path "host all all all scram-sha-256 # $evil", "host `"$evil`" `"$evil`" all \", "  md5"
            Set-PgHbaSsl $path -WhatIf
            Set-PgHbaSsl $path
        } | Should -BeNullOrEmpty
    }

    It 'in a service file or a connection string is shown printable' {
        $env:PGSERVICEFILE = "$here/services"
        try {
            Find-Raw {
                Set-Content services "[$evil]", 'host=db1', "application_name=$evil", "[ev`a$([char]0x202E)il]"
                Get-PgConnectionSetting "service='$evil'"
                Get-PgConnectionSetting "host=$evil"
                Get-PgConnectionSetting "service=x$evil"
                ConvertTo-PgConnectionString "service=x$evil"
                Get-PgServerCertificate "host=$evil"
                Get-PgConnectionSetting "$evil=1"
                Test-PgSslMode $sandbox.Closed -UserName $evil -Database $evil
            } | Should -BeNullOrEmpty
            $line = "Install-PgRootCert -Service ev"
            $offered = [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
            $offered | Should -Not -BeNullOrEmpty
            $offered.ListItemText, $offered.ToolTip -join "`n" | Should -Not -Match $raw
        }
        finally { Remove-Item Env:PGSERVICEFILE }
    }

    It 'in a server''s message is shown printable' {
        Find-Raw {
            Test-PgSslMode $sandbox.Rude -UserName anyone -Database postgres
            Get-PgServerCertificate $sandbox.Rude
            Get-PgSslSession $sandbox.Rude
            Get-PgSslConfiguration $sandbox.Rude
            Wait-PgServerCertificate $sandbox.Rude -TimeoutSec 1
        } | Should -BeNullOrEmpty
    }

    It 'of a role, a database or an application is shown printable' -Skip:$isWithoutClient {
        $server = "host=127.0.0.1 port=$($sandbox.HbaKeptPort) user=postgres dbname=postgres"
        $quoted = '"' + $evilLines + '"'
        Invoke-SandboxSql HbaKept "CREATE ROLE $quoted LOGIN"
        try {
            Start-SandboxSession HbaKept "user='$evilLines' sslmode=disable"
            Find-Raw {
                Get-PgSslSession $server
                Get-PgSslSession $server -Terminate -WhatIf
                Set-PgHbaSsl -Endpoint $server -WhatIf
                Get-PgSslSession "$server user='$evil'"
                Get-PgSslSession "$server dbname='$evil'"
            } | Should -BeNullOrEmpty
        }
        finally {
            Stop-SandboxSession HbaKept
            Invoke-SandboxSql HbaKept "DROP ROLE $quoted"
        }
    }

    It 'would be found if it were shown raw' {
        Find-Raw { Write-Warning $evil; '<U+202E>' } | Should -Not -BeNullOrEmpty
    }
}
