namespace PgSsl.Managers;

/// <summary>
/// What a service is told by. Settings are the better mark: a dump of all roles takes the service's along, and whoever restores it has
/// them on a server of his own.
/// </summary>
/// <param name="Manager">The service.</param>
/// <param name="SettingPrefix">How the names of its settings begin; null if it has none.</param>
/// <param name="Role">Its role; it counts if it is the bootstrap role, or if that one is not known.</param>
internal sealed record ServerMarks(ConfigurationManager Manager, string? SettingPrefix, string Role)
{
    /// <summary>Whether others have such settings as well (Scaleway runs Aiven's extension), so that the role must be there too.</summary>
    public bool NeedsBoth { get; init; }

    public bool AreIn(ManagedServerFacts facts)
    {
        bool hasSetting = SettingPrefix is { } prefix && facts.Settings.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));
        if (NeedsBoth)
            return hasSetting && facts.Roles.Contains(Role);
        return hasSetting || (facts.BootstrapRole is { } bootstrap ? bootstrap == Role : facts.Roles.Contains(Role));
    }
}
