<#
What PowerShell's own parser makes of the text that remedies and completions have in commands: it is one argument, with this value. The
texts try to leave their quotes; a seed makes the generated ones the same each time.
#>
BeforeDiscovery {
    $quotes = [char[]] (0x27, 0x22, 0x60, 0x2018, 0x2019, 0x201A, 0x201B, 0x201C, 0x201D, 0x201E)
    $attacks = @(
        foreach ($quote in $quotes) { "x$quote; Remove-Item owned #", "$quote", "$quote$quote", "x'$quote; Remove-Item owned #", "$quote)" }
        '', ' ', '-Force', '--%', '$(Remove-Item owned)', '${env:PATH}', '@x', '@{a=1}', '1', '007', '0x1f', '1kb', '1e5', '1.5', '.5', '1..3', '+1', '5432'
        'a=b', 'db1:5432', '10.0.0.1', '10.0.0.1:5432', '[::1]:5432', '::1', '/x', './x', '.\x', 'C:\x', '\\server\x', '~', '..', '.', 'a;b', 'a|b', 'a&b', 'a,b', 'a b'
        '#x', '{x}', '(x)', '<x', '>x', 'if', 'function', '$true', 'a%b', 'a?', '*', '!x', '`$x', 'x`'
        "a`nRemove-Item owned`n", "a`r`nb", "a`rb", "`t", "$([char] 27)[201~`rRemove-Item owned`r", "$([char] 3)x", "$([char] 0)x"
        foreach ($code in 0x85, 0x2028, 0x2029, 0x202E, 0xFEFF, 0x200B, 0xAD, 0xA0, 0xE9, 0x2013, 0xD800, 0xDC80) { "x$([char] $code); Remove-Item owned" }
        [char]::ConvertFromUtf32(0xE0041), [char]::ConvertFromUtf32(0x1F512)
    )
    $letters = $quotes + [char[]] "`$;&|<>(){}[]#*?~%@,!+-=._/\: `t`r`naz09" + [char[]] (0, 3, 0x1B, 0x7F, 0x85, 0x2028, 0x202E, 0xFEFF, 0xE9, 0x2013, 0xDC80, 0xD83D, 0xDD12)
    $random = [Random]::new(1)
    $generated = foreach ($i in 1..1500) { -join (1..$random.Next(1, 12)).ForEach{ $letters[$random.Next($letters.Count)] } }
    # In groups: a test of its own for each text would take most of the time.
    $groups = @(
        @{ Name = 'an attack'; Texts = $attacks }
        @{ Name = 'a generated text'; Texts = $generated }
    )
}

BeforeAll {
    Import-Module $env:PGSSL_TEST_MODULE/PgSsl.psd1
    $commandText = [PgSsl.PgSslException].Assembly.GetType('PgSsl.Common.CommandText')
    function Get-Quoted([string] $Method, [string] $Text) { $commandText.GetMethod($Method).Invoke($null, @($Text)) }

    # The arguments of a command, as PowerShell parses them; nothing if it sees anything beside one command.
    function Get-Argument([string] $Line) {
        $tokens = $errors = $null
        $ast = [Management.Automation.Language.Parser]::ParseInput($Line, [ref] $tokens, [ref] $errors)
        $pipeline = $ast.EndBlock.Statements
        if ($errors -or $pipeline.Count -ne 1 -or $pipeline[0].PipelineElements.Count -ne 1 -or $tokens.Kind -contains 'Comment') { return }
        $pipeline[0].PipelineElements[0].CommandElements | Select-Object -Skip 1
    }
}

Describe 'A text in a command to copy' {
    It 'is one string with its value for PowerShell: <Name>' -ForEach $groups {
        foreach ($text in $Texts) {
            $quoted = Get-Quoted Quote $text
            $argument = @(Get-Argument "Get-Item $quoted -Force")
            $argument.Count | Should -Be 2 -Because $quoted
            $argument[0] | Should -BeOfType ([Management.Automation.Language.StringConstantExpressionAst]) -Because $quoted
            $argument[0].Value | Should -BeExactly $text -Because $quoted
            # Pester compares strings with the rules of a culture.
            [string]::Equals($argument[0].Value, $text, 'Ordinal') | Should -BeTrue -Because $quoted
            $quoted -match '[\x00-\x1F\x7F-\x9F]' | Should -BeFalse -Because $quoted
        }
    }

    It 'is one argument and runs nothing of it where a command for sh comes into PowerShell: <Name>' -ForEach $groups -Skip:$IsWindows {
        foreach ($text in $Texts) {
            foreach ($quoted in (Get-Quoted Shell $text), (Get-Quoted ShellWord $text)) {
                $argument = @(Get-Argument "chmod $quoted -v")
                $argument.Count | Should -Be 2 -Because $quoted
                if ($argument[0] -isnot [Management.Automation.Language.StringConstantExpressionAst]) {
                    if ($argument[0] -is [Management.Automation.Language.ConstantExpressionAst]) { $argument[0].Extent.Text | Should -BeExactly $text; continue }
                    # printf alone, with a text in which only letters and numbers stand.
                    $argument[0].Extent.Text | Should -MatchExactly '^"\$\(printf ''([A-Za-z0-9 ._/:=]|\\[0-7]{3})+''\)"$'
                }
                elseif ($argument[0].Value -ne '<a name that cannot be written here>') {
                    [string]::Equals($argument[0].Value, $text, 'Ordinal') | Should -BeTrue -Because $quoted
                }
            }
        }
    }

    It 'has the same value for PowerShell where printf writes it' -Skip:$IsWindows {
        foreach ($text in "it's `"`$x`" !", "a'$([char] 0x201C)\n%s", "$([char] 27)[0m", "$([char] 0x2019)`"$([char] 0xE9)") {
            & ([scriptblock]::Create("/bin/echo $(Get-Quoted Shell $text)")) | Should -BeExactly $text
        }
    }
}

Describe 'A completion' {
    BeforeAll {
        Push-Location (New-Item -ItemType Directory "$TestDrive/$(New-Guid)")
        $single = [char] 0x2019
        "host all evil$single;calc,`"o'neil`" all md5", 'host all @users all md5', 'host all all ldapbindpasswd=hunter2 md5' | Set-Content pg_hba.conf
        '"app" "hunter2"', '"web" "md50123456789abcdef0123456789abcdef"' | Set-Content users
        function Get-Completion([string] $Line) {
            [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
        }
    }

    AfterAll { Pop-Location }

    It 'stays in its quotes' {
        (Get-Completion 'Test-PgHbaRule pg_hba.conf -User ').CompletionText | Should -Be 'all', 'app', "'evil$single$single;calc'", "'o''neil'", 'web'
    }

    It 'offers no password: "<Line>"' -ForEach @(
        @{ Line = 'Test-PgHbaRule pg_hba.conf -User ' }, @{ Line = 'Test-PgHbaRule pg_hba.conf -User h' }
        @{ Line = 'Test-PgHbaRule pg_hba.conf -User md5' }, @{ Line = 'Set-PgHbaSsl pg_hba.conf -Address ' }
    ) {
        (Get-Completion $Line | Out-String) | Should -Not -Match 'hunter2|0123456789|\*\*\*'
    }
}
