namespace PgSsl.RootFiles;

/// <summary>Which certificate a file should hold, in the words of remedies.</summary>
internal sealed record CertificateWanted
{
    private CertificateWanted(string name, string inPlaceOfRequest, string pkcs12Options) =>
        (Name, InPlaceOfRequest, Pkcs12Options) = (name, inPlaceOfRequest, pkcs12Options);

    /// <summary>The root of a CA.</summary>
    public static CertificateWanted Root { get; } = new(
        "the CA's root certificate", "Give the certificate of the CA that signs the request.", "-cacerts -nokeys -out ca.pem");

    /// <summary>The certificate of a server or client that is to be renewed.</summary>
    public static CertificateWanted Leaf { get; } = new(
        "the certificate to renew", "Give the certificate that the CA issued for it.", "-clcerts -nokeys -out old.crt");

    /// <summary>The answer of a CA to a request.</summary>
    public static CertificateWanted Issued { get; } = new(
        "the certificate that the CA issued", "Give the certificate that the CA issued for it.", "-nokeys -out server.crt");

    /// <summary>Whatever is in a file.</summary>
    public static CertificateWanted Any { get; } = new(
        "certificates or a key", "To see what it asks for: openssl req -noout -text -in FILE", "-nodes -out all.pem");

    /// <summary>What it is.</summary>
    internal string Name { get; }

    /// <summary>What to give instead of a request.</summary>
    internal string InPlaceOfRequest { get; }

    /// <summary>How <c>openssl pkcs12</c> extracts it.</summary>
    internal string Pkcs12Options { get; }

    internal string Remedy => $"Give a PEM or DER file with {Name}.";
}
