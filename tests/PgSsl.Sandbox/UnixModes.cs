namespace PgSsl.Sandbox;

/// <summary>The file modes that the sandbox uses.</summary>
internal static class UnixModes
{
    /// <summary>0600.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0700.</summary>
    public const UnixFileMode PrivateDirectory = Private | UnixFileMode.UserExecute;

    /// <summary>0755.</summary>
    public const UnixFileMode Executable = PrivateDirectory
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
}
