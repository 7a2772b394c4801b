@{
    ExcludeRules = @(
        # A script's parameters count as unused where only its functions use them.
        'PSReviewUnusedParameter'
        # Rows of a table read best without parameter names.
        'PSAvoidUsingPositionalParameters'
    )
}
