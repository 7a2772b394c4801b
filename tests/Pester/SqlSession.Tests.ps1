BeforeAll {
    $manifestPath = Resolve-Path $PSScriptRoot/../../PgSsl.psd1
    Import-Module $PSScriptRoot/Sandbox.psm1, $PSScriptRoot/PowerShell.psm1
    $sandbox = Get-Sandbox
}

Describe 'SQL sessions' {
    # In a PowerShell of its own, so that what is loaded there is what the test has loaded. The entry point of the cmdlets is called as they
    # call it, and its session looked at from inside.
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

            function Open-Session {
                $cmdlets = (Get-Command Get-PgServerCertificate).ImplementingType.Assembly
                $open = $cmdlets.GetType('PgSsl.Hosting.SqlEndpoint').GetMethod('Open')
                $secure = [securestring]::new()
                $password.ToCharArray().ForEach{ $secure.AppendChar($_) }
                $credential = [pscredential]::new('ssl_only', $secure)
                $endpoint = [PgSsl.Connections.PgEndpoint]::Parse("host=$($server -replace ':', ' port=') dbname=postgres")
                $world = [PgSsl.Connections.ConnectionEnvironment]::Capture()
                $session = $open.Invoke($null, @($endpoint, $world, $credential, $null, [Threading.CancellationToken]::None))
                $row = $session.QueryAsync('SELECT current_user AS who').GetAwaiter().GetResult()[0]
                "$($row.GetString('who')) over $($session.Transport)"
                $session.DisposeAsync().AsTask().Wait()
            }
            Open-Session
            Import-Module $manifest -Force
            Open-Session
            Get-Loaded Npgsql | ForEach-Object { "Npgsql $($_.GetName().Version) in $(Get-ContextName $_)" } | Sort-Object
            foreach ($name in 'PgSsl.Core', 'PgSsl.Npgsql', 'Microsoft.Extensions.Logging.Abstractions') {
                "$name in $((Get-Loaded $name | ForEach-Object { Get-ContextName $_ }) -join ', ')"
            }
        }
        $lines | Should -Be @(
            'after import: 0'
            'ssl_only over Tls'
            'ssl_only over Tls'
            'Npgsql 1.0.0.0 in Default'
            'Npgsql 10.0.0.0 in PgSsl SQL'
            'PgSsl.Core in Default'
            'PgSsl.Npgsql in PgSsl SQL'
            'Microsoft.Extensions.Logging.Abstractions in PgSsl SQL'
        )
    }
}
