namespace PgSsl.Binding;

/// <summary>
/// The servers that a cmdlet gets, in turn. From a pipeline, blanks and comments of a hosts file are none, and all settings of one connection
/// (Get-PgConnectionSetting) are one.
/// </summary>
internal sealed class EndpointInput
{
    private string? _connection;

    /// <summary>The servers among those that came now.</summary>
    public IEnumerable<EndpointArgument> Next(EndpointArgument[]? endpoints, bool isPipeline) =>
        isPipeline ? (endpoints ?? []).Where(endpoint => !endpoint.IsComment && !IsKnown(endpoint)) : endpoints ?? [];

    private bool IsKnown(EndpointArgument endpoint)
    {
        string? connection = endpoint.IsSetting ? endpoint.Endpoint?.Text : null;
        bool isKnown = connection is not null && connection == _connection;
        _connection = connection;
        return isKnown;
    }
}
