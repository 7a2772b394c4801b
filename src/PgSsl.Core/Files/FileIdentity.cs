namespace PgSsl.Files;

/// <summary>
/// Which file it is, whatever it is called. The type belongs to it: a deleted file's number is soon used again, and a link in its
/// place may well have it.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file's number there.</param>
/// <param name="Type">Regular file, link, directory …, as the bits S_IFMT of sys/stat.h.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, int Type);
