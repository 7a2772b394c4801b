@{
    RootModule           = 'PgSslDsc.psm1'
    ModuleVersion        = '0.9.0'
    GUID                 = 'c2f4d9a1-6f0b-4a55-9d0e-5a3f6f3b7e21'
    Author               = 'PgSsl contributors'
    CompanyName          = 'PgSsl contributors'
    Copyright            = '(c) 2026 PgSsl contributors. MIT licence.'
    Description          = 'PgSsl as class-based resources, for PowerShell DSC and Azure Machine Configuration: server certificates, TLS settings, pg_hba.conf and root certificates of PostgreSQL, proven on the wire or put back.'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '7.4'
    RequiredModules      = @(@{ ModuleName = 'PgSsl'; ModuleVersion = '0.9.0' })
    DscResourcesToExport = @('PgHbaSsl', 'PgRootCertificate', 'PgServerCertificate', 'PgSslConfiguration')
    FunctionsToExport    = @()
    CmdletsToExport      = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags = @('PostgreSQL', 'TLS', 'SSL', 'DSC', 'DSCResource', 'MachineConfiguration', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
        }
    }
}
