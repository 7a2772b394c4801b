using PgSsl.Common;
using PgSsl.Server.Settings;

namespace PgSsl;

/// <summary>A server parameter that affects TLS.</summary>
public sealed record SslSetting
{
    /// <summary>The parameter.</summary>
    public required string Name { get; init; }

    /// <summary>The value that the server uses; three asterisks for a command, which may hold a passphrase.</summary>
    public required string Value { get; init; }

    /// <summary>The compiled-in value.</summary>
    public required string? Default { get; init; }

    /// <summary>Where the value comes from: <c>default</c>, <c>configuration file</c>, <c>command line</c> …</summary>
    public required string Source { get; init; }

    /// <summary>The file that sets it; null where none does, or the role may not see it.</summary>
    public required string? SourceFile { get; init; }

    /// <summary>The line of that file.</summary>
    public required int? SourceLine { get; init; }

    /// <summary>Its value after a reload; null where a reload changes nothing, or the role may not see the files.</summary>
    public required string? PendingValue { get; init; }

    /// <summary>Whether a reload changes it.</summary>
    public bool IsReloadPending => PendingValue is not null;

    /// <summary>Whether a file was changed, and only a restart loads it.</summary>
    public required bool IsRestartPending { get; init; }

    // Nothing sets it, or would.
    internal bool IsDefault => Source == "default" && !IsReloadPending && !IsRestartPending;

    /// <summary><c>ssl = on</c>.</summary>
    public override string ToString() => PrintableText.Of($"{Name} = {Value}");

    internal static SslSetting[] Of(ServerTlsFacts facts)
    {
        Dictionary<string, string> pending = facts.PendingReloads.ToDictionary(
            change => change.Setting.Name, change => change.InFile?.Value ?? change.Setting.Default ?? "");
        return
        [
            .. from setting in facts.Settings.Values
               where setting.Name == "ssl" || setting.Name.StartsWith("ssl_", StringComparison.Ordinal)
               orderby setting.Name
               select new SslSetting
               {
                   Name = setting.Name,
                   Value = Show(setting.Name, setting.Value)!,
                   Default = setting.Default,
                   Source = setting.Source,
                   SourceFile = setting.SourceFile,
                   SourceLine = setting.SourceLine,
                   PendingValue = Show(setting.Name, pending.GetValueOrDefault(setting.Name)),
                   IsRestartPending = setting.IsRestartPending,
               },
        ];
    }

    private static string? Show(string name, string? value) =>
        name == "ssl_passphrase_command" && !string.IsNullOrEmpty(value) ? SecretText.Mask : value;
}
