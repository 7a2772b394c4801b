namespace PgSsl.Files;

/// <summary>
/// The identity of a file, independent of its name. The type is part of it: the number of a deleted file is soon used again, perhaps by a link
/// in its place.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file's number in it.</param>
/// <param name="Type">Regular file, link, directory …, as the bits S_IFMT of sys/stat.h.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, int Type);
