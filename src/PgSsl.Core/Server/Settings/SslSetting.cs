using PgSsl.Server.Settings;

namespace PgSsl;

/// <summary>One parameter of a server that bears on TLS.</summary>
public sealed record SslSetting
{
    /// <summary>The parameter.</summary>
    public required string Name { get; init; }

    /// <summary>What the server goes by.</summary>
    public required string Value { get; init; }

    /// <summary>The compiled-in value.</summary>
    public required string? Default { get; init; }

    /// <summary>Where the value comes from: <c>default</c>, <c>configuration file</c>, <c>command line</c> …</summary>
    public required string Source { get; init; }

    /// <summary>The file that sets it; null where none does, or the role may not see it.</summary>
    public required string? SourceFile { get; init; }

    /// <summary>The line of that file.</summary>
    public required int? SourceLine { get; init; }

    /// <summary>What it will be after a reload; null where that changes nothing, or the role may not see the files.</summary>
    public required string? PendingValue { get; init; }

    /// <summary>Whether a reload changes it.</summary>
    public bool IsReloadPending => PendingValue is not null;

    /// <summary>Whether a file was changed, and only a restart takes it over.</summary>
    public required bool IsRestartPending { get; init; }

    /// <summary><c>ssl = on</c>.</summary>
    public override string ToString() => $"{Name} = {Value}";

    internal static SslSetting[] Of(ServerTlsFacts facts)
    {
        Dictionary<string, string> pending = facts.PendingReloads.ToDictionary(
            one => one.Setting.Name, one => one.InFile?.Value ?? one.Setting.Default ?? "");
        return
        [
            .. from setting in facts.Settings.Values
               where setting.Name == "ssl" || setting.Name.StartsWith("ssl_", StringComparison.Ordinal)
               orderby setting.Name
               select new SslSetting
               {
                   Name = setting.Name,
                   Value = setting.Value,
                   Default = setting.Default,
                   Source = setting.Source,
                   SourceFile = setting.SourceFile,
                   SourceLine = setting.SourceLine,
                   PendingValue = pending.GetValueOrDefault(setting.Name),
                   IsRestartPending = setting.IsRestartPending,
               },
        ];
    }
}
