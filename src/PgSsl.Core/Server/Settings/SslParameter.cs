using PgSsl.Common;

namespace PgSsl.Server.Settings;

/// <summary>The kind of value of a server parameter.</summary>
internal enum SslParameterKind
{
    /// <summary>on or off, in any spelling of bool.c, parse_bool.</summary>
    Switch,
    /// <summary>A file or directory of the server, relative to the data directory.</summary>
    Path,
    /// <summary>A TLS version.</summary>
    Protocol,
    /// <summary>Text that is compared literally.</summary>
    Text,
}

/// <summary>A server parameter for TLS. All of them take effect on a reload (guc_tables.c: PGC_SIGHUP).</summary>
/// <param name="Name">Its name, in the newest version.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Since">The first major version that has it.</param>
/// <param name="Source">Where PostgreSQL defines it.</param>
internal sealed record SslParameter(string Name, SslParameterKind Kind, int Since, string Source)
{
    /// <summary>
    /// Its former name, which newer servers accept as well (guc.c, map_old_guc_names). Null where it was never renamed.
    /// </summary>
    public string? FormerName { get; init; }

    /// <summary>The first major version in which it has its present name.</summary>
    public int RenamedIn { get; init; }

    /// <summary>Whether it may be empty, which means no file or no limit.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>Its value if no file sets it; null where that depends on the version.</summary>
    public string? Default { get; init; }

    /// <summary>Its name in a version.</summary>
    public string NameIn(int major) => FormerName is { } former && major < RenamedIn ? former : Name;

    /// <summary>Whether a name is one of its names.</summary>
    public bool IsCalled(string name) =>
        string.Equals(name, Name, StringComparison.OrdinalIgnoreCase) || string.Equals(name, FormerName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the server accepts a value for it. Whether files exist is not checked.</summary>
    public bool Accepts(string value)
    {
        return Kind switch
        {
            SslParameterKind.Switch => ServerSetting.ParseBoolean(value) is not null,
            SslParameterKind.Protocol => (MayBeEmpty && value.Length == 0) || TlsVersions.FromName(value) is not null,
            _ => true,
        };
    }

    /// <summary>Whether two values mean the same to the server.</summary>
    /// <param name="value">A value.</param>
    /// <param name="other">Another value.</param>
    /// <param name="resolve">Makes a path of the server absolute.</param>
    public bool IsSame(string value, string other, Func<string, string> resolve)
    {
        return Kind switch
        {
            SslParameterKind.Switch => ServerSetting.ParseBoolean(value) is { } truth && truth == ServerSetting.ParseBoolean(other),
            SslParameterKind.Protocol => string.Equals(value, other, StringComparison.OrdinalIgnoreCase),
            SslParameterKind.Path => value == other || (value.Length > 0 && other.Length > 0 && resolve(value) == resolve(other)),
            _ => value == other,
        };
    }
}
