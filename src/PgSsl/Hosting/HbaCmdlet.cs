using System.Management.Automation;
using PgSsl.Binding;
using PgSsl.Hba;
using PgSsl.Hba.Live;
using PgSsl.Server.Live;

namespace PgSsl.Hosting;

/// <summary>A cmdlet that works on pg_hba.conf: on a file, on the file of a server, or on a file together with its server.</summary>
public abstract class HbaCmdlet : SqlCmdlet
{
    private readonly EndpointInput _input = new();
    private bool _isServerGiven;
    private bool _isPathGiven;

    /// <summary>pg_hba.conf. With -Endpoint, that server's file on this machine, if it is not where the server says.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "HbaFile")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// The server, asked through SQL: host, URI, connection string, socket directory, or output of this module. A word with a slash in it that
    /// is no directory, or that ends in .conf, is the path of a file: no host is called so.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <inheritdoc cref="EndpointCmdlet.InputObject"/>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The major version of the server that a file is for, if no server is asked: the grammar depends on it (10 to 19).</summary>
    [Parameter]
    [ValidateRange(10, 19)]
    [ArgumentCompleter(typeof(ServerVersionCompleter))]
    public int ServerVersion { get; set; }

    /// <summary>Whether the user named the server, and not an object from the pipeline.</summary>
    protected bool IsServerGiven => _isServerGiven;

    /// <summary>Whether the cmdlet changes the file, which must then be on this machine.</summary>
    protected virtual bool ChangesFile => false;

    /// <summary>Works on one pg_hba.conf.</summary>
    /// <exception cref="PgSslException">It is written as an error of this file.</exception>
    private protected abstract void Process(HbaSource source);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Path is null && HbaPathArgument.IsPath(Endpoint))
            (Path, Endpoint) = (Endpoint![0].Written, null);
        _isServerGiven = Endpoint is not null;
        _isPathGiven = Path is not null;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Row = InputRow.Of(InputObject);
        var piped = new PipelineObject(InputObject);
        if (!_isPathGiven && piped.IsOfAnotherFile)
            Path = null;
        string? path = Path ?? (HbaPathArgument.IsPath(Endpoint) ? Endpoint![0].Written : null);
        // An object from the pipeline may bring a file or a client, but no server.
        EndpointArgument[] servers = Path is null && path is not null ? []
            : [.. _input.Next(Endpoint, MyInvocation.ExpectingInput)
                .Where(server => _isServerGiven || Path is null || !server.IsForeign)];
        // The settings of a connection are many objects, and one server.
        if (servers.Length == 0 && piped.IsOrWas<ConnectionSetting>())
            return;
        if (path is null && servers.Length == 0)
        {
            // In a pipeline, an object that has neither is an error of this object only.
            WriteFailure(
                new PgSslException(
                    PgSslError.InvalidParameterValue, "Neither a file nor a server is named.",
                    "Give -Path for a pg_hba.conf, or -Endpoint for a server, which knows where its file is."),
                null);
            return;
        }
        BeginItem();
        if (servers.Length == 0)
            Try(path, () => ProcessFile(Resolve(path!)));
        foreach (EndpointArgument argument in Counted(servers))
            Try(argument.Target, () => ProcessServer(argument));
    }

    /// <summary>Warns of lines that the server does not see.</summary>
    private protected void WarnOfSwallowedLines(HbaDocument document)
    {
        foreach (HbaLine line in document.SwallowingComments)
            WriteWarning(
                $"{line.File.Path}:{line.Number}: the comment ends in a backslash, so the next line is a part of it and not a rule.");
    }

    /// <summary>Warns if the server reads other rules than these.</summary>
    private protected void WarnOfNul(HbaDocument document)
    {
        foreach (HbaFile file in document.Files.Where(file => file.Nul is not null))
            WriteWarning(
                $"{file.Path}:{file.NulLine}: the line contains a NUL byte. The server loses text behind it, so its rules may differ from these.");
    }

    private protected override bool RefusesPoolers => ChangesFile;

    private void ProcessFile(string path) => Process(Wait(() => HbaSource.ReadFile(path, ServerVersion)));

    private void ProcessServer(EndpointArgument argument)
    {
        BeginItem();
        using LiveServer server = Connect(argument);
        HbaServerFacts facts = Wait(token => new HbaServerReader(server.Session, token).ReadAsync());
        var live = new HbaLive(server, facts);
        Process(Path is not null || ChangesFile ? HbaSource.ReadLocally(live, Resolve(Path)) : Wait(() => HbaSource.ReadServer(live, Stopped)));
    }
}
