<#
.SYNOPSIS
Runs a script in a PowerShell of its own, without profile, input and terminal, and gets what it writes as text, errors included.

.DESCRIPTION
The PowerShell is the one that runs the tests (tests/PgSsl.Sandbox/PowerShellProgram.cs says in the environment which that is), else the
one that runs this.
#>
function Invoke-PowerShell {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [scriptblock] $Script,

        # What the script finds in $args.
        [string[]] $Arguments
    )
    $program, $options = Get-PowerShellCommand $Script $Arguments
    & $program @options 2>&1
}

<#
.SYNOPSIS
Starts a script in such a PowerShell, and returns the process. What it writes is thrown away.
#>
function Start-PowerShell {
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([Diagnostics.Process])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [scriptblock] $Script,

        # What the script finds in $args.
        [string[]] $Arguments
    )
    $program, $options = Get-PowerShellCommand $Script $Arguments
    $start = [Diagnostics.ProcessStartInfo]::new($program, [string[]]$options)
    $start.RedirectStandardInput = $true
    if ($PSCmdlet.ShouldProcess($program)) { [Diagnostics.Process]::Start($start) }
}

# The program, and its options.
function Get-PowerShellCommand([scriptblock] $Script, [string[]] $Arguments) {
    $quoted = $Arguments.ForEach{ "'$($_ -replace "'", "''")'" } -join ' '
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes("& { $Script } $quoted"))
    $pwsh = $env:PGSSL_TEST_PWSH ? $env:PGSSL_TEST_PWSH : (Join-Path $PSHOME pwsh)
    # A pwsh.dll has no program that fits every machine.
    $pwsh -notlike '*.dll' ? $pwsh : $env:DOTNET_HOST_PATH ? $env:DOTNET_HOST_PATH : 'dotnet'
    , (@($pwsh -like '*.dll' ? $pwsh : @()) + '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-EncodedCommand', $encoded)
}

Export-ModuleMember -Function Invoke-PowerShell, Start-PowerShell
