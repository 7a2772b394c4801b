namespace PgSsl.Asn1;

/// <summary>Why OpenSSL stops reading a PEM file (crypto/pem/pem_lib.c); the names are its reasons.</summary>
internal enum PemFault
{
    /// <summary>There is no (further) BEGIN line: the normal end of a file, or a file that is not PEM.</summary>
    NoStartLine,
    /// <summary>The END line is missing, is not on a line of its own, or names another kind of block.</summary>
    BadEndLine,
    /// <summary>The lines between BEGIN and END are not base64.</summary>
    BadBase64,
    /// <summary>There is nothing between BEGIN and END.</summary>
    EmptyBlock,
}
