namespace PgSsl.Poolers;

/// <summary>The TLS that PgBouncer is to offer to its clients. What is null stays as it is.</summary>
internal sealed record PgBouncerTls
{
    /// <summary>client_tls_sslmode: disable, allow, prefer, require, verify-ca or verify-full.</summary>
    public string? SslMode { get; init; }

    /// <summary>client_tls_key_file: an absolute path.</summary>
    public string? KeyPath { get; init; }

    /// <summary>client_tls_cert_file: an absolute path; leaf first, then intermediates.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>client_tls_ca_file: an absolute path; roots for certificates of clients.</summary>
    public string? CaPath { get; init; }

    /// <summary>The settings by name.</summary>
    internal IEnumerable<(string Key, string Value)> Settings()
    {
        (string Key, string? Value)[] all =
        [
            ("client_tls_sslmode", SslMode), ("client_tls_key_file", KeyPath), ("client_tls_cert_file", CertificatePath),
            ("client_tls_ca_file", CaPath),
        ];
        foreach ((string key, string? value) in all)
            if (value is not null)
                yield return (key, Check(key, value));
    }

    // A value is the rest of its line, without blanks around it.
    private static string Check(string key, string value)
    {
        bool canBeWritten = value.Length > 0 && value.Trim() == value && value.AsSpan().IndexOfAny('\n', '\r', '\0') < 0;
        return canBeWritten ? value : throw new PgSslException(
            PgSslError.InvalidParameterValue, $"{key} cannot be \"{value.ReplaceLineEndings(" ")}\", because pgbouncer.ini has no way to write it.",
            "Use a path without blanks at its ends and without line breaks.");
    }
}
