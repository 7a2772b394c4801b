using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace PgSsl.Server.Live;

/// <summary>
/// The OpenSSL of a server on this machine, if this process has loaded the very same file: what it says, the server's says. The library is loaded
/// by its name, as the system finds it, and never from the path that the server's process shows: a server's account must not choose the
/// code that runs here.
/// </summary>
internal sealed partial class SharedOpenSsl
{
    // SSL_CTRL_SET_GROUPS_LIST (ssl.h): SSL_CTX_set1_groups_list is a macro.
    private const int SetGroupsList = 92;

    // NID_auth_rsa and NID_auth_ecdsa (obj_mac.h). Those of TLS 1.3 have NID_auth_any.
    private const int RsaAuthentication = 1046;
    private const int EcdsaAuthentication = 1047;

    private readonly nint _library;

    private SharedOpenSsl(nint library) => _library = library;

    private delegate nint NewMethod();

    private delegate nint NewContext(nint method);

    private delegate void FreeObject(nint value);

    private delegate int SetList(nint context, [MarshalAs(UnmanagedType.LPStr)] string list);

    private delegate nint Control(nint context, int command, nint number, [MarshalAs(UnmanagedType.LPStr)] string text);

    private delegate int NameToId([MarshalAs(UnmanagedType.LPStr)] string name);

    private delegate nint NewKey(int id);

    private delegate void ClearErrors();

    private delegate nint OfObject(nint value);

    private delegate int Count(nint stack);

    private delegate nint At(nint stack, int index);

    /// <summary>Finds it.</summary>
    /// <param name="processId">The server's postmaster; null where it is not known.</param>
    /// <returns>Null on other systems than Linux, if the process cannot be examined, or if it has another OpenSSL, or one older than 1.1.0.</returns>
    public static SharedOpenSsl? With(int? processId)
    {
        if (processId is not { } id || !OperatingSystem.IsLinux())
            return null;
        if (FindIn(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/maps")) is not { } theirs
            || !NativeLibrary.TryLoad(theirs.Name, out nint library)
            || !NativeLibrary.TryGetExport(library, "TLS_method", out _))
            return null;
        // Several may be loaded here as well; the one that was loaded by this name is among them.
        return MapsOf("/proc/self/maps").Contains(theirs) ? new SharedOpenSsl(library) : null;
    }

    /// <summary>Whether a list of ciphers leaves any (SSL_CTX_set_cipher_list).</summary>
    public bool TakesCiphers(string list) => InContext(context => Get<SetList>("SSL_CTX_set_cipher_list")(context, list) == 1);

    /// <summary>The ciphers that a list leaves, by OpenSSL's names: those of TLS 1.2 and older, and of TLS 1.3 those of the default.</summary>
    public IReadOnlySet<string> CiphersIn(string list)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        InContext(context =>
        {
            if (Get<SetList>("SSL_CTX_set_cipher_list")(context, list) != 1)
                return false;
            nint stack = Get<OfObject>("SSL_CTX_get_ciphers")(context);
            for (int i = 0, count = Get<Count>("OPENSSL_sk_num")(stack); i < count; i++)
                names.Add(Marshal.PtrToStringUTF8(Get<OfObject>("SSL_CIPHER_get_name")(Get<At>("OPENSSL_sk_value")(stack, i)))!);
            return true;
        });
        return names;
    }

    /// <summary>Whether a list leaves a cipher for TLS 1.2 or older with which a server shows its RSA key, or one on an elliptic curve.</summary>
    public bool HasCipherFor(string list, bool isRsa) => InContext(context =>
    {
        if (Get<SetList>("SSL_CTX_set_cipher_list")(context, list) != 1)
            return false;
        nint stack = Get<OfObject>("SSL_CTX_get_ciphers")(context);
        int count = Get<Count>("OPENSSL_sk_num")(stack);
        return Enumerable.Range(0, count).Any(index =>
            Get<Count>("SSL_CIPHER_get_auth_nid")(Get<At>("OPENSSL_sk_value")(stack, index)) == (isRsa ? RsaAuthentication : EcdsaAuthentication));
    });

    /// <summary>Whether it knows all of these cipher suites (SSL_CTX_set_ciphersuites).</summary>
    public bool TakesTls13Ciphers(string list) => InContext(context => Get<SetList>("SSL_CTX_set_ciphersuites")(context, list) == 1);

    /// <summary>Whether it has all of these groups (SSL_CTX_set1_groups_list).</summary>
    public bool TakesGroups(string list) => InContext(context => Get<Control>("SSL_CTX_ctrl")(context, SetGroupsList, 0, list) == 1);

    /// <summary>
    /// Whether it has this elliptic curve (EC_KEY_new_by_curve_name), also as a group of TLS. With one that is none, such as secp112r1, the server
    /// starts and uses its own: it does not look at what SSL_CTX_set_tmp_ecdh says.
    /// </summary>
    public bool TakesCurve(string name) => TakesGroups(name) && InContext(_ =>
    {
        // be-secure-openssl.c before 18, initialize_ecdh.
        if (Get<NameToId>("OBJ_sn2nid")(name) is not (not 0 and var id) || Get<NewKey>("EC_KEY_new_by_curve_name")(id) is not (not 0 and var key))
            return false;
        Get<FreeObject>("EC_KEY_free")(key);
        return true;
    });

    private bool InContext(Func<nint, bool> ask)
    {
        nint context = Get<NewContext>("SSL_CTX_new")(Get<NewMethod>("TLS_method")());
        if (context == 0)
            throw new InvalidOperationException("OpenSSL makes no context.");
        try
        {
            return ask(context);
        }
        finally
        {
            Get<FreeObject>("SSL_CTX_free")(context);
            // .NET asks the same queue after its own calls.
            Get<ClearErrors>("ERR_clear_error")();
        }
    }

    private T Get<T>(string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(_library, name));

    private static MappedFile? FindIn(string maps) => MapsOf(maps) is [var only] ? only : null;

    /// <summary>The files of libssl that a process has loaded (proc_pid_maps(5)).</summary>
    private static MappedFile[] MapsOf(string path)
    {
        try
        {
            return [.. File.ReadLines(path)
                .Select(line => MappedLibssl().Match(line))
                .Where(match => match.Success)
                .Select(match => new MappedFile(match.Groups["device"].Value, match.Groups["inode"].Value, match.Groups["name"].Value))
                .Distinct()];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // A file that was replaced since has " (deleted)" behind its name.
    [GeneratedRegex(@"^\S+ \S+ \S+ (?<device>\S+) (?<inode>[0-9]+) +/\S*/(?<name>libssl\.so\.[0-9.]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex MappedLibssl();

    private sealed record MappedFile(string Device, string Inode, string Name);
}
