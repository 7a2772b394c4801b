namespace PgSsl.Certificates;

/// <summary>The key usage bits as OpenSSL packs them: first byte low, second byte high (include/openssl/x509v3.h, KU_*).</summary>
[Flags]
internal enum KeyUsages
{
    None = 0,
    CrlSign = 0x02,
    CertificateSign = 0x04,
    KeyAgreement = 0x08,
    KeyEncipherment = 0x20,
    DigitalSignature = 0x80,
}

/// <summary>The bits of the old Netscape certificate type (include/openssl/x509v3.h, NS_*).</summary>
[Flags]
internal enum NetscapeTypes
{
    None = 0,
    ObjectSigningCa = 0x01,
    MailCa = 0x02,
    SslCa = 0x04,
    SslServer = 0x40,
    AnyCa = ObjectSigningCa | MailCa | SslCa,
}
