namespace PgSsl.Asn1;

/// <summary>A BEGIN … END block of a PEM file.</summary>
/// <param name="Label">The label after BEGIN: <c>CERTIFICATE</c>, <c>X509 CRL</c>, <c>PRIVATE KEY</c> ….</param>
/// <param name="Header">The lines before the blank line, as in old encrypted private keys; usually empty.</param>
/// <param name="Data">The decoded bytes.</param>
internal sealed record PemBlock(string Label, string Header, ReadOnlyMemory<byte> Data);
