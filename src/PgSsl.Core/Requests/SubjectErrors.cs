using PgSsl.Certificates;
using PgSsl.Common;

namespace PgSsl.Requests;

/// <summary>The errors for a wrong subject.</summary>
internal static class SubjectErrors
{
    /// <summary>A certificate cannot have this value of an attribute.</summary>
    public static PgSslException Attribute(AttributeType type, string what, string remedy) =>
        new(PgSslError.InvalidSubject, $"The {type.Name} {what}.", remedy);

    /// <summary>A text is not a subject.</summary>
    public static PgSslException Text(string text, string what) => new(
        PgSslError.InvalidSubject,
        $"The subject \"{PrintableText.Of(text)}\" cannot be read: {what}.",
        @"Write it as in RFC 4514, CN=db1.example.com,O=ACME\, Inc.,C=US, or as for openssl, /C=US/O=ACME, Inc./CN=db1.example.com.");
}
