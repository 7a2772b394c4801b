using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using PgSsl.Backups;
using PgSsl.Common;
using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.Binding;

/// <summary>
/// Completes backups, the newest first: of the files that other parameters name; else those of the directory that is typed, or of this one, and
/// those of the account's own directories.
/// </summary>
public sealed class BackupCompleter : IArgumentCompleter
{
    private const int MostShown = 50;
    private const int MostLookedAt = 500;

    private static readonly string[] FileParameters = ["Path", "SslCertFile", "SslKeyFile"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        var environment = ConnectionEnvironment.Capture(SessionLocation.Find());
        var search = new BackupSearch(BackupDirectory.Usual(environment.GetVariable, environment.HomeDirectory));
        string[] files = [.. FileParameters.Select(name => fakeBoundParameters[name] as string)
            .Append(fakeBoundParameters["Endpoint"] is string first && HbaPathArgument.IsPath(first) ? first : null)
            .OfType<string>().Where(file => file.Length > 0).Select(environment.ResolvePath)];
        IEnumerable<BackupName> names = files.Length > 0
            ? files.SelectMany(search.NamesOf)
            : Directories(typed, environment, search).SelectMany(search.NamesIn);
        return
        [
            .. names.DistinctBy(name => name.Path)
                .Where(name => name.Path.Contains(typed, StringComparison.OrdinalIgnoreCase) || environment.ResolvePath(typed) is { } start
                    && typed.Length > 0 && name.Path.StartsWith(start, StringComparison.Ordinal))
                .OrderDescending()
                .Take(MostLookedAt)
                .Where(name => IsFor(commandName, name))
                .Take(MostShown)
                .Select(Complete),
        ];
    }

    private static IEnumerable<string> Directories(string typed, ConnectionEnvironment environment, BackupSearch search)
    {
        if (Path.GetDirectoryName(typed) is { Length: > 0 } directory)
            return [environment.ResolvePath(directory)];
        return new[] { environment.WorkingDirectory, search.UsualDirectory, environment.ConfigurationDirectory }.OfType<string>();
    }

    /// <summary>Whether a backup is of a kind that the cmdlet puts back. What cannot be read may be.</summary>
    private static bool IsFor(string commandName, BackupName name)
    {
        if (StoredBackup.Load(name.Path) is not { Content: not null } backup)
            return true;
        // Without a record, roots look like any other certificates.
        bool isOfServer = backup.Kind == FileKind.PrivateKey || backup.Kind == FileKind.Certificate;
        return commandName.ToUpperInvariant() switch
        {
            "INSTALL-PGROOTCERT" => backup.Kind == FileKind.Roots || (backup.Record is null && backup.Kind == FileKind.Certificate),
            "INSTALL-PGSERVERCERTIFICATE" => isOfServer,
            "SET-PGHBASSL" => backup.Kind == FileKind.Configuration,
            _ => true,
        };
    }

    private static CompletionResult Complete(BackupName name) => ForeignName.Complete(
        CommandText.Quote(name.Path), Path.GetFileName(name.Path),
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(name.Target)} as it was until {name.Time:yyyy-MM-dd HH:mm:ss}Z"));
}
