namespace PgSsl.Impostors;

/// <summary>What a server that only pretends to be the genuine one has, or lacks.</summary>
internal enum ImpostorKind
{
    /// <summary>No impostor, but the control: a client that refuses this one has another problem than the impostor's certificate.</summary>
    Genuine,
    /// <summary>A certificate that is its own issuer.</summary>
    SelfSigned,
    /// <summary>The right name, by a CA that the client does not trust.</summary>
    OtherCa,
    /// <summary>By the right CA, for another host.</summary>
    WrongName,
    /// <summary>By the right CA, for the right host, and no longer valid.</summary>
    Expired,
    /// <summary>By the right CA, for the right host, and not valid yet.</summary>
    NotYetValid,
    /// <summary>By the right CA, for the right host, and for clients only.</summary>
    ClientOnlyUsage,
    /// <summary>A right certificate, without the intermediate that leads to the root.</summary>
    MissingIntermediate,
    /// <summary>N in answer to the SSLRequest: TLS is stripped.</summary>
    TlsRefused,
    /// <summary>An error in answer to the SSLRequest.</summary>
    ErrorAnswer,
    /// <summary>The right certificate, and a version of TLS that is out of use.</summary>
    Tls10Only,
}
