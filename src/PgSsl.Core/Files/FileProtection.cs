namespace PgSsl.Files;

/// <summary>Who may use a file. A replaced file keeps its owner, group and mode as far as this allows.</summary>
/// <remarks><see cref="OwnedBy"/> gives it to another owner.</remarks>
internal sealed record FileProtection
{
    private FileProtection()
    {
    }

    /// <summary>A file that everybody may read: a certificate, a request (0644).</summary>
    public static FileProtection Public { get; } = new();

    /// <summary>A file with a secret: only its owner may use it (0600).</summary>
    /// <param name="serviceAccount">
    /// On Windows, the name or SID of an account that may read it besides owner, SYSTEM and Administrators. A replaced file keeps its access list,
    /// without the entries for everybody (<see cref="AccessList.OfKey"/>).
    /// </param>
    public static FileProtection PrivateKey(string? serviceAccount = null) => new() { IsPrivate = true, ServiceAccount = serviceAccount };

    /// <summary>Exactly that of the file whose content it holds: of a backup, and of everything that is put back.</summary>
    internal static FileProtection Same { get; } = new() { IsSame = true };

    /// <summary>Whether nothing about the old protection changes, not even what is too much.</summary>
    internal bool IsSame { get; private init; }

    /// <summary>Whether only the owner may use it.</summary>
    public bool IsPrivate { get; private init; }

    /// <summary>On Windows, an account that may read it besides owner, SYSTEM and Administrators.</summary>
    public string? ServiceAccount { get; private init; }

    /// <summary>The same for a file that is to belong to an account, whoever owned it before. Only root may give files to other accounts.</summary>
    public FileProtection OwnedBy(UnixAccount account)
    {
        return this with { Owner = account.Owner };
    }

    /// <summary>The new owner; null to keep the owner, or for a new file whoever writes it.</summary>
    internal UnixOwner? Owner { get; private init; }

    /// <summary>The mode of a new file.</summary>
    internal UnixFileMode NewMode => IsPrivate ? UnixModes.Private : UnixModes.ReadableByAll;

    /// <summary>
    /// The mode of a file that replaces another. PostgreSQL accepts a key that root owns with group read, as on Debian (be-secure-common.c,
    /// check_ssl_key_file_permissions).
    /// </summary>
    internal UnixFileMode ModeInPlaceOf(UnixFileMode mode, bool ownedByRoot)
    {
        // Bits such as set-user-id are never given to another content.
        mode &= UnixModes.AllPermissions;
        if (!IsPrivate)
            return mode;
        UnixFileMode allowed = ownedByRoot ? UnixModes.Private | UnixFileMode.GroupRead : UnixModes.Private;
        return (mode & allowed) | UnixModes.Private;
    }
}
