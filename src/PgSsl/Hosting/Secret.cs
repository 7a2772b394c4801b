using System.Runtime.InteropServices;
using System.Security;

namespace PgSsl.Hosting;

/// <summary>The characters of a secret that a parameter was given. They are cleared when it is disposed.</summary>
internal sealed class Secret : IDisposable
{
    private Secret(char[]? characters) => Characters = characters;

    /// <summary>The characters; null for no secret.</summary>
    public char[]? Characters { get; }

    /// <summary>Takes the characters out of a secret.</summary>
    /// <param name="secret">The secret; null for none.</param>
    /// <param name="parameter">The parameter that brought it.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.InvalidParameterValue"/>: it is empty.</exception>
    public static Secret Read(SecureString? secret, string parameter)
    {
        if (secret is null)
            return new Secret(null);
        if (secret.Length == 0)
            throw new PgSslException(
                PgSslError.InvalidParameterValue, "The passphrase is empty.", $"Leave out -{parameter} for a key that is not encrypted.");
        char[] characters = new char[secret.Length];
        IntPtr copy = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            Marshal.Copy(copy, characters, 0, characters.Length);
            return new Secret(characters);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(copy);
        }
    }

    /// <summary>Clears the characters.</summary>
    public void Dispose() => Array.Clear(Characters ?? []);
}
