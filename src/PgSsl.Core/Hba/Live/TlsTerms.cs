using System.Security.Cryptography;
using PgSsl.Certificates.Trust;
using PgSsl.Common;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Hba.Live;

/// <summary>The settings that decide whether a server does TLS with a client, with the files that they name.</summary>
internal sealed record TlsTerms
{
    /// <summary>The parameters.</summary>
    public static IReadOnlyList<SslParameter> Parameters { get; } =
    [
        SslParameters.Ssl, SslParameters.CaFile, SslParameters.CrlFile, SslParameters.CrlDirectory, SslParameters.MinimumProtocol,
        SslParameters.MaximumProtocol, SslParameters.Ciphers, SslParameters.Tls13Ciphers, SslParameters.Groups,
    ];

    /// <summary>Whether TLS is on.</summary>
    public required bool IsOn { get; init; }

    /// <summary>The oldest version; null for any.</summary>
    public required TlsVersion? Minimum { get; init; }

    /// <summary>The newest version; null for any.</summary>
    public required TlsVersion? Maximum { get; init; }

    /// <summary>What ciphers and groups it offers.</summary>
    public TlsOffer Offer { get; init; } = new(null, null, null, null);

    /// <summary>What client certificates are verified with; null without ssl_ca_file: then the server asks for none.</summary>
    public required ClientTrust? Trust { get; init; }

    /// <summary>Reads the terms before and after other values for some settings.</summary>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it says.</param>
    /// <param name="values">Its settings.</param>
    /// <param name="changed">Those that change.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null if none of them decides whether a server does TLS with a client.</returns>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<(TlsTerms Before, TlsTerms After)?> ReadAsync(
        LiveServer live, ServerTlsFacts facts, IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> changed,
        CancellationToken cancellationToken)
    {
        var after = new Dictionary<string, string>(values);
        foreach ((string name, string value) in changed)
            after[name] = value;
        string[] names = [.. Parameters.Select(parameter => parameter.NameIn(facts.Version.Major))];
        if (names.All(name => after.GetValueOrDefault(name) == values.GetValueOrDefault(name)))
            return null;
        return (
            await ReadAsync(live, facts, values, cancellationToken).ConfigureAwait(false),
            await ReadAsync(live, facts, after, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads the terms with the files as they are now.</summary>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it says.</param>
    /// <param name="values">Its settings.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<TlsTerms> ReadAsync(
        LiveServer live, ServerTlsFacts facts, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken) => new()
    {
        Offer = new TlsOffer(
            values.GetValueOrDefault(SslParameters.Ciphers.Name), values.GetValueOrDefault(SslParameters.Tls13Ciphers.Name),
            values.GetValueOrDefault(SslParameters.Groups.NameIn(facts.Version.Major)), SharedOpenSsl.With(live.PostmasterId)),
        IsOn = ServerSetting.ParseBoolean(values.GetValueOrDefault(SslParameters.Ssl.Name)) == true,
        Minimum = TlsVersions.FromName(values.GetValueOrDefault(SslParameters.MinimumProtocol.Name)),
        Maximum = TlsVersions.FromName(values.GetValueOrDefault(SslParameters.MaximumProtocol.Name)),
        Trust = values.GetValueOrDefault(SslParameters.CaFile.Name) is { Length: > 0 } ca
            ? await ReadTrustAsync(live, facts, ca, values, cancellationToken).ConfigureAwait(false) : null,
    };

    /// <summary>Whether versions and certificates of clients are judged as on other terms, so that only ciphers and groups can differ.</summary>
    public bool DemandsTheSame(TlsTerms other) => (IsOn, Minimum, Maximum) == (other.IsOn, other.Minimum, other.Maximum)
        && (Trust is null ? other.Trust is null : Trust.IsSameAs(other.Trust));

    /// <summary>Whether a client of a session could do TLS again.</summary>
    /// <param name="session">A session over TLS.</param>
    /// <param name="before">What it did TLS with before; null if that is not known.</param>
    /// <returns>The answer, null if it cannot be told; and why, as a clause.</returns>
    public (bool? DoesTls, string Why) Judge(LiveSession session, TlsTerms? before)
    {
        (bool? verifies, string why) = Trust is { } trust && session.Certificate is { } certificate
            ? trust.Judge(certificate, before?.Trust) : (true, "");
        if (verifies == true && before is not null && Offer.WhyDoubtful(session, before.Offer) is { } doubt)
            (verifies, why) = (null, doubt);
        if (verifies == false || TlsVersions.FromName(session.Protocol) is not { } version || !(version < Minimum))
            return (verifies, why);
        // If the server did not speak a newer version, its client may.
        string minimum = $"it speaks {version.Name()}, and ssl_min_protocol_version is {Minimum!.Value.Name()}";
        return before is not null && before.Maximum <= version ? (null, minimum) : (false, minimum);
    }

    private static async Task<ClientTrust> ReadTrustAsync(
        LiveServer live, ServerTlsFacts facts, string caFile, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken)
    {
        string? crlFile = ValueOf(SslParameters.CrlFile), crlDirectory = ValueOf(SslParameters.CrlDirectory);
        string? origin = crlFile is null && crlDirectory is null ? null : string.Join(" and ", new[] { crlFile, crlDirectory }.OfType<string>());
        var unknown = new ClientTrust(caFile, null, $"{caFile}\n{crlFile}\n{crlDirectory}");
        string? directory = crlDirectory is null ? null : facts.ResolvePath(crlDirectory);
        // The server looks into a directory as its own account, whenever a chain needs it.
        UnixAccount? account = live.FilesAreHere && !OperatingSystem.IsWindows() ? ServerConditions.Of(facts, isLocal: true).Account : null;
        Func<string, bool>? mayRead = account is null ? null : path => ServerFile.Read(path).MayBeReadBy(account);
        // A directory is looked into when a chain needs it, which is possible here only.
        if (crlDirectory is not null && (directory is null || !live.FilesAreHere))
            return unknown;
        try
        {
            (byte[]? ca, byte[]? crls) =
                (await ReadAsync(caFile).ConfigureAwait(false), crlFile is null ? null : await ReadAsync(crlFile).ConfigureAwait(false));
            if (ca is null || (crlFile is not null && crls is null))
                return unknown;
            var store = TrustStore.OfServer(
                caFile, PemFile.Parse(ca, caFile), crls is null ? null : PemFile.Parse(crls, crlFile!), directory, origin, mayRead);
            string crlKey = crls is null ? "" : Convert.ToHexString(SHA256.HashData(crls));
            return new ClientTrust(caFile, store, $"{Convert.ToHexString(SHA256.HashData(ca))}\n{crlKey}\n{crlDirectory}");
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.FileNotFound or PgSslError.FileUnreadable
            or PgSslError.InvalidCertificateFile or PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return unknown;
        }

        string? ValueOf(SslParameter parameter) => values.GetValueOrDefault(parameter.Name) is { Length: > 0 } value ? value : null;

        async Task<byte[]?> ReadAsync(string name) => facts.ResolvePath(name) is not { } path ? null
            : live.FilesAreHere ? PemFile.ReadBytes(path)
            : await RemoteFile.ReadAsync(live.Session, path, cancellationToken).ConfigureAwait(false);
    }
}
