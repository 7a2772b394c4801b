BeforeAll {
    $manifestPath = Join-Path $env:PGSSL_TEST_MODULE PgSsl.psd1
    Import-Module $PSScriptRoot/Sandbox.psm1, $PSScriptRoot/PowerShell.psm1
    $sandbox = Get-Sandbox
}

Describe 'SQL sessions' {
    # In a PowerShell of its own, so that what is loaded there is what the test has loaded.
    It 'work beside another Npgsql, which stays the only one in the default context' {
        $decoy = Join-Path $TestDrive Npgsql.dll
        $lines = Invoke-PowerShell -Arguments $manifestPath, $decoy, $sandbox.Good, $sandbox.Password {
            $manifest, $decoyPath, $server, $password = $args
            function Get-Loaded($Name) { [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq $Name } }
            function Get-ContextName($Assembly) { [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($Assembly).Name }

            Import-Module $manifest
            "after import: $(@(Get-Loaded Npgsql).Count)"
            # Add-Type gives assemblies names of its own, so the compiler in it is asked.
            Add-Type -TypeDefinition 'public class Compiler { }'
            $source = '[assembly: System.Reflection.AssemblyVersion("1.0.0.0")] namespace Npgsql { public class NpgsqlConnection { } }'
            $compilation = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create(
                'Npgsql',
                [Microsoft.CodeAnalysis.SyntaxTree[]]@([Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($source)),
                [Microsoft.CodeAnalysis.MetadataReference[]]@([Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile([object].Assembly.Location)),
                [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new('DynamicallyLinkedLibrary'))
            $null = [Microsoft.CodeAnalysis.FileSystemExtensions]::Emit($compilation, $decoyPath)
            $null = [Runtime.Loader.AssemblyLoadContext]::Default.LoadFromAssemblyPath($decoyPath)

            $secure = [securestring]::new()
            $password.ToCharArray().ForEach{ $secure.AppendChar($_) }
            $credential = [pscredential]::new('ssl_only', $secure)
            function Open-Session {
                Get-PgSslSession "host=$($server -replace ':', ' port=') dbname=postgres" -Credential $credential -WarningAction Ignore |
                    Where-Object IsOwn | ForEach-Object { "$($_.UserName) over $($_.Transport)" }
            }
            Open-Session
            Import-Module $manifest -Force
            Open-Session
            Get-Loaded Npgsql | ForEach-Object { "Npgsql $($_.GetName().Version.Major) in $(Get-ContextName $_)" } | Sort-Object
            foreach ($name in 'PgSsl.Core', 'PgSsl.Npgsql', 'Microsoft.Extensions.Logging.Abstractions') {
                "$name in $((Get-Loaded $name | ForEach-Object { Get-ContextName $_ }) -join ', ')"
            }
        }
        $lines | Should -Be @(
            'after import: 0'
            'ssl_only over tls'
            'ssl_only over tls'
            'Npgsql 1 in Default'
            'Npgsql 10 in PgSsl.Npgsql'
            'PgSsl.Core in Default'
            'PgSsl.Npgsql in PgSsl.Npgsql'
            'Microsoft.Extensions.Logging.Abstractions in PgSsl.Npgsql'
        )
    }
}
