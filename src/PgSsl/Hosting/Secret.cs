using System.Runtime.InteropServices;
using System.Security;

namespace PgSsl.Hosting;

/// <summary>Secrets as cmdlets take them.</summary>
internal static class Secret
{
    /// <summary>The characters of a secret, which the caller clears; null for none.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="parameter">Where it was given.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: it is empty.</exception>
    public static char[]? CharactersOf(SecureString? secret, string parameter)
    {
        if (secret is null)
            return null;
        if (secret.Length == 0)
            throw new PgSslException(
                PgSslError.InvalidParameterValue, "The passphrase is empty.", $"Leave out -{parameter} for a key that is not encrypted.");
        char[] characters = new char[secret.Length];
        IntPtr copy = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            Marshal.Copy(copy, characters, 0, characters.Length);
            return characters;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(copy);
        }
    }
}
