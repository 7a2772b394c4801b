using FsCheck;
using FsCheck.Fluent;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.RootFiles;

/// <summary>Root files as they are found: glued, indented, with comments, broken blocks, odd bytes, and every mixture of these.</summary>
internal static class MutilatedFiles
{
    private static readonly string[] Blocks =
    [
        Pems.RootA.Pem, Pems.RootB.Pem, Pems.RootC.Pem, Pems.RootA.Pem.TrimEnd('\n'), Pems.RootB.Pem.Replace("\n", "\r\n", StringComparison.Ordinal),
        Pems.RootA.Pem.Replace("CERTIFICATE", "TRUSTED CERTIFICATE", StringComparison.Ordinal), Mint.Crl(Pems.RootA),
    ];

    private static readonly string[] Oddities =
    [
        "\n", "\r\n", " ", "# note\n", "x", "\u00EF\u00BB\u00BF", "\0", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n",
        "-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN THING-----\nAAAA\n-----END THING-----\n", new string('x', 254), "a: b\n\n", "\u00FC\n",
    ];

    /// <summary>Any mixture, most of which OpenSSL refuses.</summary>
    public static Gen<byte[]> Bytes { get; } =
        from pieces in Gen.Elements((string[])[.. Blocks, .. Oddities]).ListOf()
        from cut in Gen.Choose(0, 400)
        let text = string.Concat(pieces)
        select Pems.Bytes(cut < text.Length && cut % 3 == 0 ? text.Remove(cut, 1) : text);

    /// <summary>Files that are in order, or nearly: comments, line ends, a byte order mark, no last line end.</summary>
    public static Gen<byte[]> Orderly { get; } =
        from pieces in Gen.Elements(
            Pems.RootA.Pem, Pems.RootB.Pem, "# note\n", "\n", "Subject: x\n", "-----BEGIN THING-----\nAAAA\n-----END THING-----\n",
            Mint.Crl(Pems.RootA)).ListOf()
        from lineEnd in Gen.Elements("\n", "\r\n")
        from mark in Gen.Elements("", "\u00EF\u00BB\u00BF")
        from isOpen in ArbMap.Default.GeneratorFor<bool>()
        let text = mark + string.Concat(pieces).Replace("\n", lineEnd, StringComparison.Ordinal)
        select Pems.Bytes(isOpen ? text.TrimEnd('\r', '\n') : text);
}
