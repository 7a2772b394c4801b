using PgSsl.Certificates;

namespace PgSsl.Requests;

/// <summary>What is wrong with a subject.</summary>
internal static class SubjectErrors
{
    /// <summary>One attribute has a value that certificates cannot have.</summary>
    public static PgSslException Attribute(AttributeType type, string what, string remedy) =>
        new(PgSslError.InvalidSubject, $"The {type.Name} {what}.", remedy);

    /// <summary>A text is no subject.</summary>
    public static PgSslException Text(string text, string what) => new(
        PgSslError.InvalidSubject,
        $"The subject \"{CertificateNames.Printable(text)}\" cannot be read: {what}.",
        @"Write it as RFC 4514 does, CN=db1.example.com,O=ACME\, Inc.,C=US, or as openssl does, /C=US/O=ACME, Inc./CN=db1.example.com.");
}
