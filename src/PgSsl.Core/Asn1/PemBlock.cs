namespace PgSsl.Asn1;

/// <summary>One BEGIN … END block of a PEM file.</summary>
/// <param name="Label">What stands after BEGIN: <c>CERTIFICATE</c>, <c>X509 CRL</c>, <c>PRIVATE KEY</c> ….</param>
/// <param name="Header">The lines before the blank line, as in encrypted private keys of old; mostly empty.</param>
/// <param name="Data">The decoded bytes.</param>
internal sealed record PemBlock(string Label, string Header, ReadOnlyMemory<byte> Data);
