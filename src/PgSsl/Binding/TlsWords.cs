using System.Management.Automation;

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
        string digits = string.Concat(text.Where(char.IsAsciiDigit));
        bool isOther = text.Any(c => !char.IsAsciiDigit(c) && !"TLSVtlsv. ".Contains(c));
        string version = digits switch { "1" or "10" => "TLSv1", "11" => "TLSv1.1", "12" => "TLSv1.2", "13" => "TLSv1.3", _ => text };
        return base.Transform(engineIntrinsics, isOther ? text : version);
    }
}

/// <summary>Completes TLS versions. Those that should be used come first.</summary>
public sealed class TlsProtocolCompleter() : WordCompleter(TlsWords.Protocols);

/// <summary>Completes groups for the key exchange.</summary>
public sealed class TlsGroupCompleter() : WordCompleter(TlsWords.Groups);
