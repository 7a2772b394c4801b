using System.Management.Automation;
using PgSsl.Backups;
using PgSsl.Binding;
using PgSsl.Files;
using PgSsl.Hosting;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Cmdlets;

/// <summary>Lists the backups that changes made: of which file and server, when, by which command, and whether they are still needed.</summary>
[Cmdlet(VerbsCommon.Get, "PgBackup", DefaultParameterSetName = PathSet)]
[OutputType(typeof(FileBackup))]
public sealed class GetPgBackupCommand : SqlCmdlet
{
    private const string PathSet = "Path";
    private const string EndpointSet = "Endpoint";

    // The files of a server that this module changes.
    private static readonly string[] Settings =
        ["ssl_cert_file", "ssl_key_file", "ssl_ca_file", "ssl_crl_file", "ssl_dh_params_file"];

    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private string? _named;

    /// <summary>
    /// Backups, files whose backups are meant, or directories. Without it and without a server: this account's directory of backups, and the
    /// directory in which libpq looks for root.crt.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [Alias("BackupPath", "Backup", "PSPath", "FullName")]
    [AllowEmptyCollection]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>The server whose files' backups are meant, if its files are on this machine.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EndpointSet)]
    [Alias("HostName", "ComputerName", "Server", "ConnectionString", "Uri")]
    [EndpointTransformation]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public EndpointArgument[]? Endpoint { get; set; }

    /// <summary>A directory in which backups are looked for as well: where -BackupDirectory of a change has put them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BackupDirectory { get; set; }

    /// <summary>What came through the pipeline: a path; or an object that names a server, whose scalars are kept on the output.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true, ParameterSetName = PathSet)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => TryOrThrow(BackupDirectory, () =>
    {
        _named = Resolve(BackupDirectory);
        if (_named is not null && !System.IO.Directory.Exists(_named))
            throw new PgSslException(PgSslError.FileNotFound, $"There is no directory {_named}.", "Name the -BackupDirectory of the change.");
    });

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Row = InputRow.Of(InputObject);
        // A row without a path of its own names a server: Import-Csv servers.csv.
        string[] paths = Path ?? (InputObject?.BaseObject is string piped ? [piped] : []);
        EndpointArgument[] servers = Endpoint ?? (Path is null && InputObject is { BaseObject: not string } row
            ? [EndpointTransformationAttribute.Convert(new PipelineObject(row))] : []);
        foreach (EndpointArgument server in Counted(servers))
            Try(server.Target, () => WriteServer(server));
        if (Endpoint is null && Path is null && !MyInvocation.ExpectingInput)
            foreach (string directory in new[] { UsualBackups, _named, Environment.ConfigurationDirectory }.OfType<string>().Distinct())
                Write(search => search.InDirectory(directory));
        foreach (string path in paths)
            Try(path, () => WriteMatching(path));
    }

    private void WriteMatching(string path)
    {
        foreach (string file in FindFiles(path))
            Try(file, () => WritePath(file));
    }

    private void WritePath(string path)
    {
        if (BackupName.Parse(path) is not null)
            WriteOne(path);
        else if (System.IO.Directory.Exists(path))
            Write(search => search.InDirectory(path));
        else if (!Write(search => search.Of(path)) && !File.Exists(path))
            throw new PgSslException(
                PgSslError.FileNotFound, $"There is no file {path}, and no backup of one.", "Check the path, or name the directory.");
    }

    /// <summary>One backup; whether it is needed, the others of its file tell.</summary>
    private void WriteOne(string path)
    {
        StoredBackup backup = StoredBackup.Load(path) ?? throw new PgSslException(
            PgSslError.FileNotFound, $"There is no backup {path}.", "Get-PgBackup with the file's name, or its directory, shows which there are.");
        Write(search => [.. search.Of(backup.Target).Where(other => other.Path != path), backup], path);
    }

    private void WriteServer(EndpointArgument argument)
    {
        using LiveServer live = Connect(argument);
        ServerDisk.Demand(live, "Run this on the server's machine, or name its files with -Path.");
        ServerTlsFacts facts = Wait(token => ServerTlsReader.ReadAsync(live.Session, token));
        string[] files = [.. Settings.Select(facts.PathOf).Append(facts.HbaFile).Append(facts.ConfigurationFile).OfType<string>()];
        BackupServer server = live.OfBackups;
        bool IsIts(StoredBackup backup) => server.IsSurely(backup.Record?.Server)
            || BackupServer.DirectoryAround(backup.Target) == server.DataDirectory
            || Array.Exists(files, file => RealPath.AreSame(file, backup.Target));
        IEnumerable<string> directories = files.Select(file => System.IO.Path.GetDirectoryName(file)!).Append(live.DataDirectory!)
            .Concat(new[] { _named }.OfType<string>());
        foreach (string directory in directories.Distinct())
            Write(search => [.. search.InDirectory(directory).Where(IsIts)]);
    }

    /// <summary>Finds backups, and writes those that were not written before.</summary>
    /// <returns>Whether any was found.</returns>
    private bool Write(Func<BackupSearch, IReadOnlyList<StoredBackup>> find, string? only = null)
    {
        var search = new BackupSearch(UsualBackups, _named);
        IReadOnlyList<FileBackup> found = Wait(() => FileBackup.Of(find(search), DateTimeOffset.UtcNow));
        WriteWarnings(search.Warnings);
        foreach (FileBackup backup in found.Where(backup => only is null || backup.BackupPath == only))
            if (_written.Add(backup.BackupPath))
                WriteObject(backup);
        return found.Count > 0;
    }
}
