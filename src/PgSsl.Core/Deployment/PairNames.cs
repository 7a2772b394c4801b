using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server.Configuration;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Deployment;

/// <summary>
/// New names for certificate and key of a server whose processes read both themselves, one after the other (EXEC_BACKEND: Windows): see
/// docs/decisions/0078. The names are made of the certificates that are in the file, so the same pair always gets the same names.
/// </summary>
internal sealed partial class PairNames
{
    private const string CertificateSetting = "ssl_cert_file";
    private const string KeySetting = "ssl_key_file";
    private const int Digits = 12;

    private readonly ServerTlsFacts _facts;

    private PairNames(ServerTlsFacts facts, string? obstacle) => (_facts, Obstacle) = (facts, obstacle);

    /// <summary>Why the pair has to keep its names, as the end of a sentence; null if it can get others.</summary>
    public string? Obstacle { get; }

    /// <summary>The names for a server; null if it needs none, because its postmaster reads both files, or because its TLS is off.</summary>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it said in SQL.</param>
    /// <param name="target">Where it has its certificate and key.</param>
    public static PairNames? Of(LiveServer live, ServerTlsFacts facts, DeploymentTarget target) =>
        facts.SslIsOn && target.Server.EachProcessReads ? new PairNames(facts, FindObstacle(live, facts, target)) : null;

    /// <summary>Whether a path is one of these names, and the other is what it is made from.</summary>
    public static bool IsMadeFrom(string path, string old) =>
        RealPath.Comparer.Equals(Renamed(path, "0"), Renamed(old, "0")) && Name().IsMatch(FileNameOf(path).Stem);

    /// <summary>The switch to the names of a pair.</summary>
    /// <param name="target">Where the server has its pair now.</param>
    /// <param name="certificates">The new content of the certificate file.</param>
    /// <param name="keyEdit">The edit that would replace the key.</param>
    /// <param name="certificateEdit">The edit that would replace the certificate.</param>
    public PairSwitch Switch(DeploymentTarget target, byte[] certificates, FileEdit keyEdit, FileEdit certificateEdit)
    {
        string mark = MarkOf(certificates);
        DeploymentTarget renamed = target with
        {
            CertificatePath = Renamed(target.CertificatePath, mark),
            KeyPath = Renamed(target.KeyPath, mark),
        };
        FileEdit?[] edits = [Beside(keyEdit, renamed.KeyPath), Beside(certificateEdit, renamed.CertificatePath)];
        (FileEdit[] outdated, string[] left) = FindOutdated(target, mark);
        return new PairSwitch(target, renamed, [.. edits.OfType<FileEdit>()])
        {
            Settings = PlanSettings(new Dictionary<string, string>
            {
                [CertificateSetting] = Renamed(_facts[CertificateSetting]!, mark),
                [KeySetting] = Renamed(_facts[KeySetting]!, mark),
            }),
            Outdated = outdated,
            Left = left,
        };
    }

    /// <summary>The statements. If they were made, and only the reload is missing, the undo restores what the server uses.</summary>
    private AlterSystemPlan PlanSettings(Dictionary<string, string> values)
    {
        AlterSystemPlan plan = AlterSystemPlan.Create(_facts, values);
        return plan.Steps.Count > 0 || values.Any(one => AlterSystemPlan.FindAutomatic(_facts.FileSettings!, one.Key, plan.Path) != one.Value)
            ? plan
            : plan with
            {
                Steps = [.. values.Select(one => new AlterSystemStep(one.Key, _facts[one.Key]!, _facts[one.Key], one.Value) { IsWritten = true })],
            };
    }

