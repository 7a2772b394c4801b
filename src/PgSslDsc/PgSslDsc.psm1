<#
The resources of PgSsl as classes, for PowerShell DSC and Azure Machine Configuration. A class only has the properties: what they mean, how a state
is read, tested and set is in the module PgSsl ([PgSsl.Dsc.Resources]), which DSC v3 uses as well.
#>
Set-StrictMode -Version Latest

# Present or Absent.
enum PgSslEnsure {
    Present
    Absent
}

# Why something is not as desired. Machine Configuration shows it; it wants these two names, and a capital letter each.
class PgSslReason {
    [DscProperty()]
    [string] $Code

    [DscProperty()]
    [string] $Phrase
}

# Runs an operation of [PgSsl.Dsc.Resources], whose assembly is loaded only after this file is parsed.
function Invoke-PgSslResource([string] $Operation, [string] $Resource, $Instance) {
    $properties = @{}
    foreach ($property in $Instance.PSObject.Properties) {
        $isFact = $property.Name -cin 'Name', 'Reasons', 'Ensure' -or $property.Name -cin $Instance.Facts()
        if ($isFact -or $null -eq $property.Value -or ($property.Value -is [string] -and -not $property.Value)) { continue }
        if ($property.Value -is [array] -and -not $property.Value) { continue }
        # -MinimumDays 0 and -ServerVersion 0 are what a number is if nobody gave one.
        if ($property.Value -is [int] -and -not $property.Value) { continue }
        $properties[$property.Name] = $property.Value
    }
    if ($Instance.PSObject.Properties['Ensure']) { $properties._exist = $Instance.Ensure -eq [PgSslEnsure]::Present }
    $result = ('PgSsl.Dsc.Resources' -as [type])::$Operation($Resource, $properties)
    foreach ($message in $result.Messages) {
        if ($message.Level -eq 'warn') { Write-Warning $message.Text } else { Write-Verbose $message.Text }
    }
    $result
}

# Fills the facts and the reasons of an instance: what a test says.
function Complete-PgSslInstance([string] $Resource, $Instance) {
    $test = Invoke-PgSslResource -Operation Test -Resource $Resource -Instance $Instance
    $state = Invoke-PgSslResource -Operation Get -Resource $Resource -Instance $Instance
    foreach ($name in $Instance.Facts()) { if ($state.State.Contains($name)) { $Instance.$name = $state.State[$name] } }
    $phrase = ($test.Plan.Count ? $test.Plan : $test.Messages.ForEach{ $_.Text }) -join "`n"
    $Instance.Reasons = @(foreach ($differing in $test.Differing) {
            [PgSslReason] @{
                Code   = "PgSsl:$($Resource):$($differing.TrimStart('_'))"
                Phrase = $phrase ? $phrase : "$differing is not as desired."
            }
        })
    if ($Instance.PSObject.Properties['Ensure']) { $Instance.Ensure = $state.State['_exist'] ? 'Present' : 'Absent' }
}

# Rules of pg_hba.conf that refuse plaintext: Set-PgHbaSsl.
[DscResource()]
class PgHbaSsl {
    # What this is called in the configuration.
    [DscProperty(Key)] [string] $Name
    # The server: host, host:port, URI, connection string.
    [DscProperty()] [string] $Endpoint
    # pg_hba.conf itself, if no server is asked.
    [DscProperty()] [string] $Path
    [DscProperty()] [int] $ServerVersion
    [DscProperty()] [string[]] $User
    [DscProperty()] [string[]] $Database
    [DscProperty()] [string[]] $Address
    [DscProperty()] [string[]] $Type
    [DscProperty()] [bool] $IncludeLoopback
    [DscProperty()] [bool] $RejectPlaintext
    [DscProperty()] [string] $ClientCertificate
    [DscProperty()] [string] $AuthenticationMethod
    [DscProperty()] [bool] $Force
    [DscProperty()] [pscredential] $Credential
    [DscProperty(NotConfigurable)] [string[]] $PlaintextRules
    [DscProperty(NotConfigurable)] [PgSslReason[]] $Reasons

    hidden [string[]] Facts() { return 'PlaintextRules' }

    [PgHbaSsl] Get() {
        Complete-PgSslInstance -Resource HbaSsl -Instance $this
        return $this
    }

    [bool] Test() { return (Invoke-PgSslResource -Operation Test -Resource HbaSsl -Instance $this).IsInDesiredState }

    [void] Set() { $null = Invoke-PgSslResource -Operation Set -Resource HbaSsl -Instance $this }
}

