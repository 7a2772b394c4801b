@{
    RootModule           = 'bin/PgSsl.dll'
    ModuleVersion        = '0.9.0'
    GUID                 = '6d6f7a0e-5f0c-4d5c-9b3e-0c2f5e8c1a74'
    Author               = 'PgSsl contributors'
    CompanyName          = 'PgSsl contributors'
    Copyright            = '(c) 2026 PgSsl contributors. MIT licence.'
    Description          = 'TLS for PostgreSQL: see what a server really serves and what each sslmode of each client would make of it, make keys and certificate requests, give servers their certificates, switch TLS on and prove it, install the roots that clients verify with, refuse plaintext.'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '7.4'
    FormatsToProcess     = @(
        'bin/PgSsl.Format.ps1xml'
        'bin/Backup.Format.ps1xml'
        'bin/CertificateExpiry.Format.ps1xml'
        'bin/CertificateRequest.Format.ps1xml'
        'bin/ClientVerification.Format.ps1xml'
        'bin/FileCertificate.Format.ps1xml'
        'bin/Hba.Format.ps1xml'
        'bin/RootCertificate.Format.ps1xml'
        'bin/RootCertificateProvider.Format.ps1xml'
        'bin/ServerCertificateDeployment.Format.ps1xml'
        'bin/Session.Format.ps1xml'
        'bin/SslConfiguration.Format.ps1xml'
        'bin/SslConfigurationChange.Format.ps1xml'
    )
    TypesToProcess       = @('bin/PgSsl.Types.ps1xml')
    CmdletsToExport      = @(
        'ConvertTo-PgConnectionString'
        'Disable-PgSsl'
        'Enable-PgSsl'
        'Get-PgBackup'
        'Get-PgCertificate'
        'Get-PgConnectionSetting'
        'Get-PgHbaRule'
        'Get-PgRootCert'
        'Get-PgServerCertificate'
        'Get-PgSslConfiguration'
        'Get-PgSslSession'
        'Install-PgRootCert'
        'Install-PgServerCertificate'
        'New-PgCsr'
        'New-PgSelfSignedCertificate'
        'Remove-PgBackup'
        'Set-PgHbaSsl'
        'Test-PgCertificateExpiry'
        'Test-PgClientVerification'
        'Test-PgHbaRule'
        'Test-PgServerCertificate'
        'Test-PgSslMode'
        'Uninstall-PgRootCert'
        'Wait-PgServerCertificate'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('PostgreSQL', 'TLS', 'SSL', 'Certificate', 'libpq', 'Security', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'First cmdlets: what servers serve, what each sslmode would make of it, connection settings and strings, keys and certificate requests, root certificates, server certificates, TLS switched on and off, sessions, pg_hba.conf.'
        }
    }
}
