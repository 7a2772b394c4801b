# One or more objects of each type that has a view, always the same, for Views.Tests.ps1. They are what comes out of a job or a file:
# properties and the name of the type. A name or a value that is long, as they are in large estates, is among them.

function New-Sample {
    [Diagnostics.CodeAnalysis.SuppressMessage('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
    param([string] $Type, [hashtable] $Property)
    $sample = [pscustomobject]$Property
    $names = @($Type -replace '#.*') | ForEach-Object { "PgSsl.$_" }
    if ($Type -match '#') { $names = @("PgSsl.$Type") + $names }
    [array]::Reverse($names)
    $names.ForEach{ $sample.PSObject.TypeNames.Insert(0, $_) }
    $sample
}

function New-Finding {
    [Diagnostics.CodeAnalysis.SuppressMessage('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
    param([string] $Code, [string] $Severity, [string] $Message, [string] $Remedy)
    New-Sample Finding @{ Code = $Code; Severity = $Severity; Message = $Message; Remedy = $Remedy }
}

$notAfter = [datetime]::new(2027, 2, 14, 12, 0, 0, [DateTimeKind]::Utc)
$fingerprint = '4F1C2A9977B04E0C8D3E5A6BC1D2E3F405162738495A6B7C8D9EAFB0C1D2E3F4'
$plaintext = New-Finding PlaintextAllowed Warning 'Clients may connect in plaintext.' 'Make the rule hostssl.'
$md5 = New-Finding Md5 Warning 'The password can be found from what goes over the wire.' 'Use scram-sha-256.'
$rds = 'orders.cabcdefghijk.eu-central-1.rds.amazonaws.com'

$served = @{
    Status = 'Served'; NotAfter = $notAfter; DaysRemaining = 90; Issuer = 'CN=Corp Issuing CA 2, O=Example AG'; ChainStatus = 'Complete'
    TrustedBy = '/etc/ssl/postgresql/corp-root.crt'; Port = 5432
}
$hba = @{ FileName = '/etc/postgresql/17/main/pg_hba.conf'; Findings = @(); AllowsPlaintext = $false; Options = @() }
$session = @{
    Endpoint = 'host=db1.example.com port=5432 user=dba sslmode=verify-full'; IsReplication = $false; IsOwn = $false; ClientPort = 54321
    Transport = 'tls'; Protocol = 'TLSv1.3'; CipherSuite = 'TLS_AES_256_GCM_SHA384'
}
$test = @{ Path = $hba.FileName; Database = 'orders'; Method = 'scram-sha-256'; LineNumber = 97; Outcome = 'authenticate' }
$configuration = @{ Port = 5432; ServerVersion = '17.2'; Ssl = $true; ServesTls = $true; Protocol = 'TLSv1.3'; DaysRemaining = 90; IsDrifted = $false }
$requirement = @{ CertificatePath = '/var/lib/postgresql/17/main/server.crt'; RequiredBy = 'Server'; IsMet = $true }
$pair = @{
    Subject = 'CN=db1.example.com, O=Example AG'; Role = 'Server'; KeyAlgorithm = 'EcdsaP256'; IsKeyEncrypted = $false; Backup = @(); IsChanged = $true; IsProven = $true; IsWhatIf = $false
    SubjectAlternativeName = 'db1.example.com', 'db1', 'postgresql-primary.shop.example.com', '10.20.30.40', '2001:db8:42::10'
    KeyPath = '/srv/tls/db1.example.com.key'; SpkiSha256 = 'hU1pX1pQ8p3yCq7dG9sJt5kQm0bZ2nR4vW6xY8zA1c0='
}

@{
    ServerCertificate = @(
        New-Sample ServerCertificate ($served + @{ HostName = 'db1.example.com' })
        New-Sample ServerCertificate ($served + @{ HostName = $rds } + @{} ) |
            ForEach-Object { $_.Issuer = 'CN=Amazon RDS eu-central-1 Root CA RSA2048 G1'; $_.TrustedBy = 'system'; $_ }
        New-Sample ServerCertificate ($served + @{ HostName = '2001:db8:42::10' }) |
            ForEach-Object { $_.ChainStatus = 'MissingIntermediate, IncludesRoot'; $_.TrustedBy = $null; $_.DaysRemaining = 12; $_ }
        New-Sample ServerCertificate @{ HostName = 'db4.example.com'; Port = 5432; Status = 'Unreachable'; ErrorId = 'ConnectionRefused' }
    )

    SslModeResult = foreach ($mode in 'prefer', 'require', 'verify-full') {
        New-Sample SslModeResult @{
            HostName = 'db1.example.com'; Port = 5432; UserName = 'shop_reporting'; Database = 'orders'; Client = 'libpq'
            RootCertificate = '/etc/ssl/postgresql/corp-root.crt'; SslMode = $mode; Connects = $true; Transport = 'tls'
            VerifiesServer = $mode -eq 'verify-full' ? 'identity' : 'nothing'; MitmSafe = $mode -eq 'verify-full'
            Reason = $mode -eq 'verify-full' ? 'The chain leads to corp-root.crt, and the certificate is for db1.example.com.' :
            "sslmode=$mode encrypts, but verifies nothing: whoever sits between client and server can pose as the server."
        }
    }

    ClientVerification = @(
        New-Sample ClientVerification @{
            Impostor = 'Genuine'; Outcome = 'Accepted'; Accepted = $true; IsConclusive = $true; BehavesLike = 'verify-ca'
            Reason = 'It accepted the genuine server, as it should.'
        }
        New-Sample ClientVerification @{
            Impostor = 'MissingIntermediate'; Outcome = 'Refused'; Accepted = $false; IsConclusive = $true; BehavesLike = 'verify-ca'
            Reason = 'It refused a server that does not send its intermediate certificate: alert unknown_ca (48).'
        }
        New-Sample ClientVerification @{
            Impostor = 'WrongName'; Outcome = 'ProtectedByChannelBinding'; Accepted = $false; IsConclusive = $true; BehavesLike = 'verify-ca'
            Reason = 'It began a session at a server whose certificate is for another host, and ended it because the login could not be bound to ' +
            'TLS (channel_binding=require). The impostor has learned user and database, and nothing else.'
        }
    )

    ConnectionSetting = @(
        New-Sample ConnectionSetting @{ Name = 'host'; Value = $rds; Source = 'endpoint' }
        New-Sample ConnectionSetting @{ Name = 'port'; Value = '5432'; Source = 'default' }
        New-Sample ConnectionSetting @{
            Name = 'sslmode'; Value = 'prefer'; Source = 'default'
            Warning = 'prefer falls back to plaintext, and verifies nothing. Use verify-full.'
        }
        New-Sample ConnectionSetting @{
            Name = 'sslrootcert'; Value = '/etc/ssl/postgresql/corp-root.crt'; Source = 'service file'; Origin = '/home/shop/.pg_service.conf:12'
        }
        New-Sample ConnectionSetting @{ Name = 'ssl_max_protocol_version'; Value = 'TLSv1.3'; Source = 'environment'; Origin = 'PGSSLMAXPROTOCOLVERSION' }
    )

    RootCertificate = foreach ($name in 'CN=Corp Root CA, O=Example AG', 'CN=Amazon RDS eu-central-1 Root CA ECC384 G1, O=Amazon') {
        New-Sample RootCertificate @{
            Path = '/etc/ssl/postgresql/corp-root.crt'; Position = 1; Subject = $name; NotAfter = $notAfter; DaysRemaining = 90
            Fingerprint = $fingerprint; Status = $name -match 'Corp' ? @('Good') : 'NotSelfSigned', 'WeakSignature'
        }
    }

    RootCertificateProvider = @(
        New-Sample RootCertificateProvider @{
            Provider = 'AmazonRds'; Title = 'Amazon RDS and Aurora for PostgreSQL'; Kind = 'Bundle'; SslMode = 'verify-full'
            RootCertificate = '~/.postgresql/rds-global-bundle.pem'; Fingerprint = @(1..108)
        }
        New-Sample RootCertificateProvider @{ Provider = 'Aiven'; Title = 'Aiven for PostgreSQL'; Kind = 'PerAccount'; SslMode = 'verify-full'; Fingerprint = @() }
    )

    CertificateExpiry = @(
        $kept = @{ WarningDays = 30; CriticalDays = 7 }
        New-Sample CertificateExpiry ($kept + @{
            Status = 'Ok'; Kind = 'Leaf'; Server = 'db1.example.com:5432'; Subject = 'CN=db1.example.com, O=Example AG'; NotAfter = $notAfter; DaysRemaining = 90
            Reason = 'It expires on 2027-02-14, in 90 days.'; Fingerprint = $fingerprint
        })
        New-Sample CertificateExpiry ($kept + @{
            Status = 'Expired'; Kind = 'Intermediate'; Server = "${rds}:5432"; Subject = 'CN=Amazon RDS eu-central-1 Root CA RSA2048 G1'; NotAfter = $notAfter
            DaysRemaining = -12; Reason = 'It expired on 2027-02-14.'; Fingerprint = $fingerprint
        })
        New-Sample CertificateExpiry ($kept + @{
            Status = 'Critical'; Kind = 'Server'; Server = '[2001:db8:42::10]:5432'; Error = 'It refused the connection.'; ErrorId = 'ConnectionRefused'
            Reason = 'It refused the connection.'
        })
        New-Sample CertificateExpiry ($kept + @{
            Status = 'Warning'; Kind = 'ClientCertificate'; Path = '/etc/ssl/postgresql/clients/shop_reporting/client.crt'; Subject = 'CN=shop_reporting'
            NotAfter = $notAfter; DaysRemaining = 29; Reason = 'It expires on 2027-02-14, in 29 days.'; Fingerprint = $fingerprint
        })
        New-Sample CertificateExpiry ($kept + @{
            Status = 'Unknown'; Kind = 'Crl'; Path = '/etc/ssl/postgresql/corp-root.crl'; Subject = 'CN=Corp Root CA, O=Example AG'
            Reason = 'The revocation list has no nextUpdate.'; Fingerprint = $fingerprint
        })
    )

    CertificateExpiryFile = New-Sample CertificateExpiryFile @{
        IsChanged = $true; IsProven = $true; IsWhatIf = $false; Status = 'CRITICAL'; ExitCode = 2; Format = 'Prometheus'; Backup = @(); Remarks = @()
        Path = '/var/lib/prometheus/node-exporter/pgssl.prom'
    }

    HbaRule = @(
        New-Sample HbaRule ($hba + @{ LineNumber = 89; Type = 'local'; Database = @('all'); User = @('postgres'); Method = 'peer' })
        New-Sample HbaRule ($hba + @{
            LineNumber = 93; Type = 'host'; Database = 'orders', 'crm', 'warehouse'; User = '+admins', 'shop_reporting'; Address = '192.168.100.0'
            Netmask = '255.255.255.0'; Method = 'md5'
        }) | ForEach-Object { $_.Findings = @($plaintext, $md5); $_.AllowsPlaintext = $true; $_ }
        New-Sample HbaRule ($hba + @{ LineNumber = 94; Type = 'hostssl'; Database = @('all'); User = @('all'); Address = '0.0.0.0/0'; Method = 'ldap' }) |
            ForEach-Object { $_.Options = 'ldapserver=ldap.example.com', 'ldapbasedn="dc=example,dc=com"'; $_ }
        New-Sample HbaRule ($hba + @{ LineNumber = 97; Type = 'hostssl'; Database = @('replication'); User = @('repl'); Address = '2001:db8::/64'; Method = 'scram-sha-256' })
    )

    HbaRuleTest = @(
        New-Sample HbaRuleTest ($test + @{ User = 'app'; Address = '10.20.30.40'; Transport = 'tls' })
        New-Sample HbaRuleTest ($test + @{ User = 'shop_reporting'; Address = '192.168.100.200'; Transport = 'plaintext' }) |
            ForEach-Object { $_.Outcome = 'no rule'; $_.Method = $null; $_.LineNumber = $null; $_ }
    )

    HbaRuleMatch = @(
        New-Sample HbaRuleMatch @{
            Transport = 'tls'; LineNumber = 93; Decides = $false; IsMatch = $false
            Rule = @{ Raw = 'host    orders,crm   +admins     192.168.100.0/24     md5   # until the move' }
            Reason = 'The address 10.20.30.40 is not in 192.168.100.0/24.'
        }
        New-Sample HbaRuleMatch @{
            Transport = 'tls'; LineNumber = 97; Decides = $true; IsMatch = $true; Rule = @{ Raw = 'hostssl all all all scram-sha-256' }
            Reason = 'Everything about it fits: it is the first rule that does, so it decides.'
        }
    )

    HbaRuleChange = @(
        New-Sample HbaRuleChange @{
            FileName = $hba.FileName; LineNumber = 93; Action = 'Changed'
            RawBefore = 'host    orders,crm,warehouse  +admins,shop_reporting  192.168.100.0/24  md5  # until the move'
            RawAfter  = 'hostssl orders,crm,warehouse  +admins,shop_reporting  192.168.100.0/24  md5  # until the move'
        }
        New-Sample HbaRuleChange @{ FileName = $hba.FileName; LineNumber = 12; Action = 'Added'; RawBefore = $null; RawAfter = 'hostnossl all all all reject' }
    )

    HbaSslChange = New-Sample HbaSslChange @{
        IsChanged = $true; RuleCount = 3; IsProven = $true; CutOff = @('app from 10.20.30.40'); Path = $hba.FileName
        Backup = @('/etc/postgresql/17/main/pg_hba.conf.20270101-120000.bak')
    }

    SslConfiguration = @(
        New-Sample SslConfiguration ($configuration + @{ HostName = 'db1.example.com'; Findings = @() })
        New-Sample SslConfiguration ($configuration + @{ HostName = $rds; Findings = @($plaintext, $md5, (New-Finding CertificateExpires Critical 'x' 'y')) }) |
            ForEach-Object { $_.IsDrifted = $true; $_.ServerVersion = '18beta1'; $_.DaysRemaining = -3; $_ }
        New-Sample SslConfiguration @{ HostName = 'db4'; Port = 5433; Findings = @(New-Finding SettingsNotSeen Information 'x' 'y'); Ssl = $false; ServesTls = $false }
    )

    SslSetting = @(
        New-Sample SslSetting @{ Name = 'ssl'; Value = 'on'; Default = 'off'; Source = 'configuration file'; SourceFile = '/etc/postgresql/17/main/postgresql.conf'; SourceLine = 106 }
        New-Sample SslSetting @{ Name = 'ssl_ciphers'; Value = 'HIGH:MEDIUM:+3DES:!aNULL'; Default = 'HIGH:MEDIUM:+3DES:!aNULL'; Source = 'default' }
        New-Sample SslSetting @{
            Name = 'ssl_cert_file'; Value = '/etc/ssl/certs/ssl-cert-snakeoil.pem'; Default = 'server.crt'; PendingValue = 'server.crt'
            Source = 'configuration file'; SourceFile = '/etc/postgresql/17/main/conf.d/tls.conf'; SourceLine = 3
        }
    )

    SslConfigurationChange = @(
        New-Sample SslConfigurationChange @{
            Endpoint = 'host=db1.example.com port=5432 user=dba sslmode=verify-full'; IsChanged = $true; IsProven = $true; PlaintextSessions = 12
            Changes = @(@{ Name = 'ssl'; After = 'on' }, @{ Name = 'ssl_min_protocol_version'; After = 'TLSv1.3' })
        }
        New-Sample SslConfigurationChange @{
            Path = '/etc/postgresql/17/main/postgresql.conf'; IsChanged = $false; IsProven = $false; Changes = @()
        }
    )

    ServerCertificateRequirement = @(
        New-Sample ServerCertificateRequirement ($requirement + @{ Requirement = 'KeyMatches'; Detail = 'The key belongs to the certificate.' })
        New-Sample ServerCertificateRequirement ($requirement + @{ Requirement = 'SubjectAlternativeName'; Detail = 'Clients verify the names db1.example.com and postgresql-primary.shop.example.com.' })
        New-Sample ServerCertificateRequirement ($requirement + @{ Requirement = 'KeyPermissions'; Detail = 'The server refuses /etc/postgresql/tls/server.key: its mode is 0644, and it must be 0600 or, if root owns it, 0640.' }) |
            ForEach-Object { $_.IsMet = $false; $_ }
    )

    ServerCertificateInstallation = New-Sample ServerCertificateInstallation @{
        Subject = 'CN=postgresql-primary.shop.example.com, O=Example AG'; NotAfter = $notAfter; DaysRemaining = 90; IsChanged = $true; IsProven = $true
        CertificatePath = '/var/lib/postgresql/17/main/server.crt'
    }

    SslSession = @(
        New-Sample SslSession ($session + @{ ProcessId = 4711; UserName = 'app'; Database = 'orders'; ClientAddress = '192.168.100.200'; ApplicationName = 'shop' })
        New-Sample SslSession ($session + @{ ProcessId = 4712; UserName = 'shop_reporting'; Database = 'warehouse_archive'; ClientAddress = '10.20.30.40'; ApplicationName = 'psql' }) |
            ForEach-Object { $_.Transport = 'plaintext'; $_.Protocol = $null; $_.CipherSuite = $null; $_ }
        New-Sample SslSession ($session + @{ ProcessId = 1234567; UserName = 'repl'; Database = $null; ClientAddress = '2001:db8:42::10'; ApplicationName = 'walreceiver' }) |
            ForEach-Object { $_.IsReplication = $true; $_ }
        New-Sample SslSession ($session + @{ ProcessId = 4713; UserName = 'dba'; Database = 'postgres'; ClientAddress = '10.20.30.5'; ApplicationName = 'PgSsl' }) |
            ForEach-Object { $_.IsOwn = $true; $_ }
    )

    'SslSession#Terminated' = @(
        New-Sample SslSession#Terminated ($session + @{ ProcessId = 4712; UserName = 'shop_reporting'; Database = 'orders'; ClientAddress = '10.20.30.40'; ApplicationName = 'psql'; IsTerminated = $true }) |
            ForEach-Object { $_.Transport = 'plaintext'; $_ }
        New-Sample SslSession#Terminated ($session + @{ ProcessId = 4714; UserName = 'app'; Database = 'orders'; ClientAddress = '10.20.30.41'; ApplicationName = 'shop'; IsTerminated = $false }) |
            ForEach-Object { $_.Transport = 'plaintext'; $_ }
    )

    RootCertificateChange = New-Sample RootCertificateChange @{
        IsChanged = $true; Added = @('Corp Root CA'); Removed = @(); CertificateCount = 3; Path = '/home/shop/applications/billing/.postgresql/root.crt'
    }

    FileCertificate = @(
        New-Sample FileCertificate @{
            Path = '/etc/ssl/postgresql/server.crt'; Position = 1; Kind = 'Certificate'; Subject = 'CN=postgresql-primary.shop.example.com, O=Example AG'
            DaysRemaining = 12; KeyMatches = $true; Status = 'MissingIntermediate', 'WeakSignature'
        }
        New-Sample FileCertificate @{
            Path = '/etc/ssl/postgresql/corp-root-and-intermediates.p7b'; Position = 1; Kind = 'Certificate'; Subject = 'CN=Corp Root CA'
            DaysRemaining = 3650; Status = @('Good')
        }
        New-Sample FileCertificate @{ Path = '/etc/ssl/postgresql/server.key'; Position = 1; Kind = 'PrivateKey'; KeyMatches = $true; Status = @('Good') }
    )

    FileBackup = @(
        New-Sample FileBackup @{
            Time = $notAfter; Kind = 'PrivateKey'; IsNeeded = $true; Target = '/var/lib/postgresql/18/main/server.key'; Command = 'Install-PgServerCertificate'
        }
        New-Sample FileBackup @{ Time = $notAfter; Kind = 'Configuration'; IsNeeded = $false; Target = '/etc/postgresql/18/main/pg_hba.conf'; Command = 'Set-PgHbaSsl' }
    )

    CertificateRequest    = New-Sample CertificateRequest ($pair + @{ CsrPath = '/srv/tls/db1.example.com.csr' })
    SelfSignedCertificate = New-Sample SelfSignedCertificate ($pair + @{
        CertificatePath = '/srv/tls/db1.example.com.crt'; NotBefore = $notAfter.AddYears(-1); NotAfter = $notAfter; Fingerprint = $fingerprint
    })
}
