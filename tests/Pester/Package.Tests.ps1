# What ships, as a user gets it: `dotnet pack`, a repository, Install-PSResource, and a PowerShell that knows nothing of this working copy.
# Windows has the modules of a user in their documents, wherever HOME is.
Describe 'The package' -Skip:$IsWindows {
    BeforeAll {
        Import-Module $PSScriptRoot/Sandbox.psm1, $PSScriptRoot/PowerShell.psm1
        $sandbox = Get-Sandbox
        $root = Resolve-Path $PSScriptRoot/../..
        $gallery = (New-Item -ItemType Directory "$TestDrive/gallery").FullName
        # Of what the build has left: it takes a moment, and the module that other tests use stays as it is.
        $options = '-c', $sandbox.Configuration, '--no-build', '-p:BuildProjectReferences=false', "-p:StagingFolder=$TestDrive/staging/"
        $said = & $env:DOTNET_HOST_PATH pack $root/src/PgSsl @options -o $gallery 2>&1
        if ($LASTEXITCODE) { throw "$said" }
        $said = & $env:DOTNET_HOST_PATH pack $root/src/PgSslDsc -c $sandbox.Configuration --no-build -o $gallery 2>&1
        if ($LASTEXITCODE) { throw "$said" }

        # No profile, no modules and no repositories but those of PowerShell itself.
        $names = 'HOME', 'XDG_DATA_HOME', 'PSModulePath', 'PGUSER', 'PGDATABASE'
        $before = $names.ForEach{ [Environment]::GetEnvironmentVariable($_) }
        $env:HOME = (New-Item -ItemType Directory "$TestDrive/home").FullName
        $env:XDG_DATA_HOME = $env:PSModulePath = $null
        $env:PGUSER = $env:PGDATABASE = 'postgres'

        $installation = Invoke-PowerShell -Arguments $gallery {
            Register-PSResourceRepository -Name Local -Uri $args[0] -Trusted -ErrorAction Stop
            # It needs PgSsl, and brings it.
            Install-PSResource PgSslDsc -Repository Local -ErrorAction Stop
        }
        # Another PowerShell, that finds the module by the names of its cmdlets.
        $text = Invoke-PowerShell -Arguments $sandbox.Good, $sandbox.HbaKept, $sandbox.HbaKeptFile, $sandbox.Root, "$TestDrive" {
            $good, $trusting, $file, $roots, $folder = $args
            Set-Location $folder
            $trusting = $trusting -replace '(.*):(.*)', 'host=$1 port=$2 sslmode=require'
            [ordered]@{
                Synopsis    = (Get-Help Test-PgSslMode).Synopsis
                Examples    = @((Get-Help Test-PgSslMode).examples.example).Count
                Topics      = @(Get-Help about_PgSsl*).Name
                Certificate = "$((Get-PgServerCertificate $good).ChainStatus)"
                Table       = Test-PgSslMode $good | Out-String
                Mode        = (Test-PgSslMode $good verify-full -UserName anyone -RootCertificate $roots).MitmSafe
                Request     = Get-Content -Raw (New-PgCsr db1).CsrPath
                Roots       = @(Get-PgRootCert $roots).Count
                Rules       = @(Get-PgHbaRule $file).Count
                Connection  = ConvertTo-PgConnectionString db1 -Format Npgsql
                Settings    = (Get-PgSslConfiguration $trusting).Ssl
                Session     = (Get-PgSslSession $trusting | Where-Object IsOwn).Transport
                Loaded      = [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -match '^(PgSsl|Npgsql|BouncyCastle)' }.Location
                Base        = (Get-Module PgSsl).ModuleBase
                Resources   = (Import-PowerShellDataFile (Get-Module PgSslDsc -ListAvailable).Path).DscResourcesToExport
                Version     = "$((Get-Module PgSsl).Version)"
                Errors      = "$Error"
            } | ConvertTo-Json
        }
        $shown = try { $text | ConvertFrom-Json } catch { throw "$text" }
    }

    AfterAll {
        for ($i = 0; $i -lt $names.Count; $i++) { [Environment]::SetEnvironmentVariable($names[$i], $before[$i]) }
    }

    It 'is installed without a word, for the user alone' {
        $installation | Should -BeNullOrEmpty
        $version = (Import-PowerShellDataFile $root/PgSsl.psd1).ModuleVersion
        $shown.Base | Should -Be "$env:HOME/.local/share/powershell/Modules/PgSsl/$version"
        $shown.Version | Should -Be $version
    }

    It 'loads nothing from elsewhere, and its SQL from bin/lib' {
        $shown.Loaded.ForEach{ [IO.Path]::GetRelativePath($shown.Base, $_) } | Sort-Object |
            Should -Be 'bin/lib/Npgsql.dll', 'bin/lib/PgSsl.Npgsql.dll', 'bin/PgSsl.Core.dll', 'bin/PgSsl.dll'
    }

    # .NET would take the decoy: every BouncyCastle 2.x has this version.
    It 'takes its BouncyCastle from bin/lib, whoever has loaded another one' {
        $text = Invoke-PowerShell -Arguments "$TestDrive/BouncyCastle.Cryptography.dll", $sandbox.Good {
            $decoy, $good = $args
            # Add-Type gives its assemblies names of its own, but brings the compiler.
            Add-Type 'public class BringsTheCompiler { }'
            $source = '[assembly: System.Reflection.AssemblyVersion("2.0.0.0")] namespace Org.BouncyCastle.Tls { public class TlsClientProtocol { } }'
            $trees = [Microsoft.CodeAnalysis.SyntaxTree[]][Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($source)
            $core = [Microsoft.CodeAnalysis.MetadataReference[]][Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile([object].Assembly.Location)
            $options = [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new('DynamicallyLinkedLibrary')
            $file = [IO.File]::Create($decoy)
            $null = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create('BouncyCastle.Cryptography', $trees, $core, $options).Emit($file)
            $file.Dispose()
            Add-Type -Path $decoy
            # SslStream cannot try these versions, and the server refuses them.
            $old = 'ssl_min_protocol_version=TLSv1 ssl_max_protocol_version=TLSv1.1'
            $null = Get-PgServerCertificate ($good -replace '(.*):(.*)', "host=`$1 port=`$2 $old") -ErrorAction SilentlyContinue
            [ordered]@{
                Message = "$($Error[0])"
                Loaded  = [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'BouncyCastle.Cryptography' }.Location
                Base    = (Get-Module PgSsl).ModuleBase
            } | ConvertTo-Json
        }
        $seen = try { $text | ConvertFrom-Json } catch { throw "$text" }
        $seen.Message | Should -Match 'the server sent the TLS alert protocol_version'
        $own = "$($seen.Base)/bin/lib/BouncyCastle.Cryptography.dll"
        $seen.Loaded | Sort-Object | Should -Be ("$TestDrive/BouncyCastle.Cryptography.dll", $own | Sort-Object)
    }

    It 'has its help' {
        $shown.Synopsis | Should -Match '^[A-Z].*\.$'
        $shown.Examples | Should -BeGreaterOrEqual 3
        $shown.Topics | Should -Contain about_PgSsl_SslModes
    }

    It 'has its views' {
        $shown.Table | Should -Match '(?m)^SslMode +Connects +Transport +VerifiesServer +MitmSafe +Reason'
    }

    It 'works: <Cmdlet>' -ForEach @(
        @{ Cmdlet = 'Get-PgServerCertificate'; Is = { $shown.Certificate }; Expected = 'Complete' }
        @{ Cmdlet = 'Test-PgSslMode'; Is = { $shown.Mode }; Expected = $true }
        @{ Cmdlet = 'New-PgCsr'; Is = { $shown.Request -replace '(?s)\n.*' }; Expected = '-----BEGIN CERTIFICATE REQUEST-----' }
        @{ Cmdlet = 'Get-PgRootCert'; Is = { $shown.Roots }; Expected = 1 }
        @{ Cmdlet = 'Get-PgHbaRule'; Is = { $shown.Rules }; Expected = 4 }
        @{ Cmdlet = 'ConvertTo-PgConnectionString'; Is = { $shown.Connection }; Expected = 'Host=db1' }
        @{ Cmdlet = 'Get-PgSslConfiguration'; Is = { $shown.Settings }; Expected = $true }
        @{ Cmdlet = 'Get-PgSslSession'; Is = { $shown.Session }; Expected = 'tls' }
    ) {
        & $Is | Should -Be $Expected
    }

    It 'has the resources for DSC' {
        $shown.Resources | Sort-Object | Should -Be PgHbaSsl, PgRootCertificate, PgServerCertificate, PgSslConfiguration
        "$($shown.Base)/PgSsl.dsc.manifests.json", "$($shown.Base)/bin/pgssl.dsc.ps1" | Should -Exist
    }

    It 'has a bill of materials with every library in it' {
        # With the home of this test, it would restore the projects from there, and the next build would find nothing.
        $own = $env:HOME
        $env:HOME = $before[0]
        Push-Location $root
        try {
            $names = '--output', "$TestDrive/bom", '--filename', 'bom.json', '--output-format', 'Json'
            $said = @(& $env:DOTNET_HOST_PATH tool restore; & $env:DOTNET_HOST_PATH tool run dotnet-CycloneDX src/Shipped.slnx --disable-package-restore --exclude-dev @names)
            if ($LASTEXITCODE) { throw "$said" }
        }
        finally {
            Pop-Location
            $env:HOME = $own
        }
        $listed = (Get-Content "$TestDrive/bom/bom.json" | ConvertFrom-Json).components.name
        $shipped = (Get-ChildItem "$($shown.Base)/bin/lib").BaseName.Where{ $_ -notlike 'PgSsl.*' }
        $listed | Sort-Object | Should -Be ($shipped | Sort-Object)
    }

    It 'has no error to show for it' {
        $shown.Errors | Should -BeNullOrEmpty
    }
}
