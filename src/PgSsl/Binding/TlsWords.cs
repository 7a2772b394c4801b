using System.Management.Automation;
using PgSsl.Common;

namespace PgSsl.Binding;

/// <summary>The words of the server's TLS parameters.</summary>
internal static class TlsWords
{
    public static readonly string[] Protocols = ["TLSv1.2", "TLSv1.3", "TLSv1.1", "TLSv1"];

    // What OpenSSL 3 knows and clients have (openssl list -kem-algorithms, SSL_CTX_set1_groups_list).
    /// <summary>Strings of ciphers that make sense as a whole: PostgreSQL's default, and stricter ones.</summary>
    public static readonly string[] Ciphers = ["HIGH:MEDIUM:+3DES:!aNULL", "HIGH:!aNULL", "ECDHE+AESGCM:ECDHE+CHACHA20"];

    public static readonly string[] Tls13Ciphers = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];

    public static readonly string[] Groups = ["X25519", "prime256v1", "secp384r1", "secp521r1", "X448", "X25519MLKEM768"];
}

/// <summary>A TLS version as the server spells it (<c>TLSv1.2</c>). <c>Tls12</c> and <c>1.2</c> are accepted as well.</summary>
public sealed class TlsProtocolTransformationAttribute() : WordTransformationAttribute(TlsWords.Protocols)
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        string text = inputData?.ToString() ?? "";
        return base.Transform(engineIntrinsics, TlsVersions.TryParse(text, out TlsVersion version) ? version.Name() : text);
    }
}

/// <summary>Completes TLS versions. Those that should be used come first.</summary>
public sealed class TlsProtocolCompleter() : WordCompleter(TlsWords.Protocols, WordMeanings.Protocols);

/// <summary>Completes groups for the key exchange.</summary>
public sealed class TlsGroupCompleter() : WordCompleter(TlsWords.Groups, WordMeanings.Groups);

/// <summary>Completes ciphers up to TLS 1.2, as OpenSSL's list of them.</summary>
public sealed class CipherCompleter() : WordCompleter(TlsWords.Ciphers, WordMeanings.Ciphers);

/// <summary>Completes cipher suites of TLS 1.3.</summary>
public sealed class Tls13CipherCompleter() : WordCompleter(TlsWords.Tls13Ciphers, WordMeanings.Ciphers);
