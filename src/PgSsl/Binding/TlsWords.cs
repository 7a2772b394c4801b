using System.Management.Automation;
using PgSsl.Common;

namespace PgSsl.Binding;

/// <summary>The words of the server's TLS parameters.</summary>
internal static class TlsWords
{
    public static readonly string[] Protocols = ["TLSv1.2", "TLSv1.3", "TLSv1.1", "TLSv1"];

    // What OpenSSL 3 knows and clients have (openssl list -kem-algorithms, SSL_CTX_set1_groups_list).
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
public sealed class TlsProtocolCompleter() : WordCompleter(TlsWords.Protocols);

/// <summary>Completes groups for the key exchange.</summary>
public sealed class TlsGroupCompleter() : WordCompleter(TlsWords.Groups);
