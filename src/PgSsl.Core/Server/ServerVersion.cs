namespace PgSsl.Server;

/// <summary>A server's version, as in <c>server_version_num</c>.</summary>
/// <param name="Number">Such as 180004 for 18.4.</param>
internal readonly record struct ServerVersion(int Number) : IComparable<ServerVersion>
{
    /// <summary>15, 16 …; for servers older than 10 only the first number.</summary>
    public int Major => Number / 10_000;

    /// <summary>The minor release: 4 of 18.4.</summary>
    public int Minor => Number % 10_000;

    /// <inheritdoc/>
    public int CompareTo(ServerVersion other) => Number.CompareTo(other.Number);

    /// <summary>Whether the server is older.</summary>
    public static bool operator <(ServerVersion left, ServerVersion right) => left.Number < right.Number;

    /// <summary>Whether the server is newer.</summary>
    public static bool operator >(ServerVersion left, ServerVersion right) => left.Number > right.Number;

    /// <summary>Whether the server is older, or has the same version.</summary>
    public static bool operator <=(ServerVersion left, ServerVersion right) => left.Number <= right.Number;

    /// <summary>Whether the server is newer, or has the same version.</summary>
    public static bool operator >=(ServerVersion left, ServerVersion right) => left.Number >= right.Number;

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}";
}
