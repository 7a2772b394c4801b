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
    /// <summary>Ed25519; needs the openssl program, and cannot sign other certificates here.</summary>
    Ed25519,
}
