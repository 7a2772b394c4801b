# Programs that tests call and that not every machine has: Windows has none of them, and some Linux has no openssl.
$optional = 'chmod', 'openssl'

# What Get-Command said of a name.
$known = @{}

<#
.SYNOPSIS
Gets the names of the programs that a test may call anywhere: where one is missing, the test is skipped.
#>
function Get-OptionalProgram {
    $optional
}

<#
.SYNOPSIS
Has the first call of a program that is missing end the test that makes it, as skipped, with the reason.
#>
function Add-ProgramStandIn {
    param([string[]] $Name = $optional)
    foreach ($program in $Name | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }) {
        $reason = "$program is not installed"
        Set-Item "function:global:$program" { Set-ItResult -Skipped -Because $reason }.GetNewClosure()
    }
}

<#
.SYNOPSIS
Gets the programs that a script starts by name, each with its line, but not those in a block that Windows skips (-Skip:$IsWindows, if).
#>
function Get-UnguardedProgram {
    param([string] $Path)
    $script = [Management.Automation.Language.Parser]::ParseFile($Path, [ref]$null, [ref]$null)
    $own = $script.FindAll({ $args[0] -is [Management.Automation.Language.FunctionDefinitionAst] }, $true).Name
    $calls = $script.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
    foreach ($call in $calls | Where-Object { $_.GetCommandName() -and $_.GetCommandName() -notin $own }) {
        $name = $call.GetCommandName()
        if (-not $known.ContainsKey($name)) { $known[$name] = Get-Command $name -ErrorAction Ignore | Select-Object -First 1 }
        $isProgram = $known[$name] ? $known[$name].CommandType -eq 'Application' : $name -notmatch '-'
        if ($isProgram -and -not (Test-Guarded $call)) { "${name}:$($call.Extent.StartLineNumber)" }
    }
}

function Test-Guarded {
    param($Call)
    for ($above = $Call; $above; $above = $above.Parent) {
        $guard = switch ($above) {
            { $_ -is [Management.Automation.Language.IfStatementAst] } { $_.Clauses.Item1 }
            { $_ -is [Management.Automation.Language.CommandAst] } {
                $_.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] -and $_.ParameterName -eq 'Skip' }
            }
        }
        if ("$guard" -match '\$IsWindows|-not \$IsLinux') { return $true }
    }
    $false
}

Export-ModuleMember -Function Get-OptionalProgram, Add-ProgramStandIn, Get-UnguardedProgram
