namespace PgSsl.Managers;

/// <summary>
/// The marks of a service. Settings are the better mark: a dump of all roles includes the service's roles, and brings them to the server where
/// it is restored.
/// </summary>
/// <param name="Manager">The service.</param>
/// <param name="SettingPrefix">How the names of its settings begin; null if it does not have settings.</param>
/// <param name="Role">Its role. It counts if it is the bootstrap role, or if the bootstrap role is not known.</param>
internal sealed record ServerMarks(ConfigurationManager Manager, string? SettingPrefix, string Role)
{
    /// <summary>Whether other services have such settings too (Scaleway runs Aiven's extension), so that the role is needed as well.</summary>
    public bool NeedsBoth { get; init; }

    public bool AreIn(ManagedServerFacts facts)
    {
        bool hasSetting = SettingPrefix is { } prefix && facts.Settings.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));
        if (NeedsBoth)
            return hasSetting && facts.Roles.Contains(Role);
        return hasSetting || (facts.BootstrapRole is { } bootstrap ? bootstrap == Role : facts.Roles.Contains(Role));
    }
}
