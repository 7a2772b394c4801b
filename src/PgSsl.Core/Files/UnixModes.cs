namespace PgSsl.Files;

/// <summary>File modes by their purpose.</summary>
internal static class UnixModes
{
    /// <summary>0600.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0644.</summary>
    public const UnixFileMode ReadableByAll = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>0700.</summary>
    public const UnixFileMode PrivateDirectory = Private | UnixFileMode.UserExecute;

    /// <summary>0777.</summary>
    public const UnixFileMode AllPermissions = PrivateDirectory | (UnixFileMode)0x3F;

    /// <summary>A mode, as chmod writes it: <c>0640</c>.</summary>
    public static string Text(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8);
}
