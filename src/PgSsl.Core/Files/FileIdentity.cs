namespace PgSsl.Files;

/// <summary>Which file it is, whatever it is called.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file's number there.</param>
public readonly record struct FileIdentity(ulong Device, ulong Inode);
