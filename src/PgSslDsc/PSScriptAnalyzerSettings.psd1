@{
    ExcludeRules = @(
        # Their examples are in docs/guides/dsc.md, their tests in tests/Pester/PgSslDsc.Tests.ps1.
        'PSDSCDscExamplesPresent'
        'PSDSCDscTestsPresent'
    )
}
