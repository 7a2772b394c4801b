# The classes of PgSslDsc, as an agent runs them: in a PowerShell of their own that finds no modules but those of the package. Windows has no
# sandbox servers whose files this account may change.
BeforeDiscovery {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $hasServer = [bool](Get-Sandbox).Psql
}

Describe 'A package for Machine Configuration' -Skip:$IsWindows {
    BeforeAll {
        Import-Module $PSScriptRoot/Sandbox.psm1, $PSScriptRoot/PowerShell.psm1
        $sandbox = Get-Sandbox
        $root = "$(Resolve-Path $PSScriptRoot/../..)"
        $source = "$root/src/PgSslDsc"
        $staged = (New-Item -ItemType Directory "$TestDrive/modules/PgSsl", "$TestDrive/modules/PgSslDsc").FullName
        Copy-Item -Recurse "$root/PgSsl.psd1", "$root/bin", "$root/en-US" $staged[0]
        Copy-Item "$source/PgSslDsc.psd1", "$source/PgSslDsc.psm1" $staged[1]
        $arguments = @{ Mof = "$source/MachineConfiguration/PgSslEnforced.mof"; Module = $staged; Destination = "$TestDrive/out" }
        $package = & "$source/MachineConfiguration/New-Package.ps1" @arguments
        Expand-Archive $package "$TestDrive/package"
        $modules = "$TestDrive/package/Modules"

        # What an agent does: Get, Test, Set through a class, and nothing else on PSModulePath. The script gets $new, which makes an instance.
        function Invoke-Agent([scriptblock] $Script, [object[]] $With) {
            $before = $env:PSModulePath
            $env:PSModulePath = $modules
            try {
                $text = Invoke-PowerShell -Arguments (@("$Script") + $With) {
                    $ErrorActionPreference = 'Stop'
                    $PSModuleAutoLoadingPreference = 'None'
                    Import-Module Microsoft.PowerShell.Utility, Microsoft.PowerShell.Management
                    $module = Import-Module PgSslDsc -PassThru
                    $new = {
                        param($Type, $Properties)
                        & $module {
                            $instance = ($args[0] -as [type])::new()
                            foreach ($key in $args[1].Keys) { $instance.$key = $args[1][$key] }
                            $instance
                        } $Type $Properties
                    }
                    $further = @($args | Select-Object -Skip 1)
                    & ([scriptblock]::Create($args[0])) @further | ConvertTo-Json -Depth 4
                }
                try { $text | ConvertFrom-Json } catch { throw "$text" }
            }
            finally { $env:PSModulePath = $before }
        }
    }

    It 'is laid out as the service wants it' {
        Get-ChildItem "$TestDrive/package" | ForEach-Object Name | Sort-Object |
            Should -Be 'Modules', 'PgSslEnforced.metaconfig.json', 'PgSslEnforced.mof'
        (Get-Content "$TestDrive/package/PgSslEnforced.metaconfig.json" | ConvertFrom-Json).Type | Should -Be AuditAndSet
        "$modules/PgSsl/PgSsl.psd1", "$modules/PgSsl/bin/lib/Npgsql.dll", "$modules/PgSslDsc/PgSslDsc.psd1" | Should -Exist
        $package.Length | Should -BeLessThan 100MB
    }

    It 'goes where it is told to, from any folder: <Destination>' -ForEach @{ Destination = './out' }, @{ Destination = './o [1]' } {
        $odd = (New-Item -ItemType Directory "$TestDrive/odd [1]/PgSslDsc" -Force).FullName
        Copy-Item "$source/PgSslDsc.psd1", "$source/PgSslDsc.psm1" -Destination $odd
        # .NET stays where the process started.
        Push-Location -LiteralPath (New-Item -ItemType Directory "$TestDrive/here/$(New-Guid)")
        try {
            $made = & "$source/MachineConfiguration/New-Package.ps1" -Mof $arguments.Mof -Module $odd -Destination $Destination
            $made.FullName | Should -Be (Join-Path $PWD ($Destination -replace '^\./') PgSslEnforced.zip)
            $zip = [IO.Compression.ZipFile]::OpenRead($made.FullName)
            try { $zip.Entries.FullName | Should -Contain 'Modules/PgSslDsc/PgSslDsc.psd1' } finally { $zip.Dispose() }
        }
        finally { Pop-Location }
    }

    It 'has a configuration of resources and properties that there are' {
        $classes = [Management.Automation.Language.Parser]::ParseFile("$source/PgSslDsc.psm1", [ref] $null, [ref] $null).FindAll(
            { $args[0] -is [Management.Automation.Language.TypeDefinitionAst] }, $true)
        $mof = Get-Content -Raw $arguments.Mof
        $instances = [regex]::Matches($mof, '(?s)instance of (Pg\w+) as \$\w+\s*\{(.*?)\n\};')
        $instances.Count | Should -Be 3
        foreach ($instance in $instances) {
            $class = $classes.Where{ $_.Name -eq $instance.Groups[1].Value }
            $own = 'ResourceID', 'DependsOn', 'ModuleName', 'ModuleVersion', 'ConfigurationName'
            foreach ($name in [regex]::Matches($instance.Groups[2].Value, '(?m)^    (\w+) =').ForEach{ $_.Groups[1].Value }) {
                if ($name -notin $own) { $class.Members.Name | Should -Contain $name }
            }
        }
        $version = (Import-PowerShellDataFile "$source/PgSslDsc.psd1").ModuleVersion
        [regex]::Matches($mof, 'ModuleVersion = "([^"]+)"').ForEach{ $_.Groups[1].Value } | Sort-Object -Unique | Should -Be $version
    }

    It 'has the properties that the manifest for DSC v3 has: <Class>' -ForEach @(
        @{ Class = 'PgHbaSsl'; Resource = 'HbaSsl' }
        @{ Class = 'PgRootCertificate'; Resource = 'RootCertificate' }
        @{ Class = 'PgServerCertificate'; Resource = 'ServerCertificate' }
        @{ Class = 'PgSslConfiguration'; Resource = 'SslConfiguration' }
    ) {
        $manifest = (Get-Content "$root/PgSsl.dsc.manifests.json" | ConvertFrom-Json).resources.Where{ $_.type -eq "PgSsl/$Resource" }
        $ofManifest = $manifest.schema.embedded.properties.PSObject.Properties.Where{ -not $_.Value.PSObject.Properties['readOnly'] }.Name
        $type = [Management.Automation.Language.Parser]::ParseFile("$source/PgSslDsc.psm1", [ref] $null, [ref] $null).Find(
            { $args[0] -is [Management.Automation.Language.TypeDefinitionAst] -and $args[0].Name -eq $Class }, $true)
        $ofClass = $type.Members.Where{ $_ -is [Management.Automation.Language.PropertyMemberAst] -and $_.Attributes.Extent.Text -notmatch 'NotConfigurable' }.Name
        # Passphrases are no matter for a MOF; a key of its own is what PowerShell DSC demands.
        $expected = $ofManifest.Where{ $_ -notin 'keyPassphrase', 'pkcs12Password' }.ForEach{ $_ -eq '_exist' ? 'Ensure' : $_ } + 'Name'
        if ($Class -eq 'PgRootCertificate') { $expected = $expected.Where{ $_ -ne 'Name' } }
        $ofClass | Sort-Object | Should -Be ($expected | Sort-Object)
    }

    It 'keeps a root certificate, and says why it is not as desired' {
        $seen = Invoke-Agent -With $sandbox.Root, "$TestDrive/root.crt" {
            param($certificate, $file)
            $fingerprint = [Security.Cryptography.X509Certificates.X509Certificate2]::new($certificate).GetCertHashString('SHA256')
            $root = & $new PgRootCertificate @{ Fingerprint = $fingerprint; Path = $file; Certificate = $certificate }
            $before = $root.Test(), $root.Get().Reasons
            $root.Ensure = 'Present'
            $root.Set()
            $after = $root.Test()
            $null = $root.Get()
            [ordered]@{ Before = $before[0]; Reasons = @($before[1]); After = $after; Subject = $root.Subject; Left = @($root.Reasons).Count }
        }
        $seen.Before, $seen.After | Should -Be $false, $true
        $seen.Reasons.Code | Should -Be 'PgSsl:RootCertificate:exist'
        $seen.Reasons.Phrase | Should -Match 'root\.crt: create'
        $seen.Subject | Should -Match '^CN='
        $seen.Left | Should -Be 0
    }

    It 'keeps rules of pg_hba.conf' {
        'local all all peer', 'host all all 10.0.0.0/8 scram-sha-256' | Set-Content "$TestDrive/pg_hba.conf"
        $seen = Invoke-Agent -With "$TestDrive/pg_hba.conf" {
            param($file)
            $rules = & $new PgHbaSsl @{ Name = 'rules'; Path = $file; RejectPlaintext = $true }
            $before = $rules.Test()
            $reasons = @($rules.Get().Reasons)
            $rules.Set()
            [ordered]@{ Before = $before; Reasons = $reasons; After = $rules.Test(); Plaintext = @($rules.Get().PlaintextRules).Count }
        }
        $seen.Before, $seen.After | Should -Be $false, $true
        $seen.Reasons.Code | Should -Be 'PgSsl:HbaSsl:enforced'
        $seen.Reasons.Phrase | Should -Match '\+hostssl all all 10\.0\.0\.0/8'
        $seen.Plaintext | Should -Be 0
        Get-Content "$TestDrive/pg_hba.conf" | Should -Contain 'hostnossl all,replication all all reject'
    }

    It 'reads a running server' -Skip:(-not $hasServer) {
        $server = $sandbox.HbaKept -replace '(.*):(.*)', 'host=$1 port=$2 user=postgres dbname=postgres'
        $seen = Invoke-Agent -With $server {
            param($server)
            $tls = & $new PgSslConfiguration @{ Name = 'tls'; Endpoint = $server }
            [ordered]@{ Test = $tls.Test(); ServesTls = $tls.Get().ServesTls; Version = $tls.ServerVersion; Findings = $tls.Findings }
        }
        $seen.Test, $seen.ServesTls | Should -BeTrue
        $seen.Version | Should -Match '^\d+\.\d+'
    }

    It 'tells of an error with its remedy' {
        { Invoke-Agent -With 'pg_hba.conf' { param($file) (& $new PgHbaSsl @{ Name = 'rules'; Path = $file }).Test() } } |
            Should -Throw '*relative path*'
    }
}
