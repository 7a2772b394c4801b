using PgSsl.Connections;

namespace PgSsl;

/// <summary>The effective value of a connection parameter, and where it comes from.</summary>
/// <param name="Name">The parameter, in libpq's spelling.</param>
/// <param name="Value">The effective value; null where there is none. A secret is shown as <c>********</c>.</param>
/// <param name="Source">Where the value comes from: a <see cref="SettingSource"/>.</param>
/// <param name="Origin">The environment variable's name, or the service file's <c>path:line</c>; null for the other
/// sources.</param>
/// <param name="Warning">
/// Why this value may be surprising; null where it is not, and where it was not examined (<see cref="ConnectionSettings.All"/>).
/// </param>
public sealed record ConnectionSetting(string Name, string? Value, string Source, string? Origin, string? Warning)
{
    internal const string Mask = "********";

    /// <summary>The connection, in a form that any -Endpoint takes, without secrets. The settings of one connection name one server there.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The value itself, even if it is a secret. It must never be shown.</summary>
    internal string? Raw { get; init; } = Value;

    internal static ConnectionSetting Create(ConnectionParameter parameter, string? value, string source, string? origin)
    {
        bool isHidden = !string.IsNullOrEmpty(value) && (parameter.IsSecret || RefusedText.MayHoldSecret(parameter.Name, value));
        string? shown = isHidden ? Mask : value;
        return new ConnectionSetting(parameter.Name, shown, source, origin, null) { Raw = value };
    }

    /// <summary>
    /// The setting, as messages name it: <c>sslmode="verify"</c>, and its source unless the user wrote it.
    /// </summary>
    internal string Shown => $"{Name}=\"{Value}\"" + Source switch
    {
        SettingSource.ServiceFile => $" (service file {Origin})",
        SettingSource.Environment => $" (environment variable {Origin})",
        SettingSource.Default => " (default)",
        _ => "",
    };
}