# A root certificate that clients on this machine verify servers with: Install-PgRootCert, Uninstall-PgRootCert.
[DscResource()]
class PgRootCertificate {
    # SHA-256 of the certificate.
    [DscProperty(Key)] [string] $Fingerprint
    # The root file; without it, libpq's of this account.
    [DscProperty()] [string] $Path
    # An absolute path, or PEM text.
    [DscProperty()] [string] $Certificate
    [DscProperty()] [string] $Provider
    [DscProperty()] [string] $Region
    [DscProperty()] [bool] $ReplaceExpired
    [DscProperty()] [bool] $Force
    [DscProperty()] [PgSslEnsure] $Ensure = [PgSslEnsure]::Present
    [DscProperty(NotConfigurable)] [string] $Subject
    [DscProperty(NotConfigurable)] [string] $Issuer
    [DscProperty(NotConfigurable)] [datetime] $NotAfter
    [DscProperty(NotConfigurable)] [PgSslReason[]] $Reasons

    hidden [string[]] Facts() { return 'Subject', 'Issuer', 'NotAfter' }

    [PgRootCertificate] Get() {
        Complete-PgSslInstance -Resource RootCertificate -Instance $this
        return $this
    }

    [bool] Test() { return (Invoke-PgSslResource -Operation Test -Resource RootCertificate -Instance $this).IsInDesiredState }

    [void] Set() { $null = Invoke-PgSslResource -Operation Set -Resource RootCertificate -Instance $this }
}

# The certificate and key of a server: Install-PgServerCertificate.
[DscResource()]
class PgServerCertificate {
    # What this is called in the configuration.
    [DscProperty(Key)] [string] $Name
    [DscProperty()] [string] $Endpoint
    # An absolute path, or PEM text.
    [DscProperty()] [string] $Certificate
    [DscProperty()] [string] $KeyPath
    [DscProperty()] [string] $SslCertFile
    [DscProperty()] [string] $SslKeyFile
    [DscProperty()] [string] $PgBouncerIni
    [DscProperty()] [string] $ServerAccount
    [DscProperty()] [string] $ServiceAccount
    [DscProperty()] [string] $RootCertificate
    [DscProperty()] [string[]] $HostName
    [DscProperty()] [int] $MinimumDays
    [DscProperty()] [string] $BackupDirectory
    [DscProperty()] [bool] $Force
    [DscProperty()] [pscredential] $Credential
    [DscProperty(NotConfigurable)] [string] $Fingerprint
    [DscProperty(NotConfigurable)] [string] $ServedFingerprint
    [DscProperty(NotConfigurable)] [string] $Subject
    [DscProperty(NotConfigurable)] [datetime] $NotAfter
    [DscProperty(NotConfigurable)] [PgSslReason[]] $Reasons

    hidden [string[]] Facts() { return 'Fingerprint', 'ServedFingerprint', 'Subject', 'NotAfter' }

    [PgServerCertificate] Get() {
        Complete-PgSslInstance -Resource ServerCertificate -Instance $this
        return $this
    }

    [bool] Test() { return (Invoke-PgSslResource -Operation Test -Resource ServerCertificate -Instance $this).IsInDesiredState }

    [void] Set() { $null = Invoke-PgSslResource -Operation Set -Resource ServerCertificate -Instance $this }
}

# A server's TLS: Enable-PgSsl, Disable-PgSsl.
[DscResource()]
class PgSslConfiguration {
    # What this is called in the configuration.
    [DscProperty(Key)] [string] $Name
    [DscProperty()] [string] $Endpoint
    [DscProperty()] [string] $ConfigurationPath
    [DscProperty()] [bool] $Ssl = $true
    [DscProperty()] [string] $CertificatePath
    [DscProperty()] [string] $KeyPath
    [DscProperty()] [string] $CaPath
    [DscProperty()] [string] $CrlPath
    [DscProperty()] [string] $MinimumProtocol
    [DscProperty()] [string] $Ciphers
    [DscProperty()] [string] $Tls13Ciphers
    [DscProperty()] [string[]] $Groups
    [DscProperty()] [string] $DhParametersPath
    [DscProperty()] [bool] $Force
    [DscProperty()] [pscredential] $Credential
    [DscProperty(NotConfigurable)] [string] $ServerVersion
    [DscProperty(NotConfigurable)] [bool] $ServesTls
    [DscProperty(NotConfigurable)] [string] $ServedFingerprint
    [DscProperty(NotConfigurable)] [string[]] $Findings
    [DscProperty(NotConfigurable)] [PgSslReason[]] $Reasons

    hidden [string[]] Facts() { return 'ServerVersion', 'ServesTls', 'ServedFingerprint', 'Findings' }

    [PgSslConfiguration] Get() {
        Complete-PgSslInstance -Resource SslConfiguration -Instance $this
        return $this
    }

    [bool] Test() { return (Invoke-PgSslResource -Operation Test -Resource SslConfiguration -Instance $this).IsInDesiredState }

    [void] Set() { $null = Invoke-PgSslResource -Operation Set -Resource SslConfiguration -Instance $this }
}
