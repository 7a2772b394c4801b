using PgSsl.Common;

namespace PgSsl.Server.Settings;

/// <summary>What kind of value a server parameter takes.</summary>
internal enum SslParameterKind
{
    /// <summary>on or off, in any of the spellings of bool.c, parse_bool.</summary>
    Switch,
    /// <summary>A file or directory of the server's; relative to the data directory.</summary>
    Path,
    /// <summary>A TLS version.</summary>
    Protocol,
    /// <summary>Text that is compared as it is.</summary>
    Text,
}

/// <summary>A parameter of the server's that is about TLS. All of them take effect by a reload (guc_tables.c: PGC_SIGHUP).</summary>
/// <param name="Name">Its name, in the newest version.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Since">The first major version that has it.</param>
/// <param name="Source">Where PostgreSQL says so.</param>
internal sealed record SslParameter(string Name, SslParameterKind Kind, int Since, string Source)
{
    /// <summary>
    /// What it was called before; newer servers take that name as well (guc.c, map_old_guc_names). Null where it always had its name.
    /// </summary>
    public string? FormerName { get; init; }

    /// <summary>The first major version in which it has its present name.</summary>
    public int RenamedIn { get; init; }

    /// <summary>Whether no value at all is one: no file, no limit.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>What counts where no file sets it; null where that differs from version to version.</summary>
    public string? Default { get; init; }

    /// <summary>Its name in a version.</summary>
    public string NameIn(int major) => FormerName is { } former && major < RenamedIn ? former : Name;

    /// <summary>Whether a name means it.</summary>
    public bool IsCalled(string name) =>
        string.Equals(name, Name, StringComparison.OrdinalIgnoreCase) || string.Equals(name, FormerName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the server takes a value for it; whether files are there is another matter.</summary>
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
    /// <param name="one">A value.</param>
    /// <param name="other">Another one.</param>
    /// <param name="resolve">Makes a path of the server's absolute.</param>
    public bool IsSame(string one, string other, Func<string, string> resolve)
    {
        return Kind switch
        {
            SslParameterKind.Switch => ServerSetting.ParseBoolean(one) is { } truth && truth == ServerSetting.ParseBoolean(other),
            SslParameterKind.Protocol => string.Equals(one, other, StringComparison.OrdinalIgnoreCase),
            SslParameterKind.Path => one == other || (one.Length > 0 && other.Length > 0 && resolve(one) == resolve(other)),
            _ => one == other,
        };
    }
}
