BeforeDiscovery {
    $files = Get-ChildItem $PSScriptRoot/*.Tests.ps1, $PSScriptRoot/*.psm1 | ForEach-Object { @{ Name = $_.Name; File = $_.FullName } }
}

BeforeAll {
    Import-Module $PSScriptRoot/Programs.psm1
}

Describe 'A program that not every machine has' {
    It 'is not started without a guard in <Name>' -ForEach $files {
        Get-UnguardedProgram $File | Where-Object { $_ -replace ':.*' -notin (Get-OptionalProgram) } | Should -BeNullOrEmpty
    }

    It 'is seen where it is started: <Script>' -ForEach @(
        @{ Script = 'chmod 600 a'; Seen = 'chmod:1' }
        @{ Script = "It 'is' { bash -c true }"; Seen = 'bash:1' }
        @{ Script = "if (`$IsMacOS) { no_such_program }"; Seen = 'no_such_program:1' }
        @{ Script = "It 'is' -Skip:`$IsWindows { bash -c true }"; Seen = @() }
        @{ Script = "It 'is' -Skip:(-not `$IsLinux) { bash -c true }"; Seen = @() }
        @{ Script = "if (-not `$IsWindows) { chmod 600 a }"; Seen = @() }
        @{ Script = 'function bash { 1 }; bash; Get-Item a'; Seen = @() }
    ) {
        Set-Content $TestDrive/script.ps1 $Script
        @(Get-UnguardedProgram $TestDrive/script.ps1) | Should -Be $Seen
    }

    It 'ends the test that calls it, as skipped, where it is missing' {
        Add-ProgramStandIn no-such-program
        try {
            { no-such-program } | Should -Throw -ErrorId PesterTestSkipped -ExpectedMessage '*no-such-program is not installed*'
        }
        finally {
            Remove-Item function:global:no-such-program
        }
    }
}
