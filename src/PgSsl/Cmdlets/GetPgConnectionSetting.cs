using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Connections;
using PgSsl.Hosting;

namespace PgSsl.Cmdlets;

/// <summary>Gets the settings that libpq would connect with, where each comes from, and warnings. It makes no connection.</summary>
[Cmdlet(VerbsCommon.Get, "PgConnectionSetting")]
[OutputType(typeof(ConnectionSetting))]
public sealed class GetPgConnectionSettingCommand : PgCmdlet
{
    private readonly EndpointInput _input = new();
    private WildcardPattern[] _names = [];

    /// <summary>The endpoint; without it, the one that psql without arguments would use.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>Only these settings; wildcards allowed.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectionParameterCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void BeginProcessing() => _names = [.. Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Endpoint is null && !MyInvocation.ExpectingInput)
            Endpoint = [EndpointArgument.FromEnvironment];
        foreach (EndpointArgument argument in _input.Next(Endpoint, MyInvocation.ExpectingInput))
            Try(argument.Target, () => Write(EndpointOf(argument)));
    }

    private void Write(PgEndpoint endpoint)
    {
        ConnectionSettings settings = endpoint.Resolve(Environment);
        string reusable = endpoint.ReusableText(settings);
        WriteObject(
            from setting in settings.Describe()
            where Array.Exists(_names, pattern => pattern.IsMatch(setting.Name))
            select setting with { Endpoint = reusable },
            enumerateCollection: true);
    }
}
