namespace PgSsl.RootFiles;

/// <summary>The problems that a root file can have.</summary>
internal enum RootFileProblemKind
{
    /// <summary>It is empty.</summary>
    Empty,
    /// <summary>It is DER, where PEM is needed.</summary>
    Der,
    /// <summary>It is a PKCS #7 message, where PEM certificates are needed.</summary>
    Pkcs7,
    /// <summary>It is UTF-16, as Windows PowerShell's redirection writes it.</summary>
    Utf16,
    /// <summary>It has no PEM block: an HTML page, a text.</summary>
    NoPemBlock,
    /// <summary>It has blocks, but none of them is a certificate or a revocation list.</summary>
    NoCertificate,
    /// <summary>BEGIN or END is not on a line of its own, as when two files are joined without a line break.</summary>
    GluedBlocks,
    /// <summary>A block is damaged.</summary>
    BrokenBlock,
    /// <summary>A certificate is skipped because BEGIN is not at the start of its line.</summary>
    HiddenBlock,
    /// <summary>OpenSSL stops reading at a NUL byte, but more follows.</summary>
    NulByte,
    /// <summary>There is no self-signed certificate in it, so no chain can end here.</summary>
    NoAnchor,
    /// <summary>A certificate is an intermediate, and its root is not in the file.</summary>
    MissingRoot,
    /// <summary>A certificate has expired.</summary>
    Expired,
    /// <summary>A certificate is not valid yet.</summary>
    NotYetValid,
    /// <summary>A certificate is not a CA.</summary>
    NotCa,
    /// <summary>There is a private key in it.</summary>
    PrivateKey,
}
