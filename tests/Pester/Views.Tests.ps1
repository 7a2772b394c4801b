# What a person sees, at the widths of windows that people have. Approved/<Type>.<Width>.txt is what was looked at and found good. A view that
# looks otherwise fails, and writes what it looks like beside the approved file, as .received.txt. To approve what the views look like now:
# APPROVE_VIEWS=1 dotnet test tests/PgSsl.Module.Tests --filter FullyQualifiedName~Views, and then git diff.

BeforeDiscovery {
    $views = foreach ($file in Get-Item (Get-Module PgSsl).ExportedFormatFiles) {
        foreach ($view in ([xml](Get-Content $file)).Configuration.ViewDefinitions.View) {
            $labels = if ($view.TableControl) { $view.TableControl.TableHeaders.TableColumnHeader.Label }
            # Two lists come before their tables, so these are what is shown.
            $isDefault = $view.TableControl -xor $file.Name -like 'CertificateRequest.*'
            if ($isDefault) { @{ Type = $view.ViewSelectedBy.TypeName -replace '^PgSsl\.'; Labels = $labels } }
        }
    }
    $shown = foreach ($view in $views) { foreach ($width in 80, 100, 120, 200) { $view + @{ Width = $width } } }
}

BeforeAll {
    Import-Module $PSScriptRoot/Screen.psm1
    $samples = & $PSScriptRoot/Samples.ps1

    $seen = @{}
    function Get-View([string] $Type, [int] $Width) {
        $seen["$Type $Width"] ??= Get-Screen -Width $Width -Script { $args[0] } -Arguments (, $samples[$Type])
        $seen["$Type $Width"]
    }

    # The lines that two texts do not share, those of the first with a minus.
    function Get-Difference([string] $Approved, [string] $Received) {
        Compare-Object ($Approved -split "`n") ($Received -split "`n") -SyncWindow 3 | ForEach-Object {
            ($_.SideIndicator -eq '<=' ? '- ' : '+ ') + $_.InputObject
        }
    }
}

Describe 'The view of <Type>, <Width> characters wide' -ForEach $shown {
    BeforeAll {
        $text = Get-View $Type $Width
        $approved = "$PSScriptRoot/Approved/$($Type -replace '#', '.').$Width.txt"
    }

    It 'looks as approved' {
        $received = $approved -replace '\.txt$', '.received.txt'
        if ($env:APPROVE_VIEWS) { Set-Content $approved $text }
        $expected = (Test-Path $approved) ? (Get-Content $approved) -join "`n" : ''
        if ($text -ceq $expected) {
            Remove-Item $received -ErrorAction Ignore
            return
        }
        Set-Content $received $text
        $difference = (Get-Difference $expected $text) -join "`n"
        throw "It looks otherwise than in $approved (tests/Pester/Views.Tests.ps1 says how to approve it):`n$difference"
    }

    It 'has no line that is wider than the window' {
        ($text -split "`n").Length | Where-Object { $_ -ge $Width } | Should -BeNullOrEmpty
    }

    It 'has all of its columns, with whole headers' {
        if (-not $Labels) { return }
        $text -split "`n" -cmatch "^ *$($Labels -join ' +')$" | Should -HaveCount 1
    }

    It 'breaks no word' {
        # What there is when nothing is cut or folded; before an ellipsis, MissingIntermediate is two words.
        $letters = '[\p{L}\p{Nd}]+'
        $whole = [regex]::Matches((Get-View $Type 2000), $letters).Value
        $ellipsis = [char]0x2026
        foreach ($found in [regex]::Matches($text, "($letters)(${ellipsis}?)")) {
            $word = $found.Groups[1].Value
            # A fingerprint is longer than a line can be.
            if ($whole -ccontains $word -or $word -cmatch '^[0-9A-F]{10,}$') { continue }
            $isStart = $found.Groups[2].Value -and ($whole -cmatch "^$word(?<=[a-z])[A-Z]")
            $isStart | Should -BeTrue -Because "'$word' is a piece of a word in:`n$text"
        }
    }
}

Describe 'A long name' {
    It 'of IPv6 takes no column away from sessions, <_> characters wide' -ForEach 80, 100 {
        $session = $samples.SslSession[0].PSObject.Copy()
        $session.ClientAddress = '2001:db8:85a3:1111:2222:8a2e:370:7334'
        $text = Get-Screen -Width $_ -Script { $args[0] } -Arguments (, @($session))
        $text | Should -Match '(?m)^ *ProcessId +UserName +Database +From +Application +Transport +Cipher'
        $text | Should -Match "2001:db.*$([char]0x2026).*34"
    }

    It 'of a server takes no column away, <_> characters wide' -ForEach 80, 100 {
        $served = $samples.ServerCertificate[0].PSObject.Copy()
        $served.HostName = 'a' * 63
        $text = Get-Screen -Width $_ -Script { $args[0] } -Arguments (, @($served))
        $text | Should -Match '(?m)^ *Server .*Days'
        $text | Should -Not -Match "\s$([char]0x2026)\d"
    }
}

Describe 'The list of <Type>' -ForEach $views {
    # Format-List breaks a line at any character; whole sentences are folded before.
    It 'breaks no word of a sentence' {
        $words = (Get-Screen -Width 2000 -Script { $args[0] | Format-List } -Arguments (, $samples[$Type])) -split '\s+'
        $list = (Get-Screen -Width 80 -Script { $args[0] | Format-List } -Arguments (, $samples[$Type])) -split "`n"
        $name = ''
        foreach ($line in $list) {
            if ($line -cmatch '^(\w+) +:') { $name = $Matches[1] }
            if ($name -notin 'Reason', 'Remedy', 'Remarks', 'Problems', 'Findings', 'Error', 'Detail') { continue }
            foreach ($word in ($line -replace '^\w* *: ?').Trim() -split '\s+' -match '^[a-z]+[.,]?$') {
                $words | Should -Contain $word -Because "'$word' is a piece of a word in:`n$($list -join "`n")"
            }
        }
    }
}

Describe 'The samples of the views' {
    It 'are those of all types' {
        $samples.Keys | Sort-Object | Should -Be ($views.Type | Sort-Object)
    } -TestCases @{ views = $views }

    It 'have properties that there are: <_>' -ForEach $views.Type {
        $type = "PgSsl.$($_ -replace '#.*')" -as [type]
        ($samples[$_].PSObject.Properties | Where-Object MemberType -EQ NoteProperty).Name | Sort-Object -Unique |
            Where-Object { $_ -notin $type.GetProperties().Name } | Should -BeNullOrEmpty
    }
}

Describe 'The colours of a view' {
    BeforeAll {
        function Get-Coloured([string] $Rendering) {
            Get-Screen -Width 120 -Script {
                $PSStyle.OutputRendering = $args[1]
                $args[0]
            } -Arguments $samples.HbaRule, $Rendering
        }
    }

    AfterAll { $PSStyle.OutputRendering = 'PlainText' }

    It 'are those of severity' {
        Get-Coloured Ansi | Should -Match "`e\[33mPlaintextAllowed"
    }

    It 'are not there where plain text is wanted' {
        Get-Coloured PlainText | Should -Not -Match "`e"
    }

    It 'are not there in a file' {
        $file = "$TestDrive/shown.txt"
        Get-Screen -Width 120 -Script {
            $PSStyle.OutputRendering = 'Host'
            $args[0] > $args[1]
        } -Arguments $samples.HbaRule, $file
        Get-Content -Raw $file | Should -Match scram-sha-256
        Get-Content -Raw $file | Should -Not -Match "`e"
    }
}
