using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Server.Configuration;

/// <summary>
/// Hides what nobody should see when a configuration file is shown: values that may hold a password, commented out or not. A diff also shows
/// lines around those that change.
/// </summary>
internal static partial class ConfigurationSecrets
{
    /// <summary>The file as text, without these values.</summary>
    public static string Mask(byte[] content) => SecretText.MaskText(Secret().Replace(ServerText.Decode(content), "${name}***"));

    // Connection strings, programs and their arguments (config.sgml); the names of custom parameters are free. The sign may be left out.
    [GeneratedRegex(
        @"^(?<name>[ \t#]*(primary_conninfo|ssl_passphrase_command|archive_command|restore_command|archive_cleanup_command|" +
        @"recovery_end_command|[\w.]*" + SecretText.Name + @"[\w.]*)[ \t]*(=|[ \t'])[ \t]*)[^\r\n]+",
        RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Secret();
}
