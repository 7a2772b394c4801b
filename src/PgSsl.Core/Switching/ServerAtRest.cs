using System.Globalization;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Configuration;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>What the files of a server say by themselves: nobody is asked, and it may not even run.</summary>
internal static class ServerAtRest
{
    /// <summary>The major version; null if the data directory is not known. initdb writes it there (miscinit.c, ValidatePgVersion).</summary>
    public static int? MajorOf(ConfigurationDocument document)
    {
        FileContent content = DiskServerFiles.Instance.Read(ServerPath.Join(document.DataDirectory, "PG_VERSION"));
        return content.Bytes is { } text && int.TryParse(ServerText.Decode(text).Trim(), CultureInfo.InvariantCulture, out int major) ? major : null;
    }

    /// <summary>Checks the files that a configuration names, or that it would name.</summary>
    public static SslFileCheck CheckFiles(SslTarget target, ConfigurationDocument document, bool isDataDirectory)
    {
        string? ValueOf(SslParameter parameter) => document.Effective(parameter.Name)?.Value;
        return SslPreflight.CheckFiles(
            target,
            target.CertificatePath ?? document.ResolvePath(ValueOf(SslParameters.CertificateFile) ?? "server.crt"),
            target.KeyPath ?? document.ResolvePath(ValueOf(SslParameters.KeyFile) ?? "server.key"),
            new ServerConditions
            {
                EachProcessReads = isDataDirectory && (OperatingSystem.IsWindows() || ServerPlatform.EachProcessReads(document.DataDirectory)),
                Account = isDataDirectory ? UnixAccount.OwnerOf(document.DataDirectory) : null,
                PassphraseCommand = ValueOf(SslParameters.PassphraseCommand) ?? "",
                PassphraseSupportsReload = ServerSetting.ParseBoolean(ValueOf(SslParameters.PassphraseCommandSupportsReload)) == true,
            },
            // A server that starts loads what a reload does not.
            isReloaded: false);
    }

    /// <summary>The settings of a configuration that no server was asked about.</summary>
    public static ServerSettingFacts SettingsOf(ConfigurationDocument document, IReadOnlyDictionary<string, string> changed, int major)
    {
        var values = new Dictionary<string, string>();
        foreach (string name in SslParameters.All.Select(parameter => parameter.NameIn(major)))
            if ((changed.GetValueOrDefault(name) ?? document.Effective(name)?.Value) is { } value)
                values[name] = value;
        var files = new Dictionary<string, ServerFile>();
        foreach (string name in ServerSettingFacts.FileParameters.Select(parameter => parameter.Name))
            if (values.GetValueOrDefault(name) is { Length: > 0 } path)
                files[name] = ServerFile.Read(document.ResolvePath(path));
        return new ServerSettingFacts { Major = major, Values = values, Files = files, Server = ServerConditions.Unknown };
    }
}
