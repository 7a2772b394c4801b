using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using PgSsl.Files;

namespace PgSsl.Backups;

/// <summary>The server that a changed file belongs to, as far as it is known.</summary>
internal sealed record BackupServer
{
    private const string VersionFile = "PG_VERSION";

    /// <summary>The number that initdb gave it, which its standbys and its base backups share; null if it is not known.</summary>
    public string? SystemIdentifier { get; init; }

    /// <summary>Its data directory, without links; null if it is not known.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>host:port, or the directory of its socket; null if no server was asked.</summary>
    public string? Endpoint { get; init; }

    /// <summary>A server.</summary>
    /// <param name="dataDirectory">Its data directory on this machine; null if it is not here, or not known.</param>
    /// <param name="endpoint">Its name in results; null if no server was asked.</param>
    public static BackupServer Of(string? dataDirectory, string? endpoint) => new()
    {
        SystemIdentifier = dataDirectory is null ? null : ReadIdentifier(dataDirectory),
        DataDirectory = dataDirectory is null ? null : TryReal(dataDirectory),
        Endpoint = endpoint,
    };

    /// <summary>The server whose data directory a file is in; null if it is in none.</summary>
    public static BackupServer? Around(string path) => DirectoryAround(path) is { } directory ? Of(directory, null) : null;

    /// <summary>The data directory that a path is in, by PG_VERSION in it; null if it is in none.</summary>
    public static string? DirectoryAround(string path)
    {
        for (string? above = Path.GetDirectoryName(TryReal(path)); above is not null; above = Path.GetDirectoryName(above))
            if (File.Exists(Path.Combine(above, VersionFile)))
                return above;
        return null;
    }

    /// <summary>Why this is another server than that of a record, as the end of a sentence; null if nothing says so.</summary>
    public string? DifferenceFrom(BackupServer recorded)
    {
        if (SystemIdentifier is not null && recorded.SystemIdentifier is not null && SystemIdentifier != recorded.SystemIdentifier)
            return $"the system identifier {recorded.SystemIdentifier}, and this server has {SystemIdentifier}";
        if (DataDirectory is not null && recorded.DataDirectory is not null && !RealPath.Comparer.Equals(DataDirectory, recorded.DataDirectory))
            return $"the data directory {recorded.DataDirectory}, and this server has {DataDirectory}";
        return null;
    }

    /// <summary>Whether it is certain that both are the same.</summary>
    public bool IsSurely(BackupServer? other) =>
        other is not null && SystemIdentifier is not null && SystemIdentifier == other.SystemIdentifier
        && DataDirectory is not null && other.DataDirectory is not null && RealPath.Comparer.Equals(DataDirectory, other.DataDirectory);

    /// <summary>The first field of global/pg_control (pg_control.h, ControlFileData.system_identifier), in the machine's byte order.</summary>
    private static string? ReadIdentifier(string dataDirectory)
    {
        try
        {
            using SafeFileHandle file = RegularFile.Open(Path.Combine(dataDirectory, "global", "pg_control"), followsLink: false);
            Span<byte> field = stackalloc byte[sizeof(ulong)];
            if (RandomAccess.Read(file, field, 0) < field.Length)
                return null;
            ulong number = BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(field) : BinaryPrimitives.ReadUInt64BigEndian(field);
            return number == 0 ? null : number.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string TryReal(string path)
    {
        try
        {
            return RealPath.Of(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Path.GetFullPath(path);
        }
    }
}
