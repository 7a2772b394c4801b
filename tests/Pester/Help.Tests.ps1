BeforeDiscovery {
    $root = Resolve-Path $PSScriptRoot/../..
    Import-Module $env:PGSSL_TEST_MODULE/PgSsl.psd1

    $commands = Get-Command -Module PgSsl | ForEach-Object { @{ Name = $_.Name } }
    $pages = Get-ChildItem $root/docs/cmdlets/*-*.md

    # ### Example 1: its title, then text and code in any order; code to run is powershell, what it shows is output.
    $examples = foreach ($page in $pages) {
        $sections = (Get-Content -Raw $page) -split '(?m)^### (?=Example )' | Select-Object -Skip 1
        foreach ($section in $sections) {
            $blocks = [regex]::Matches($section, '(?ms)^```(?<Language>\w+)\n(?<Text>.*?)^```')
            @{
                Page   = $page.BaseName
                Title  = ($section -split "`n")[0]
                Code   = ($blocks | Where-Object { $_.Groups['Language'].Value -eq 'powershell' }).ForEach{ $_.Groups['Text'].Value } -join "`n"
                Output = ($blocks | Where-Object { $_.Groups['Language'].Value -eq 'output' }).ForEach{ $_.Groups['Text'].Value } -join "`n"
            }
        }
    }
    $topics = Get-ChildItem $root/en-US/about_*.help.txt | ForEach-Object { @{ Topic = $_.Name -replace '\.help\.txt$'; File = $_.FullName } }
    $shownExamples = $examples | Where-Object { $_.Output }
}

BeforeAll {
    Import-Module $PSScriptRoot/Sandbox.psm1
    $sandbox = Get-Sandbox
    $root = Resolve-Path $PSScriptRoot/../..
    $pages = Get-ChildItem $root/docs/cmdlets/*-*.md
    $about = "$root/en-US/about_PgSsl_SslModes.help.txt"

    function Get-Text($Paragraph) { ($Paragraph.Text -join "`n").Trim() }

    function Skip-WithoutPlatyPS {
        if (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS) { return }
        Set-ItResult -Skipped -Because 'Microsoft.PowerShell.PlatyPS is not installed (Install-PSResource Microsoft.PowerShell.PlatyPS)'
    }
}

Describe 'Help of <Name>' -ForEach $commands {
    BeforeAll {
        $help = Get-Help $Name
        $common = [Management.Automation.Cmdlet]::CommonParameters
        # -InputObject is not for anybody to give, and hidden: INPUTS tells of it.
        $parameters = (Get-Command $Name).Parameters.Values | Where-Object { $_.Name -notin $common -and $_.Name -ne 'InputObject' }
    }

    It 'has a synopsis of one sentence' {
        $help.Synopsis | Should -Match '^[A-Z][^\n]+\.$'
    }

    It 'has a description' {
        Get-Text $help.description | Should -Match '\.$'
    }

    It 'shows examples without Markdown' {
        Get-Help $Name -Examples | Out-String | Should -Not -Match '```'
    }

    It 'has three examples or more' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
    }

    It 'has examples whose code, and nothing else, is code' {
        foreach ($example in $help.examples.example) {
            $example.code | Should -Match '-Pg' -Because $example.title
            $example.code | Should -Not -Match '```|PS ?>|(?m)^-{4}'
            [Management.Automation.Language.Parser]::ParseInput($example.code, [ref]$null, [ref]$null).EndBlock | Should -Not -BeNullOrEmpty
            Get-Text $example.remarks | Should -Not -BeNullOrEmpty -Because $example.title
        }
    }

    It 'has a page to open with -Online' {
        @($help.relatedLinks.navigationLink)[0].uri | Should -Match '^https://www\.postgresql\.org/docs/current/[\w-]+\.html$'
    }

    It 'has notes, and links that lead on' {
        Get-Text $help.alertSet.alert | Should -Not -BeNullOrEmpty
        @($help.relatedLinks.navigationLink).Count | Should -BeGreaterThan 1
    }

    It 'describes the parameters that there are, and no others' {
        $help.parameters.parameter.name | Sort-Object | Should -Be ($parameters.Name | Sort-Object)
        foreach ($parameter in $help.parameters.parameter) {
            Get-Text $parameter.description | Should -Match '\.$' -Because "-$($parameter.name) needs a description"
        }
    }

    It 'tells position, pipeline, wildcards and aliases as they are' {
        foreach ($parameter in $parameters) {
            $told = $help.parameters.parameter | Where-Object name -EQ $parameter.Name
            $set = @($parameter.ParameterSets.Values)[0]
            $pipeline = @(if ($set.ValueFromPipeline) { 'ByValue' }; if ($set.ValueFromPipelineByPropertyName) { 'ByPropertyName' }) -join ', '
            $wildcards = $parameter.Attributes.TypeId -contains [Management.Automation.SupportsWildcardsAttribute]
            $because = "of -$($parameter.Name)"

            $told.position | Should -Be ($set.Position -ge 0 ? $set.Position : 'Named') -Because $because
            $told.pipelineInput | Should -Be ($pipeline ? "true ($pipeline)" : 'false') -Because $because
            $told.globbing | Should -Be "$wildcards" -Because $because
            $told.aliases | Should -Be ($parameter.Aliases.Count ? $parameter.Aliases -join ', ' : 'none') -Because $because
        }
    }

    It 'names every property of what it returns' {
        $told = Get-Text $help.returnValues.returnValue.description
        if ($told -match 'see (\S+-Pg\S+) for its properties') { $told += Get-Text (Get-Help $Matches[1]).returnValues.returnValue.description }
        $types = (Get-Command $Name).OutputType.Type | Where-Object Namespace -EQ PgSsl
        foreach ($property in $types.ForEach{ $_.GetProperties() }.Name) { $told | Should -MatchExactly "\b$property\b" }
    }
}

Describe 'An example' {
    # The examples are about db1.example.com. libpq's environment says where that is, so they run as they are written, each in a folder
    # and a home of its own.
    BeforeAll {
        $sample = @(
            '# TYPE  DATABASE     USER        ADDRESS         METHOD'
            'local   all          postgres                    peer'
            'host    all          all         127.0.0.1/32    scram-sha-256'
            'host    orders       app         10.0.0.0/8      md5'
            'host    all          +admins     10.0.0.0/8      scram-sha-256'
            'hostssl orders       app         10.1.0.0/16     scram-sha-256'
            'host    replication  replicator  10.0.0.0/8      scram-sha-256'
        )

        function New-ExampleFolder {
            $folder = New-Item -ItemType Directory "$TestDrive/$(New-Guid)"
            Copy-Item $sandbox.Root $folder/corp-root.crt
            Copy-Item $sandbox.OtherRoot $folder/new-root.crt
            "[orders]`nhost=db1.example.com`nuser=app`nsslmode=verify-full" | Set-Content $folder/pg_service.conf
            $sample | Set-Content $folder/pg_hba.conf
            New-Item -ItemType Directory $folder/pg | Out-Null
            '# - SSL -', '', '#ssl = off', "#ssl_ca_file = ''" | Set-Content $folder/pg/postgresql.conf
            New-PgSelfSignedCertificate db1.example.com -KeyPath $folder/pg/server.key -CertificatePath $folder/pg/server.crt | Out-Null
            "User,Database,Address`napp,orders,10.0.0.7`nalice,orders,10.0.0.8`nalice,postgres,192.168.1.5" | Set-Content $folder/clients.csv
            "HostName,Port`ndb1.example.com,$($sandbox.GoodPort)`ndb2.example.com,$($sandbox.ExpiredPort)" | Set-Content $folder/servers.csv
            $folder
        }

        # The one thing that an example has psql do at its server is a reload, after which that serves another certificate. At impostors it is psql.
        function psql {
            if ("$args" -notmatch 'pgssl_test') { $env:PGPORT = $sandbox.ExpiredPort }
            elseif ($sandbox.Psql) { & $sandbox.Psql @args }
        }

        # What stands for a CA: it prints what it makes of a request, and its own certificate.
        filter Invoke-CompanyCA {
            openssl x509 -req -in $_.CsrPath -CA $sandbox.IssuerCertificate -CAkey $sandbox.IssuerKey -copy_extensions copy -days 90 2> $null
            Get-Content $sandbox.IssuerCertificate
        }

        function Get-Label([string] $Text) {
            [regex]::Matches($Text, '(?m)^(?<List>\w+) +:|^(?<Table>\w[\w ]*)\r?\n-+[- ]*$').ForEach{
                if ($_.Groups['List'].Success) { $_.Groups['List'].Value } else { -split $_.Groups['Table'].Value }
            } | Select-Object -Unique
        }
    }

    BeforeEach {
        $folder = New-ExampleFolder
        # Some are about a pg_hba.conf that may change, about sessions that may be ended, or about all that a superuser sees.
        $isHba = $Page -match 'Hba|SslSession|Get-PgSslConfiguration'
        $isDeployment = $Page -match '^(Test|Install)-PgServerCertificate$'
        if ($isHba) {
            if (-not $sandbox.Psql) { Set-ItResult -Skipped -Because 'psql is not installed' }
            Set-SandboxHba HbaShown 'host all postgres 127.0.0.1/32 trust', 'host all all 0.0.0.0/0 trust'
        }
        $environment = @{
            PGHOSTADDR    = '127.0.0.1'
            PGPORT        = $Page -match 'able-PgSsl$' ? $sandbox.SwitchedShownPort :
                $isHba ? $sandbox.HbaShownPort : $isDeployment ? $sandbox.DeployedShownPort : $sandbox.GoodPort
            PGSERVICEFILE = "$folder/pg_service.conf"
            HOME          = "$folder"
        }
        $before = @{}
        $environment.GetEnumerator() | ForEach-Object {
            $before[$_.Key] = [Environment]::GetEnvironmentVariable($_.Key)
            Set-Item Env:$($_.Key) $_.Value
        }
        Push-Location $folder
        $ErrorActionPreference = 'Stop'
    }

    AfterEach {
        Pop-Location
        $before.GetEnumerator() | ForEach-Object { [Environment]::SetEnvironmentVariable($_.Key, $_.Value) }
    }

    It 'runs: <Page>, <Title>' -ForEach $examples {
        # An error fails it; an example that needs openssl skips it where there is none.
        & ([scriptblock]::Create($Code)) *> $null
    }

    It 'shows the columns that it has: <Page>, <Title>' -ForEach $shownExamples {
        $shown = & ([scriptblock]::Create($Code)) 4> $null | Out-String -Width 120
        Get-Label $Output | Should -Be (Get-Label $shown)
    }
}

Describe 'docs/cmdlets' {
    It 'has nothing left to fill in' {
        Get-ChildItem $root/docs/cmdlets/*.md | Select-String -SimpleMatch '{{' | Should -BeNullOrEmpty
    }

    It 'names no cmdlet that does not exist' {
        $named = Select-String -Path $root/docs/cmdlets/*.md, $root/en-US/* -Pattern '\b[A-Z][A-Za-z]+-Pg[A-Z]\w+' -CaseSensitive -AllMatches
        $named.Matches.Value | Sort-Object -Unique | Should -Be (Get-Command -Module PgSsl).Name
    }

    It 'lists each cmdlet in PgSsl.md with its synopsis' {
        $list = Get-Content -Raw $root/docs/cmdlets/PgSsl.md
        foreach ($command in Get-Command -Module PgSsl) {
            $list | Should -Match "### \[$command\]\($command\.md\)\r?\n\r?\n$([regex]::Escape((Get-Help $command).Synopsis))"
        }
    }

    It 'has the sections that PlatyPS wants' {
        Skip-WithoutPlatyPS
        $pages.FullName | ForEach-Object { Test-MarkdownCommandHelp -Path $_ } | Should -Not -Contain $false
    }

    It 'is what en-US/PgSsl.dll-Help.xml was made from' {
        Skip-WithoutPlatyPS
        & $root/docs/cmdlets/Export-Help.ps1 $TestDrive/made.xml
        Get-Content -Raw $root/en-US/PgSsl.dll-Help.xml | Should -BeExactly (Get-Content -Raw $TestDrive/made.xml) -Because './build.ps1 -Task Help makes it'
    }
}

Describe '<Topic>' -ForEach $topics {
    It 'is found' {
        Get-Help $Topic | Out-String | Should -Match "^TOPIC\s+$Topic"
    }

    It 'is no wider than 80 columns' {
        Get-Content $File | Where-Object Length -GT 80 | Should -BeNullOrEmpty
    }

    It 'uses parameters that there are' {
        # Code stands at a depth of eight.
        $code = ((Get-Content $File) -match '^ {8}' -join "`n")
        $isCommand = { $args[0] -is [Management.Automation.Language.CommandAst] -and "$($args[0].GetCommandName())" -match '-Pg' }
        $ast = [Management.Automation.Language.Parser]::ParseInput($code, [ref]$null, [ref]$null)
        $used = $ast.FindAll($isCommand, $true)
        $used.Count | Should -BeGreaterThan 3
        foreach ($command in $used) {
            [Management.Automation.Language.StaticParameterBinder]::BindCommand($command).BindingExceptions.Keys | Should -BeNullOrEmpty -Because "$command"
        }
    }
}

Describe 'about_PgSsl_SslModes' {
    It 'explains each mode' {
        $text = Get-Content -Raw $about
        foreach ($mode in 'disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full') { $text | Should -Match "(?m)^  $mode\b" }
    }
}

Describe 'about_PgSsl_Hba' {
    It 'names each type of rule' {
        $text = Get-Content -Raw $root/en-US/about_PgSsl_Hba.help.txt
        foreach ($type in 'local', 'host', 'hostssl', 'hostnossl', 'hostgssenc', 'hostnogssenc') { $text | Should -Match "(?m)^ +$type\b" }
    }
}

Describe 'about_PgSsl_Automation' {
    It 'has what a change tells, as the type has it' {
        $text = Get-Content -Raw $root/en-US/about_PgSsl_Automation.help.txt
        $told = ([type]'PgSsl.ChangeOutput').GetProperties().Name
        foreach ($name in $told) { $text | Should -Match "(?m)^ {8}$name +\w" }
        $section = ($text -split '(?m)^WHAT A CHANGE TELLS\r?\n')[1] -split '(?m)^[A-Z]{4,}' | Select-Object -First 1
        [regex]::Matches($section, '(?m)^ {8}(Is\w+|Backup|Remarks|Plan) +\w').ForEach{ $_.Groups[1].Value } | Sort-Object | Should -Be ($told | Sort-Object)
    }

    It 'has the exit codes of samples' {
        $text = Get-Content -Raw $root/en-US/about_PgSsl_Automation.help.txt
        foreach ($code in 0..3) { $text | Should -Match "(?m)^ {8}$code    \w" }
    }
}
