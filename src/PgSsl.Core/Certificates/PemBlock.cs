namespace PgSsl.Certificates;

/// <summary>One BEGIN … END block of a PEM file.</summary>
/// <param name="Label">What stands after BEGIN: <c>CERTIFICATE</c>, <c>X509 CRL</c>, <c>PRIVATE KEY</c> ….</param>
/// <param name="Data">The decoded bytes; encrypted if <paramref name="IsEncrypted"/>.</param>
/// <param name="IsEncrypted">True for a legacy private key with Proc-Type and DEK-Info headers.</param>
public sealed record PemBlock(string Label, ReadOnlyMemory<byte> Data, bool IsEncrypted);
