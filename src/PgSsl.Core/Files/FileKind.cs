using System.Text;

namespace PgSsl.Files;

/// <summary>
/// What a file is, and so what it may hold before it is written. Its name can lead to any file of the machine: whoever configures a server
/// decides where ssl_cert_file leads to.
/// </summary>
internal sealed class FileKind
{
    private readonly Func<string, bool> _isIts;

    private FileKind(string name, string content, Func<string, bool> isIts) => (Name, Content, _isIts) = (name, content, isIts);

    /// <summary>Anything.</summary>
    public static FileKind Any { get; } = new("Any", "anything", _ => true);

    /// <summary>A server's certificate.</summary>
    public static FileKind Certificate { get; } = new("Certificate", "certificates", text => IsDer(text) || HasBlock(text, IsCertificate));

    /// <summary>A root file. It may hold comments only, after its last root was removed.</summary>
    public static FileKind Roots { get; } = new(
        "Roots", "certificates", text => IsDer(text) || HasBlock(text, label => IsCertificate(label) || label is "X509 CRL" or "PKCS7" or "CMS")
            || Lines(text).All(IsComment));

    /// <summary>A private key.</summary>
    public static FileKind PrivateKey { get; } = new(
        "PrivateKey", "a private key", text => IsDer(text) || HasBlock(text, label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)));

    /// <summary>A certificate signing request, or the certificate that came of one.</summary>
    public static FileKind RequestOrCertificate { get; } = new(
        "Request", "a certificate or a request for one",
        text => IsDer(text) || HasBlock(text, label => IsCertificate(label) || label.EndsWith("CERTIFICATE REQUEST", StringComparison.Ordinal)));

    /// <summary>A configuration file. Its own parser has read it before, and refuses what it does not understand.</summary>
    public static FileKind Configuration { get; } = new("Configuration", "text", text => !text.Contains('\0', StringComparison.Ordinal));

    /// <summary>pg_service.conf.</summary>
    public static FileKind Services { get; } = new(
        "Services", "services",
        text => !text.Contains('\0', StringComparison.Ordinal) && (Lines(text).Any(line => line.StartsWith('[')) || Lines(text).All(IsComment)));

    /// <summary>Metrics of PgSsl in Prometheus's text format.</summary>
    public static FileKind Metrics { get; } = new("Metrics", "metrics of PgSsl", text => text.StartsWith("# HELP pgssl_", StringComparison.Ordinal));

    /// <summary>The line of a check for Nagios.</summary>
    public static FileKind NagiosLine { get; } = new(
        "NagiosLine", "the line of a check",
        text => Array.Exists(["OK", "WARNING", "CRITICAL", "UNKNOWN"], state => text.StartsWith($"{state} - ", StringComparison.Ordinal)));

    /// <summary>Its name in records and results: Certificate, PrivateKey …</summary>
    public string Name { get; }

    /// <summary>What it holds, in words.</summary>
    public string Content { get; }

    /// <summary>The kind with a name; null if there is none.</summary>
    public static FileKind? Find(string name) => Array.Find(
        [Any, Certificate, Roots, PrivateKey, RequestOrCertificate, Configuration, Services, Metrics, NagiosLine], kind => kind.Name == name);

    /// <summary>The kind of a file of which only the content is known.</summary>
    public static FileKind Of(ReadOnlySpan<byte> content)
    {
        string text = Encoding.Latin1.GetString(content);
        return HasBlock(text, label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)) ? PrivateKey
            : HasBlock(text, IsCertificate) ? Certificate
            : HasBlock(text, label => label.EndsWith("CERTIFICATE REQUEST", StringComparison.Ordinal)) ? RequestOrCertificate
            : !IsDer(text) && Configuration._isIts(text) ? Configuration
            : Any;
    }

    /// <summary>Whether a content can be replaced by one of this kind: it is of this kind, or empty.</summary>
    public bool Accepts(ReadOnlySpan<byte> content)
    {
        // Latin 1 keeps every byte.
        string text = Encoding.Latin1.GetString(content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content);
        return Lines(text).All(string.IsNullOrWhiteSpace) || _isIts(text);
    }

    // The tag of a sequence with a length of two or three bytes: each certificate and key is longer than 127 bytes, except keys of Ed25519.
    private static bool IsDer(string text) =>
        text.Length > 2 && text[0] == '\x30' && (text[1] is '\x81' or '\x82' or '\x83' || text.Length == text[1] + 2);

    /// <summary>The line begins a PEM block, as OpenSSL sees it. A mark within a line is a stranger's text in a file of another kind.</summary>
    private static bool HasBlock(string text, Func<string, bool> isIts)
    {
        const string Begin = "-----BEGIN ", End = "-----";
        return Lines(text).Any(line =>
            line.StartsWith(Begin, StringComparison.Ordinal) && line.TrimEnd() is var mark && mark.EndsWith(End, StringComparison.Ordinal)
            && mark.Length > Begin.Length + End.Length && isIts(mark[Begin.Length..^End.Length]));
    }

    private static bool IsCertificate(string label) => label is "CERTIFICATE" or "X509 CERTIFICATE" or "TRUSTED CERTIFICATE";

    private static bool IsComment(string line) => line.AsSpan().Trim() is [] or ['#', ..];

    private static string[] Lines(string text) => text.Split('\n');
}
