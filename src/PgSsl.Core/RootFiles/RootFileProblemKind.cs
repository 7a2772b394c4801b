namespace PgSsl.RootFiles;

/// <summary>What can be the matter with a root file.</summary>
internal enum RootFileProblemKind
{
    /// <summary>It is empty.</summary>
    Empty,
    /// <summary>It is DER, where PEM is needed.</summary>
    Der,
    /// <summary>It is a PKCS #7 message, where PEM certificates are needed.</summary>
    Pkcs7,
    /// <summary>It is UTF-16: Windows PowerShell's redirection writes that.</summary>
    Utf16,
    /// <summary>It has no PEM block: an HTML page, a text.</summary>
    NoPemBlock,
    /// <summary>It has blocks, and none is a certificate or a revocation list.</summary>
    NoCertificate,
    /// <summary>BEGIN or END is not on a line of its own, as when two files are joined without a line break.</summary>
    GluedBlocks,
    /// <summary>A block is damaged.</summary>
    BrokenBlock,
    /// <summary>A certificate is passed over because BEGIN is not at the start of its line.</summary>
    HiddenBlock,
    /// <summary>A NUL byte ends the reading, and more follows.</summary>
    NulByte,
    /// <summary>No self-signed certificate is in it: no chain can end here.</summary>
    NoAnchor,
    /// <summary>A certificate is an intermediate, and its root is not in the file.</summary>
    MissingRoot,
    /// <summary>A certificate has expired.</summary>
    Expired,
    /// <summary>A certificate is not valid yet.</summary>
    NotYetValid,
    /// <summary>A certificate is no CA.</summary>
    NotCa,
    /// <summary>A private key is in it.</summary>
    PrivateKey,
}
