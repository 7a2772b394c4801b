namespace PgSsl.Sandbox;

/// <summary>The key types that the sandbox mints.</summary>
public enum KeyAlgorithm
{
    /// <summary>ECDSA on NIST P-256; quick to make, so the default.</summary>
    EcdsaP256,
    /// <summary>ECDSA on NIST P-384.</summary>
    EcdsaP384,
    /// <summary>RSA, 1024 bits: below OpenSSL's security level 2.</summary>
    Rsa1024,
    /// <summary>RSA, 2048 bits.</summary>
    Rsa2048,
    /// <summary>RSA, 4096 bits.</summary>
    Rsa4096,
    /// <summary>ECDSA on NIST P-521.</summary>
    EcdsaP521,
    /// <summary>ECDSA on a curve that no scheme of TLS 1.3 is for.</summary>
    EcdsaSecp256k1,
    /// <summary>Ed25519; like those below, it needs the openssl program, and cannot sign other certificates here.</summary>
    Ed25519,
    /// <summary>Ed448.</summary>
    Ed448,
    /// <summary>RSA for RSASSA-PSS alone, 2048 bits.</summary>
    RsaPss2048,
    /// <summary>The same, for SHA-384 alone.</summary>
    RsaPssSha384,
}
