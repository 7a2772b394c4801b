using System.Buffers.Binary;

namespace PgSsl.Files;

/// <summary>
/// A POSIX access list, as Linux stores it (include/uapi/linux/posix_acl_xattr.h): a version, then entries of tag, permissions and id. A mode's
/// group bits are then the list's mask, which is the most that named users and groups can get (acl(5)).
/// </summary>
internal sealed class PosixAccessList
{
    // linux/posix_acl.h
    private const ushort User = 0x02;
    private const ushort OwnGroup = 0x04;
    private const ushort Group = 0x08;
    private const ushort Mask = 0x10;

    private const int Version = 2;
    private const int HeaderLength = 4;
    private const int EntryLength = 8;
    private const ushort All = 7;

    private readonly List<(ushort Tag, ushort Permissions, uint Id)> _entries;

    private PosixAccessList(List<(ushort Tag, ushort Permissions, uint Id)> entries) => _entries = entries;

    /// <summary>Reads a list; null where it has another form.</summary>
    public static PosixAccessList? Parse(ReadOnlySpan<byte> value)
    {
        bool isComplete = value.Length >= HeaderLength && (value.Length - HeaderLength) % EntryLength == 0;
        if (!isComplete || BinaryPrimitives.ReadInt32LittleEndian(value) != Version)
            return null;
        var entries = new List<(ushort, ushort, uint)>();
        for (ReadOnlySpan<byte> rest = value[HeaderLength..]; !rest.IsEmpty; rest = rest[EntryLength..])
            entries.Add((
                BinaryPrimitives.ReadUInt16LittleEndian(rest), BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]),
                BinaryPrimitives.ReadUInt32LittleEndian(rest[4..])));
        return new PosixAccessList(entries);
    }

    /// <summary>
    /// Whether the list gives an account a permission, which is neither the file's owner nor root (acl(5), access check algorithm): its own
    /// entry decides; otherwise any of its groups' entries; otherwise null, and the mode's bits for others decide.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="ownGroup">The group of the file.</param>
    /// <param name="permission">4 to read, 2 to write, 1 to execute.</param>
    public bool? Allows(UnixAccount account, uint ownGroup, int permission)
    {
        int mask = _entries.Find(entry => entry.Tag == Mask) is { Tag: Mask } limit ? limit.Permissions : All;
        if (_entries.FindIndex(entry => entry.Tag == User && entry.Id == account.UserId) is var own and >= 0)
            return (_entries[own].Permissions & mask & permission) != 0;
        var groups = _entries.FindAll(entry =>
            (entry.Tag == OwnGroup && account.GroupIds.Contains(ownGroup)) || (entry.Tag == Group && account.GroupIds.Contains(entry.Id)));
        return groups.Count == 0 ? null : groups.Exists(entry => (entry.Permissions & mask & permission) != 0);
    }
}
