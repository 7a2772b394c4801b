namespace PgSsl.Managers;

/// <summary>What distinguishes a service from a server of one's own. SQL shows it to every role.</summary>
/// <param name="Settings">The names in pg_settings.</param>
/// <param name="Roles">The names in pg_roles.</param>
internal sealed record ManagedServerFacts(IReadOnlyCollection<string> Settings, IReadOnlyCollection<string> Roles)
{
    /// <summary>
    /// The role that initdb created, with OID 10 (pg_authid.dat, BOOTSTRAP_SUPERUSERID). A dump of all roles can bring the names of a service's
    /// roles to any server, but does not change this one. Null where it is not known: then the names alone decide.
    /// </summary>
    public string? BootstrapRole { get; init; }
}
