using System.Text.RegularExpressions;
using PgSsl.Common;

namespace PgSsl.Server.Configuration;

/// <summary>
/// What nobody should see of a configuration file that is shown: values that may hold a password, commented out or not. A diff has lines
/// around those that change.
/// </summary>
internal static partial class ConfigurationSecrets
{
    /// <summary>The file as text, without them.</summary>
    public static string Mask(byte[] content) => Secret().Replace(ServerText.Decode(content), "${name}***");

    // Connection strings, programs and their arguments (config.sgml); custom parameters are named as their authors like.
    [GeneratedRegex(
        @"^(?<name>[ \t#]*(primary_conninfo|ssl_passphrase_command|archive_command|restore_command|archive_cleanup_command|recovery_end_command|[\w.]*(password|secret|token)[\w.]*)[ \t]*(=|[ \t'])[ \t]*)[^\r\n]+",
        RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Secret();
}
