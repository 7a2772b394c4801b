using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>
/// The judge: OpenSSL 3.0 itself, set up as libpq sets it up (fe-secure-openssl.c, initialize_SSL; ssl/ssl_cert.c, ssl_verify_cert_chain). It
/// takes a hundredth of the time of the openssl program.
/// </summary>
public static class LibCrypto
{
    private const string Library = "libcrypto.so.3";
    private const int SecurityLevel = 2;

    // X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL
    private const ulong CheckCrls = 0x4 | 0x8;

    /// <summary>Why it cannot judge; null if it can.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>What it says of a chain: an error number and a depth; (0, 0) for a good one.</summary>
    /// <param name="served">The certificates, leaf first. Null is returned where one of them cannot be read: then there is no handshake.</param>
    /// <param name="rootFile">sslrootcert. Null is returned where it is not loaded.</param>
    /// <param name="crlFile">sslcrl; one that is not loaded is ignored.</param>
    /// <param name="at">The time.</param>
    public static (int Error, int Depth)? Verify(IReadOnlyList<byte[]> served, string rootFile, string? crlFile, DateTimeOffset at)
    {
        var certificates = new List<nint>();
        nint store = X509_STORE_new(), sent = OPENSSL_sk_new_null(), context = X509_STORE_CTX_new();
        try
        {
            if (X509_STORE_load_file(store, Text(rootFile)) != 1)
                return null;
            if (crlFile is not null && X509_STORE_load_file(store, Text(crlFile)) == 1)
                X509_STORE_set_flags(store, CheckCrls);
            foreach (byte[] der in served)
            {
                if (Read(der) is not { } certificate)
                    return null;
                certificates.Add(certificate);
                OPENSSL_sk_push(sent, certificate);
            }
            X509_STORE_CTX_init(context, store, certificates[0], sent);
            X509_STORE_CTX_set_default(context, Text("ssl_server"));
            nint parameters = X509_STORE_CTX_get0_param(context);
            X509_VERIFY_PARAM_set_auth_level(parameters, SecurityLevel);
            X509_VERIFY_PARAM_set_time(parameters, at.ToUnixTimeSeconds());
            bool isGood = X509_verify_cert(context) > 0;
            return isGood ? (0, 0) : (X509_STORE_CTX_get_error(context), X509_STORE_CTX_get_error_depth(context));
        }
        finally
        {
            X509_STORE_CTX_free(context);
            OPENSSL_sk_free(sent);
            certificates.ForEach(X509_free);
            X509_STORE_free(store);
            ERR_clear_error();
        }
    }

    /// <summary>How many certificates and CRLs it loads from a file; -1 where it loads none of it.</summary>
    public static int Load(string path)
    {
        nint store = X509_STORE_new();
        try
        {
            return X509_STORE_load_file(store, Text(path)) == 1 ? OPENSSL_sk_num(X509_STORE_get0_objects(store)) : -1;
        }
        finally
        {
            X509_STORE_free(store);
            ERR_clear_error();
        }
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static nint? Read(byte[] der)
    {
        nint copy = Marshal.AllocHGlobal(der.Length);
        try
        {
            Marshal.Copy(der, 0, copy, der.Length);
            nint position = copy;
            nint certificate = d2i_X509(0, ref position, der.Length);
            return certificate == 0 ? null : certificate;
        }
        finally
        {
            Marshal.FreeHGlobal(copy);
        }
    }

    private static string? FindMissing()
    {
        if (!NativeLibrary.TryLoad(Library, out nint handle))
            return "libcrypto.so.3 is not installed.";
        string version = Marshal.PtrToStringUTF8(OpenSSL_version(0))!;
        NativeLibrary.Free(handle);
        return version.StartsWith("OpenSSL 3.0.", StringComparison.Ordinal) ? null : $"libcrypto is {version}, and the rules are those of 3.0.";
    }

#pragma warning disable IDE1006 // The names are OpenSSL's.
    [DllImport(Library)]
    private static extern nint OpenSSL_version(int type);

    [DllImport(Library)]
    private static extern nint X509_STORE_new();

    [DllImport(Library)]
    private static extern void X509_STORE_free(nint store);

    [DllImport(Library)]
    private static extern int X509_STORE_load_file(nint store, byte[] path);

    [DllImport(Library)]
    private static extern void X509_STORE_set_flags(nint store, ulong flags);

    [DllImport(Library)]
    private static extern nint X509_STORE_get0_objects(nint store);

    [DllImport(Library)]
    private static extern nint X509_STORE_CTX_new();

    [DllImport(Library)]
    private static extern void X509_STORE_CTX_free(nint context);

    [DllImport(Library)]
    private static extern void X509_STORE_CTX_init(nint context, nint store, nint certificate, nint untrusted);

    [DllImport(Library)]
    private static extern void X509_STORE_CTX_set_default(nint context, byte[] name);

    [DllImport(Library)]
    private static extern nint X509_STORE_CTX_get0_param(nint context);

    [DllImport(Library)]
    private static extern int X509_STORE_CTX_get_error(nint context);

    [DllImport(Library)]
    private static extern int X509_STORE_CTX_get_error_depth(nint context);

    [DllImport(Library)]
    private static extern void X509_VERIFY_PARAM_set_auth_level(nint parameters, int level);

    [DllImport(Library)]
    private static extern void X509_VERIFY_PARAM_set_time(nint parameters, long time);

    [DllImport(Library)]
    private static extern int X509_verify_cert(nint context);

    [DllImport(Library)]
    private static extern nint d2i_X509(nint certificate, ref nint input, nint length);

    [DllImport(Library)]
    private static extern void X509_free(nint certificate);

    [DllImport(Library)]
    private static extern nint OPENSSL_sk_new_null();

    [DllImport(Library)]
    private static extern void OPENSSL_sk_push(nint stack, nint item);

    [DllImport(Library)]
    private static extern int OPENSSL_sk_num(nint stack);

    [DllImport(Library)]
    private static extern void OPENSSL_sk_free(nint stack);

    [DllImport(Library)]
    private static extern void ERR_clear_error();
#pragma warning restore IDE1006
}