    private static string? FindObstacle(LiveServer live, ServerTlsFacts facts, DeploymentTarget target)
    {
        string[] names = [CertificateSetting, KeySetting];
        string role = SqlQuoting.Identifier(facts.UserName);
        if (target.IsCertificateNamed || target.IsKeyNamed)
            return "-SslCertFile or -SslKeyFile name them";
        if (!live.FilesAreHere)
            return "it is not shown that the server runs on this machine's files";
        if (facts.Managers is [var manager, ..])
            return $"{manager.Name} manages the server's settings";
        if (!facts.AllowsAlterSystem)
            return "allow_alter_system is off";
        if (Array.Find(names, name => facts.Settings.GetValueOrDefault(name)?.IsFromCommandLine == true) is { } given)
            return $"{given} was given on the server's command line, which ALTER SYSTEM does not override";
        if (!names.All(facts.MayAlter.Contains))
            return $"role {facts.UserName} may not set them (GRANT ALTER SYSTEM ON PARAMETER {string.Join(", ", names)} TO {role})";
        if (facts.FileSettings is null)
            return $"role {facts.UserName} may not see pg_file_settings (GRANT SELECT ON pg_file_settings TO {role}; " +
                $"GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {role})";
        return RealPath.AreSame(target.CertificatePath, target.KeyPath) ? "both are one file" : null;
    }

    /// <summary>
    /// Pairs that earlier installations left here. They are deleted only inside of the data directory, where no other server or program has its
    /// files, and only if both files are what an installation wrote: the name is made of the certificate, and the key is that certificate's. The
    /// pair that is in use stays, and so does what a configuration file names.
    /// </summary>
    /// <returns>The deletions, and the certificate files of pairs that stay, each with the reason.</returns>
    private (FileEdit[] Deletions, string[] Left) FindOutdated(DeploymentTarget target, string mark)
    {
        (string stem, string extension) = FileNameOf(target.CertificatePath);
        HashSet<string> kept = new(RealPath.Comparer) { mark };
        foreach (string? named in _facts.FileSettings!.Select(setting => setting.Value).Append(target.CertificatePath).Append(target.KeyPath))
            if (named is not null && Name().Match(FileNameOf(named).Stem) is { Success: true } match)
                kept.Add(match.Groups["mark"].Value);
        IEnumerable<string> marks =
            from found in List(Path.GetDirectoryName(target.CertificatePath)!, $"{Bare(stem)}-*{extension}")
            let match = Name().Match(FileNameOf(found).Stem)
            where match.Success
            select match.Groups["mark"].Value;
        var deletions = new List<FileEdit>();
        var left = new List<string>();
        foreach (string old in marks.Distinct().Where(old => !kept.Contains(old)).Order(StringComparer.Ordinal))
        {
            string path = Renamed(target.CertificatePath, old), keyPath = Renamed(target.KeyPath, old);
            // Without the mark of its content it is not ours.
            if (Read(path) is not { } content || MarkOf(content) != old)
                continue;
            if (!IsOwn(path) || !IsOwn(keyPath))
                left.Add($"{path} (outside of this server's data directory, so another server or program may use it)");
            else if (Read(keyPath) is { } key && IsKeyOf(content, key))
                deletions.AddRange([Deletion(keyPath, key), Deletion(path, content)]);
            else
                left.Add($"{path} (its key is not the one that an installation wrote, or cannot be read)");
        }
        return ([.. deletions], [.. left]);
    }

