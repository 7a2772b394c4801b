@{
    ExcludeRules = @(
        # Pester runs BeforeAll and It in one scope; the analyzer sees two.
        'PSUseDeclaredVarsMoreThanAssignments'
        # Functions of a test file are its vocabulary, and are called nowhere else.
        'PSUseShouldProcessForStateChangingFunctions'
        'PSUseSingularNouns'
        # Positions are part of what is tested.
        'PSAvoidUsingPositionalParameters'
        # It takes $using:sandbox.Good for a variable of the job's own.
        'PSUseUsingScopeModifierInNewRunspaces'
    )
}
