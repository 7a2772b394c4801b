<#
.SYNOPSIS
Gives a PostgreSQL server the certificate that certbot or Posh-ACME has renewed, and sees that the server serves it.

.DESCRIPTION
It runs on the server's machine, as root or as the server's account. Run again, it finds the certificate in its place, and changes nothing.

Certificate and key are used only if nobody else can have put them there: the files, and each folder above them, belong to root or to the account
that runs this, and no other account may write them. On Windows this is not asked: there the access lists of the folder decide.

Exit codes: 0, the server serves the certificate; 2, the certificate is installed, but not all of the proof could be made (Proofs says what);
1, nothing was changed, or the old certificate is back.

.EXAMPLE
pwsh -NoProfile -NonInteractive -File Install-RenewedCertificate.ps1 -Endpoint 'host=db1.example.com user=postgres'

As certbot's deploy hook: certbot says in RENEWED_LINEAGE which certificate is new. See certbot/pgssl-deploy-hook.

.EXAMPLE
Submit-Renewal | ./Install-RenewedCertificate.ps1 -Endpoint 'host=db1.example.com user=postgres'

In a PowerShell with Posh-ACME, whose Submit-Renewal and Get-PACertificate return PACertificate objects.
#>
#Requires -Version 7.4
#Requires -Modules PgSsl
[CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Lineage')]
param(
    # The folder that certbot has renewed: fullchain.pem and privkey.pem are in it.
    [Parameter(ParameterSetName = 'Lineage')]
    [string] $Lineage = $env:RENEWED_LINEAGE,

    # A PACertificate of Posh-ACME, with its properties FullChainFile and KeyFile.
    [Parameter(Mandatory, ParameterSetName = 'PoshAcme', ValueFromPipeline)]
    [psobject] $Certificate,

    # The server.
    [Parameter(Mandatory)]
    [string] $Endpoint,

    # The name of a secret (a PSCredential) that Get-Secret finds.
    [string] $SecretName,

    # The names that clients connect to: a certificate without one of them is not installed.
    [string[]] $HostName,

    # The roots that clients have (sslrootcert), or system.
    [string] $RootCertificate
)

begin {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    $exitCode = 0

    # A folder without links: links of the folders above it, first.
    function Resolve-Folder([string] $Path, [int] $Depth = 0) {
        if ($Depth -gt 40) { throw "$Path is a link that leads to itself." }
        $parent = [IO.Path]::GetDirectoryName($Path)
        if (-not $parent) { return $Path }
        $real = Join-Path (Resolve-Folder $parent $Depth) ([IO.Path]::GetFileName($Path))
        $target = (Get-Item -LiteralPath $real -Force).LinkTarget
        if (-not $target) { return $real }
        if (-not [IO.Path]::IsPathRooted($target)) { $target = Join-Path ([IO.Path]::GetDirectoryName($real)) $target }
        Resolve-Folder ([IO.Path]::GetFullPath($target)) ($Depth + 1)
    }

    # Throws if somebody else can have written a file. Certbot's live folder holds links; what they lead to counts as well.
    function Assert-Private([string] $Path, [int] $Depth = 0) {
        if ($IsWindows) { return }
        if ($Depth -gt 40) { throw "$Path is a link that leads to itself." }
        for ($next = $Path; $next; $next = [IO.Path]::GetDirectoryName($next)) {
            $item = Get-Item -LiteralPath $next -Force
            if ($item.LinkType) {
                # A relative target starts from the folder that is really meant: live may be a link, too, and ../../archive is beside its target.
                $target = [IO.Path]::IsPathRooted($item.LinkTarget) ? $item.LinkTarget
                    : (Join-Path (Resolve-Folder ([IO.Path]::GetDirectoryName($next))) $item.LinkTarget)
                Assert-Private ([IO.Path]::GetFullPath($target)) ($Depth + 1)
            }
            # The mode of a link says nothing. In a sticky folder, such as /tmp, nobody replaces what belongs to others.
            $isOpen = -not $item.LinkType -and ([int]$item.UnixFileMode -band 0x12) -and -not ($item.UnixFileMode -band 'StickyBit')
            if ($isOpen -or $item.User -notin 'root', [Environment]::UserName) {
                throw "$next can be changed by others (owner $($item.User), $($item.UnixMode)). The certificate is not installed."
            }
        }
    }
}

process {
    if ($PSCmdlet.ParameterSetName -eq 'Lineage') {
        if (-not $Lineage) { throw 'RENEWED_LINEAGE is not set, and -Lineage is not given.' }
        $chainFile, $keyFile = (Join-Path $Lineage fullchain.pem), (Join-Path $Lineage privkey.pem)
    }
    else { $chainFile, $keyFile = $Certificate.FullChainFile, $Certificate.KeyFile }
    foreach ($file in $chainFile, $keyFile) { Assert-Private (Get-Item -LiteralPath $file -Force).FullName }

    $options = @{}
    if ($SecretName) { $options.Credential = [pscredential](Get-Secret -Name $SecretName) }
    if ($HostName) { $options.HostName = $HostName }
    if ($RootCertificate) { $options.RootCertificate = $RootCertificate }
    $installed = Install-PgServerCertificate -Certificate $chainFile -KeyPath $keyFile -Endpoint $Endpoint @options -PassThru
    # As text: exit ends a script before PowerShell has written a table.
    ($installed | Format-List | Out-String -Width 150).Trim()
    if ($installed.IsChanged -and -not $installed.IsProven -and -not $installed.IsWhatIf) { $exitCode = 2 }
}

end { exit $exitCode }