    /// <summary>Whether a file is inside of the server's own directory, wherever links lead.</summary>
    private bool IsOwn(string path)
    {
        if (_facts.DataDirectory is not { } data)
            return false;
        try
        {
            string directory = RealPath.Of(data).TrimEnd('/', '\\') + Path.DirectorySeparatorChar, file = RealPath.Of(path);
            return file.Length > directory.Length && RealPath.Comparer.Equals(file[..directory.Length], directory);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsKeyOf(byte[] certificates, byte[] key) =>
        ServerCertificateFile.Parse(certificates).Certificates is [var leaf, ..] && ServerKey.Read(key, null, "").Matches(leaf) == true;

    private static string[] List(string directory, string pattern)
    {
        try
        {
            return Directory.GetFiles(directory, pattern);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static FileEdit Deletion(string path, byte[] content) => new(path, null) { MayReplace = true, Expected = content };

    private static byte[]? Read(string path) => ServerFile.Read(path).Content;

    /// <summary>The same edit under a new name; null if it is made already.</summary>
    private static FileEdit? Beside(FileEdit edit, string path)
    {
        byte[]? present = Read(path);
        return present is not null && present.AsSpan().SequenceEqual(edit.Content) ? null
            : edit with { Path = path, Expected = present, MayReplace = present is not null, MayWriteInPlace = false, InsteadOf = edit.Path };
    }

    private static string MarkOf(byte[] certificates) => Convert.ToHexString(SHA256.HashData(certificates))[..Digits];

    /// <summary>
    /// The same path with another mark: <c>/data/server.crt</c> and <c>/data/server-0123456789AB.crt</c> become <c>/data/server-MARK.crt</c>.
    /// </summary>
    private static string Renamed(string path, string mark)
    {
        (string stem, string extension) = FileNameOf(path);
        return $"{path[..^(stem.Length + extension.Length)]}{Bare(stem)}-{mark}{extension}";
    }

    private static string Bare(string stem) => Name().Match(stem) is { Success: true } match ? stem[..match.Index] : stem;

    /// <summary>A server on Windows writes slashes, and takes backslashes as well.</summary>
    private static (string Stem, string Extension) FileNameOf(string path)
    {
        int slash = path.LastIndexOfAny(WindowsPath.IsAbsolute(path) || OperatingSystem.IsWindows() ? ['/', '\\'] : ['/']);
        string name = path[(slash + 1)..];
        int dot = name.LastIndexOf('.');
        return dot <= 0 ? (name, "") : (name[..dot], name[dot..]);
    }

    [GeneratedRegex("-(?<mark>[0-9A-F]{12})$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

/// <summary>A pair that is written under new names, so that one reload switches to both.</summary>
/// <param name="Old">Where the server has its pair, which stays there.</param>
/// <param name="New">Where it will have its pair.</param>
/// <param name="Edits">The new files that are not there yet, the key first.</param>
internal sealed record PairSwitch(DeploymentTarget Old, DeploymentTarget New, IReadOnlyList<FileEdit> Edits)
{
    /// <summary>Both settings.</summary>
    public required AlterSystemPlan Settings { get; init; }

    /// <summary>The deletions of pairs that are older than the present one.</summary>
    public required IReadOnlyList<FileEdit> Outdated { get; init; }

    /// <summary>The certificate files of older pairs that are not deleted, each with the reason.</summary>
    public required IReadOnlyList<string> Left { get; init; }

    /// <summary>Whether both settings have the new names already, and only the reload is missing.</summary>
    public bool IsWritten => Settings.Steps is [{ IsWritten: true }, { IsWritten: true }];

    /// <summary>What is said of <see cref="Left"/>; null if all are deleted.</summary>
    public string? Remark => Left.Count == 0 ? null
        : $"Older pairs stay, with their keys: {string.Join(", ", Left)}. Delete them if nothing uses them.";

    /// <summary>What happens, line by line.</summary>
    public IEnumerable<string> Describe()
    {
        yield return "Each connection of this server reads certificate and key itself. So the pair gets new names, and one reload switches to both: "
            + "no connection meets a certificate without its key. The old pair stays.";
        foreach (string statement in Settings.Statements)
            yield return statement;
        if (Outdated.Count > 0)
            yield return $"Delete {string.Join(", ", Outdated.Select(edit => edit.Path))}: earlier installations left them in the data directory, "
                + "and no configuration file of this server names them.";
        yield return "Two settings cannot be changed in one step. If the process is killed between the two statements, the next reload or start " +
            "meets a pair that does not match: then take the first one back. Get-PgSslConfiguration reports it.";
    }
}
