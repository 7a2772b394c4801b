namespace PgSsl.RootFiles;

/// <summary>What a stretch of a root file is.</summary>
internal enum RootFileSegmentKind
{
    /// <summary>Comments, blank lines, anything between blocks: OpenSSL skips it.</summary>
    Text,
    /// <summary>A certificate.</summary>
    Certificate,
    /// <summary>A revocation list, which libpq would consult too.</summary>
    RevocationList,
    /// <summary>A private key, which does not belong here.</summary>
    PrivateKey,
    /// <summary>A block of another kind: OpenSSL skips it.</summary>
    OtherBlock,
    /// <summary>A whole file in a form that OpenSSL does not read here: DER, PKCS #7, UTF-16.</summary>
    OtherForm,
    /// <summary>A block that is damaged: then OpenSSL reads nothing from the file.</summary>
    Broken,
}
