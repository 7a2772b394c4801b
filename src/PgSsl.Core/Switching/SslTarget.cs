using PgSsl.Common;
using PgSsl.Server.Settings;

namespace PgSsl.Switching;

/// <summary>How a server's TLS is to be. What is null stays as it is. Paths are absolute, and those of the server.</summary>
internal sealed record SslTarget
{
    /// <summary>Whether TLS is to be on.</summary>
    public required bool IsOn { get; init; }

    /// <summary>The server's certificate.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>Its key.</summary>
    public string? KeyPath { get; init; }

    /// <summary>The roots for client certificates.</summary>
    public string? CaPath { get; init; }

    /// <summary>Revoked client certificates: a file, or a directory.</summary>
    public string? CrlPath { get; init; }

    /// <summary>Whether <see cref="CrlPath"/> is a directory.</summary>
    public bool IsCrlDirectory { get; init; }

    /// <summary>The oldest TLS version: <c>TLSv1.2</c>.</summary>
    public string? MinimumProtocol { get; init; }

    /// <summary>Ciphers of TLS 1.2 and older.</summary>
    public string? Ciphers { get; init; }

    /// <summary>Cipher suites of TLS 1.3.</summary>
    public string? Tls13Ciphers { get; init; }

    /// <summary>Groups for the key exchange, with colons in between; one curve before PostgreSQL 18.</summary>
    public string? Groups { get; init; }

    /// <summary>Diffie-Hellman parameters.</summary>
    public string? DhParametersPath { get; init; }

    /// <summary>The parameters and their values, by the names of a version; <c>ssl</c> comes last.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.UnsupportedParameter"/>: that version lacks one. <see cref="PgSslError.InvalidParameterValue"/>: it does not
    /// take the value.
    /// </exception>
    public IReadOnlyDictionary<string, string> ValuesIn(int major)
    {
        (SslParameter Parameter, string? Value)[] all =
        [
            (SslParameters.CertificateFile, CertificatePath), (SslParameters.KeyFile, KeyPath), (SslParameters.CaFile, CaPath),
            (IsCrlDirectory ? SslParameters.CrlDirectory : SslParameters.CrlFile, CrlPath), (SslParameters.MinimumProtocol, MinimumProtocol),
            (SslParameters.Ciphers, Ciphers), (SslParameters.Tls13Ciphers, Tls13Ciphers), (SslParameters.Groups, Groups),
            (SslParameters.DhParametersFile, DhParametersPath), (SslParameters.Ssl, IsOn ? "on" : "off"),
        ];
        var values = new Dictionary<string, string>();
        foreach ((SslParameter parameter, string? value) in all)
        {
            if (value is null)
                continue;
            string name = SslParameters.NameIn(parameter, major);
            values[name] = parameter.Accepts(value) ? value : throw Invalid(name, value, $"Use one of {string.Join(", ", TlsVersions.Names)}.");
            if (name == SslParameters.Groups.FormerName && value.Contains(':'))
                throw Invalid(name, value, "Before PostgreSQL 18 it takes only one curve, such as prime256v1.");
        }
        return values;
    }

    /// <summary>What the user should know about what was asked for.</summary>
    public IEnumerable<string> Remarks
    {
        get
        {
            if (TlsVersions.FromName(MinimumProtocol)?.IsDeprecated() == true)
                yield return $"{MinimumProtocol} is allowed again, which RFC 8996 says not to use; PostgreSQL's default is TLSv1.2.";
        }
    }

    private static PgSslException Invalid(string name, string value, string remedy) =>
        new(PgSslError.InvalidParameterValue, $"{name} does not take the value \"{value}\".", remedy);
}
