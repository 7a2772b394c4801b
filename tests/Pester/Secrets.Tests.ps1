<#
What a cmdlet is given in secret it tells nobody: no stream, no error, no transcript, no file of objects. A case is a cmdlet at work
with secrets, in success and in failure. A new cmdlet that takes one needs a case: add it to $cases.

In a case there are
    $server      conninfo of a server that asks role ssl_only for $password, over TLS
    $credential  ssl_only with $password; $wrong: ssl_only with $wrongPassword
    $passphrase  as SecureString; $keyPassphrase is its text
    a folder of its own to write into; each file *.key in it afterwards is a secret, too
#>
BeforeDiscovery {
    Import-Module $env:PGSSL_TEST_MODULE/PgSsl.psd1

    $cases = @(
        @{
            Command = 'ConvertTo-PgConnectionString'
            Run     = {
                foreach ($format in 'Uri', 'Conninfo', 'Npgsql', 'Jdbc') { ConvertTo-PgConnectionString "$server password=$password sslpassword=$keyPassphrase" -Format $format }
                ConvertTo-PgConnectionString "postgresql://ssl_only:$password@db1:99999/x" -Format Uri
                ConvertTo-PgConnectionString "postgresql://ssl_only:$password@db1/x?nonsense=1" -Format Uri
            }
        }
        @{
            Command = 'Disable-PgSsl'
            Run     = {
                Set-Content postgresql.conf "primary_conninfo = 'password=$password'", 'ssl = on'
                Disable-PgSsl -ConfigurationPath postgresql.conf
                Disable-PgSsl $server -Credential $credential
                Disable-PgSsl "$server password=$wrongPassword"
            }
        }
        @{
            Command = 'Enable-PgSsl'
            Run     = {
                New-PgSelfSignedCertificate localhost | Out-Null
                Set-Content postgresql.conf "primary_conninfo = 'password=$password'", 'ssl = off', "#ssl_passphrase_command = 'echo $keyPassphrase'"
                Enable-PgSsl -ConfigurationPath postgresql.conf -WhatIf
                Enable-PgSsl -ConfigurationPath postgresql.conf
                Enable-PgSsl $server -Credential $credential
                Enable-PgSsl $server -Credential $wrong
            }
        }
        @{
            Command = 'Disable-PgSsl'
            Run     = {
                Disable-PgSsl $server -Credential $credential
                Disable-PgSsl $server -Credential $wrong
                Disable-PgSsl "$server password=$password" -WhatIf
            }
        }
        @{
            Command = 'Enable-PgSsl'
            Run     = {
                New-PgSelfSignedCertificate localhost -Passphrase $passphrase
                Enable-PgSsl $server -Credential $credential -CertificatePath server.crt -KeyPath server.key
                Enable-PgSsl $server -Credential $wrong
                Enable-PgSsl "$server password=$password" -WhatIf
                Set-Content postgresql.conf "ssl_passphrase_command = 'echo $keyPassphrase'", "ssl = off"
                Enable-PgSsl -ConfigurationPath postgresql.conf -CertificatePath server.crt -KeyPath server.key -WhatIf
                Enable-PgSsl -ConfigurationPath postgresql.conf -CertificatePath server.crt -KeyPath server.key
            }
        }
        @{
            Command = 'Get-PgConnectionSetting'
            Run     = {
                $env:PGPASSWORD = $password
                Get-PgConnectionSetting $server
                Get-PgConnectionSetting "postgresql://ssl_only:$wrongPassword@db1/x?sslpassword=$keyPassphrase"
                Get-PgConnectionSetting @{ host = 'db1'; password = $password; passwrd = $wrongPassword }
                Get-PgConnectionSetting "host=db1;password=$password"
            }
        }
        @{
            Command = 'Get-PgHbaRule'
            Run     = {
                Set-Content pg_hba.conf "hostssl all all all ldap ldapserver=ds ldapbindpasswd=$password ldapbasedn=x", "host all all all radius radiussecrets=$password"
                Get-PgHbaRule pg_hba.conf
                Set-Content users.txt "`"app`" `"$password`"", "`"web`" `"$wrongPassword`""
                Set-Content pg_hba.conf "host all @users.txt all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd=x#$password", "# ldapbindpasswd=x#$password"
                Get-PgHbaRule pg_hba.conf
                Get-PgHbaRule users.txt
                Get-PgHbaRule -Endpoint $server -Credential $credential
                Get-PgHbaRule -Endpoint $server -Credential $wrong
                Get-PgHbaRule -Endpoint "$server password=$wrongPassword"
            }
        }
        @{
            Command = 'Get-PgServerCertificate'
            Run     = {
                Get-PgServerCertificate "$server password=$password"
                Get-PgServerCertificate "postgresql://ssl_only:$password@$($sandbox.Closed)/postgres"
            }
        }
        @{
            Command = 'Get-PgSslConfiguration'
            Run     = {
                Get-PgSslConfiguration $server -Credential $credential
                Get-PgSslConfiguration $server -Credential $wrong
                Get-PgSslConfiguration "$server password=$wrongPassword"
                Get-PgSslConfiguration "postgresql://ssl_only:$password@$($sandbox.Closed)/postgres" -WireOnly
            }
        }
        @{
            Command = 'Get-PgBackup'
            Run     = {
                Get-PgBackup -Endpoint $server -Credential $credential
                Get-PgBackup -Endpoint $server -Credential $wrong
                Get-PgBackup -Endpoint "$server password=$wrongPassword"
                New-PgSelfSignedCertificate db1 -KeyPath server.key -WarningAction Ignore | Out-Null
                New-PgSelfSignedCertificate db1 -KeyPath server.key -Force -WarningAction Ignore | Out-Null
                Get-PgBackup . | Format-List * | Out-String
                Get-PgBackup . | Remove-PgBackup -KeepLast 0
            }
        }
        @{
            Command = 'Get-PgCertificate'
            Run     = {
                New-PgSelfSignedCertificate db1 -KeyPath sealed.key -Passphrase $passphrase -WarningAction Ignore | Out-Null
                New-PgSelfSignedCertificate db2 -KeyPath plain.key -WarningAction Ignore | Out-Null
                Get-PgCertificate *.key, *.crt -Passphrase $passphrase
                Get-PgCertificate *.key
                Get-Content -Raw plain.key | Get-PgCertificate
                Get-Content plain.key | Get-PgCertificate
            }
        }
        @{
            Command = 'Get-PgSslSession'
            Run     = {
                Get-PgSslSession $server -Credential $credential
                Get-PgSslSession $server -Credential $wrong
                Get-PgSslSession "$server password=$password" -ProcessId 1 -Terminate
                $env:PGPASSWORD = $wrongPassword
                Get-PgSslSession $server
            }
        }
        @{
            Command = 'Install-PgRootCert'
            Run     = {
                Install-PgRootCert $sandbox.Root -Path root.crt -Endpoint "$server password=$password", "postgresql://ssl_only:$password@$($sandbox.Closed)/x"
                Get-Content $sandbox.ClientKey, $sandbox.OtherRoot | Set-Content mixed.key
                Install-PgRootCert mixed.key -Path root.crt
            }
        }
        @{
            Command = 'Install-PgServerCertificate'
            Run     = {
                New-PgSelfSignedCertificate localhost -KeyPath fresh.key -CertificatePath fresh.crt -Passphrase $passphrase
                Install-PgServerCertificate fresh.crt -KeyPath fresh.key -KeyPassphrase $passphrase -SslCertFile server.crt -SslKeyFile server.key
                Install-PgServerCertificate fresh.crt -KeyPath fresh.key -KeyPassphrase $wrong.Password -SslCertFile server.crt -SslKeyFile server.key
                Install-PgServerCertificate fresh.key -KeyPath fresh.key -SslCertFile server.crt -SslKeyFile server.key
                openssl pkcs12 -export -in fresh.crt -inkey fresh.key -passin "pass:$keyPassphrase" -out fresh.p12 -passout "pass:$password"
                Install-PgServerCertificate fresh.p12 -Pkcs12Password $credential.Password -SslCertFile server.crt -SslKeyFile server.key
                Install-PgServerCertificate fresh.p12 -Pkcs12Password $wrong.Password -SslCertFile server.crt -SslKeyFile server.key
                Install-PgServerCertificate fresh.crt -KeyPath fresh.key -Endpoint $server -Credential $credential
                Install-PgServerCertificate fresh.crt -KeyPath fresh.key -Endpoint "$server password=$wrongPassword"
                "[databases]`nx = host=db password=$password`n[pgbouncer]`nlisten_addr = 127.0.0.1`nlisten_port = 1" | Set-Content pgbouncer.ini
                $pooler = @{ PgBouncerIni = "$PWD/pgbouncer.ini"; KeyPath = 'fresh.key'; KeyPassphrase = $passphrase }
                Install-PgServerCertificate fresh.crt @pooler -WhatIf
                Install-PgServerCertificate fresh.p12 -Pkcs12Password $credential.Password -PgBouncerIni pgbouncer.ini -Force
                Install-PgServerCertificate fresh.crt @pooler -Credential $credential
            }
        }
        @{
            Command = 'New-PgCsr'
            Run     = {
                New-PgCsr db1.example.com -Passphrase $passphrase
                New-PgCsr db1.example.com -KeyPath plain.key -CsrPath plain.csr
                New-PgCsr db1.example.com -ExistingKey server.key -CsrPath again.csr -Passphrase $passphrase
                New-PgCsr db1.example.com -ExistingKey server.key -CsrPath never.csr -Passphrase $wrong.Password
                New-PgCsr db1.example.com -Passphrase $passphrase
            }
        }
        @{
            Command = 'New-PgSelfSignedCertificate'
            Run     = {
                New-PgSelfSignedCertificate db1.example.com -KeyAlgorithm RSA-2048 -Passphrase $passphrase
                New-PgSelfSignedCertificate db1.example.com -KeyPath plain.key -CertificatePath plain.crt
                New-PgSelfSignedCertificate db1.example.com -ExistingKey server.key -CertificatePath never.crt -Passphrase $wrong.Password
            }
        }
        @{
            Command = 'Set-PgHbaSsl'
            Run     = {
                Set-Content pg_hba.conf "host all all all ldap ldapserver=ds ldapbindpasswd=$password ldapbasedn=x"
                Set-PgHbaSsl pg_hba.conf -WhatIf
                Set-PgHbaSsl pg_hba.conf
                Set-PgHbaSsl pg_hba.conf -Allow -PassThru
                Set-Content users.txt "`"app`" `"$password`"", "`"web`" `"$wrongPassword`""
                Set-Content pg_hba.conf "host all @users.txt all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd=x#$password", "# ldapbindpasswd=x#$password"
                Set-PgHbaSsl pg_hba.conf -ClientCertificate verify-ca -WhatIf
                Set-PgHbaSsl pg_hba.conf -ClientCertificate verify-ca -PassThru
                Set-PgHbaSsl users.txt
                Set-PgHbaSsl pg_hba.conf -Endpoint $server -Credential $credential
                Set-PgHbaSsl pg_hba.conf -Endpoint $server -Credential $wrong
            }
        }
        @{
            Command = 'Test-PgHbaRule'
            Run     = {
                Set-Content pg_hba.conf "host all all all ldap ldapserver=ds ldapbindpasswd=$password ldapbasedn=x"
                Test-PgHbaRule pg_hba.conf -User app -Address 10.0.0.7 -All
                Set-Content users.txt "`"app`" `"$password`"", "`"web`" `"$wrongPassword`""
                Set-Content pg_hba.conf "host all @users.txt all ldap ldapserver=ds ldapbasedn=x ldapbindpasswd=x#$password", 'host all all all md5'
                Test-PgHbaRule pg_hba.conf -User app -Address 10.0.0.7 -All
                Test-PgHbaRule users.txt -User app -Address 10.0.0.7
                Test-PgHbaRule -Endpoint $server -Credential $credential -User app
                Test-PgHbaRule -Endpoint $server -Credential $wrong -User app
            }
        }
        @{
            Command = 'Test-PgServerCertificate'
            Run     = {
                New-PgSelfSignedCertificate localhost -Passphrase $passphrase
                Test-PgServerCertificate server.crt server.key -KeyPassphrase $passphrase
                Test-PgServerCertificate server.crt server.key -KeyPassphrase $wrong.Password
                Test-PgServerCertificate server.key server.crt
                Test-PgServerCertificate -Endpoint $server -Credential $credential
                Test-PgServerCertificate -Endpoint "$server password=$wrongPassword"
            }
        }
        @{
            Command = 'Test-PgCertificateExpiry'
            Run     = {
                Test-PgCertificateExpiry "$server password=$password sslcert=client.crt sslkey=client.key sslpassword=$keyPassphrase"
                foreach ($format in 'Nagios', 'Prometheus') {
                    Test-PgCertificateExpiry "postgresql://ssl_only:$password@$($sandbox.Closed)/postgres", "$server port=x password=$password" -As $format
                    Test-PgCertificateExpiry "$server password=$password" -As $format -OutFile "expiry.$format"
                    Get-Content "expiry.$format"
                }
                Test-PgCertificateExpiry -Path (Get-Content -Raw client.key), client.key -As Nagios
            }
        }
        @{
            Command = 'Test-PgSslMode'
            Run     = {
                Copy-Item $sandbox.ClientKey client.key
                Copy-Item $sandbox.ClientCertificate client.crt
                Test-PgSslMode "$server password=$password sslcert=client.crt sslkey=client.key sslpassword=$keyPassphrase"
                Test-PgSslMode "postgresql://ssl_only:$password@$($sandbox.Closed)/postgres"
            }
        }
        @{
            Command = 'Uninstall-PgRootCert'
            Run     = {
                Copy-Item $sandbox.Root root.crt
                Uninstall-PgRootCert -Path root.crt -Fingerprint (Get-PgRootCert root.crt).Fingerprint -Endpoint "$server password=$password sslrootcert=root.crt sslmode=verify-ca"
            }
        }
        @{
            Command = 'Wait-PgServerCertificate'
            Run     = {
                Wait-PgServerCertificate "$server password=$password"
                Wait-PgServerCertificate "$server password=$password" -Issuer nobody -TimeoutSec 1
            }
        }
    )

    # A secret comes in one of these, or in what is named like one; a server may be named with a password in it.
    $secretTypes = [pscredential], [securestring], ([type]'PgSsl.Binding.EndpointArgument[]')
    $secretNames = 'credential|password|passphrase|secret|key$|keypath$|^pfx'
    $takers = Get-Command -Module PgSsl | Where-Object {
        $_.Parameters.Values | Where-Object { $_.ParameterType -in $secretTypes -or $_.Name -match $secretNames }
    } | ForEach-Object { @{ Taker = $_.Name; Covered = $cases.Command } }

    $leaks = @(
        @{ Way = 'output'; Leak = { $password } }
        @{ Way = 'a property'; Leak = { [pscustomobject]@{ Inner = @{ Text = "x $password" } } } }
        @{ Way = 'an error'; Leak = { Write-Error "x $password" } }
        @{ Way = 'the target of an error'; Leak = { Write-Error x -TargetObject $password } }
        @{ Way = 'the cause of an exception'; Leak = { Write-Error -Exception ([Exception]::new('x', [Exception]::new($password))) } }
        @{ Way = 'a warning'; Leak = { Write-Warning $password } }
        @{ Way = 'a verbose line'; Leak = { Write-Verbose $password } }
        @{ Way = 'a debug line'; Leak = { Write-Debug $password } }
        @{ Way = 'information'; Leak = { Write-Information $password } }
        @{ Way = 'a line of a key'; Leak = { Copy-Item $sandbox.ClientKey client.key; (Get-Content client.key)[1] } }
    )
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox

    function New-Secret([string] $Text) {
        $secret = [securestring]::new()
        $Text.ToCharArray().ForEach{ $secret.AppendChar($_) }
        $secret
    }

    $password = $sandbox.Password
    $wrongPassword = 'wr0ng-Passw0rd'
    $keyPassphrase = 'correct-horse-battery'
    $passphrase = New-Secret $keyPassphrase
    $credential = [pscredential]::new('ssl_only', (New-Secret $password))
    $wrong = [pscredential]::new('ssl_only', (New-Secret $wrongPassword))
    $server = "host=127.0.0.1 port=$($sandbox.GoodPort) user=ssl_only dbname=postgres"

    # All that there is to read of what a script has done: every stream, as objects and as text, the transcript, the errors that are kept.
    function Get-Everything([scriptblock] $Run) {
        $VerbosePreference = $DebugPreference = $InformationPreference = $WarningPreference = $ErrorActionPreference = 'Continue'
        # -Debug alone would ask before each change, and at each warning and error.
        $PSDefaultParameterValues = @{
            '*-Pg*:Verbose' = $true; '*-Pg*:Debug' = $true; '*-Pg*:Confirm' = $false; '*-Pg*:WarningAction' = 'Continue'; '*-Pg*:ErrorAction' = 'Continue'
        }
        $Error.Clear()
        $transcript = "$TestDrive/$(New-Guid).txt"
        $null = Start-Transcript $transcript
        try { . $Run *>&1 | Tee-Object -Variable all | Out-Default }
        finally { $null = Stop-Transcript }
        $results = $all | Where-Object { $null -ne $_ } | Where-Object { $_.GetType().Namespace -ne 'System.Management.Automation' -or $_ -is [Management.Automation.PSCustomObject] }
        $results | Export-Clixml "$transcript.xml" -Depth 4
        Get-Content -Raw $transcript, "$transcript.xml"
        $results | ConvertTo-Json -Depth 4 -WarningAction Ignore
        $all | Format-List * -Force | Out-String -Width 4096
        $Error | Format-List * -Force | Out-String -Width 4096
        foreach ($record in $Error) {
            for ($exception = $record.Exception; $exception; $exception = $exception.InnerException) { $exception | Format-List * -Force | Out-String -Width 4096 }
            "$($record.ErrorDetails.RecommendedAction) $($record.TargetObject | Out-String -Width 4096)"
        }
    }

    # The lines of a key, but for those that are its public half: a certificate shows that, too.
    function Get-SecretLine([string] $Path) {
        $public = ''
        foreach ($key in [Security.Cryptography.ECDsa]::Create(), [Security.Cryptography.RSA]::Create()) {
            try {
                $key.ImportFromPem((Get-Content -Raw $Path))
                $public = [Convert]::ToHexString($key.ExportSubjectPublicKeyInfo())
            }
            catch { Write-Debug "$Path is no such key, or encrypted" }
        }
        Get-Content $Path | Where-Object { $_ -match '^[A-Za-z0-9+/=]{24,}$' } | Where-Object {
            $bytes = [Convert]::ToHexString([Convert]::FromBase64String($_))
            -not ($public.Contains($bytes.Substring(0, 16)) -and $public.Contains($bytes.Substring($bytes.Length - 16)))
        }
    }

    # The secrets that there were: what was given, and the keys that lie in the folder.
    function Get-Secret {
        $password, $wrongPassword, $keyPassphrase
        Get-ChildItem *.key | ForEach-Object { Get-SecretLine $_ }
    }

    # Which of them are told, each with where; nothing is as it should be.
    function Find-Secret([scriptblock] $Run) {
        $everything = (Get-Everything $Run) -join "`n"
        $everything.Length | Should -BeGreaterThan 100
        foreach ($secret in Get-Secret) {
            $at = $everything.IndexOf($secret, [StringComparison]::Ordinal)
            if ($at -ge 0) { $everything.Substring([Math]::Max(0, $at - 60), [Math]::Min(60, $at)) + '<secret>' }
        }
    }
}

Describe 'A secret' {
    BeforeEach {
        Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
    }

    AfterEach {
        Pop-Location
        Remove-Item Env:PGPASSWORD -ErrorAction Ignore
    }

    It 'is told nobody by <Command>' -ForEach $cases {
        Find-Secret $Run | Should -BeNullOrEmpty
    }

    It 'is given to no cmdlet that this file does not know: <Taker>' -ForEach $takers {
        $Taker | Should -BeIn $Covered -Because 'it takes secrets, and needs a case in this file'
    }

    It 'would be found in <Way>' -ForEach $leaks {
        Find-Secret $Leak | Should -Not -BeNullOrEmpty
    }
}
