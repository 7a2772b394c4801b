using System.Security.Cryptography.X509Certificates;
using PgSsl.Asn1;
using PgSsl.Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Common;
using PgSsl.Requirements;
using PgSsl.Server;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Hba.Live;

/// <summary>
/// The files for TLS that got another content under the same name, which a reload would load as well. On Windows each new connection reads them
/// (postmaster.c, EXEC_BACKEND), and in a directory of CRLs each process looks for itself, so nothing waits there.
/// </summary>
internal sealed record PendingTlsFiles
{
    /// <summary>None, or nothing of them would be loaded.</summary>
    public static PendingTlsFiles None { get; } = new();

    /// <summary>What certainly or likely waits, as sentences.</summary>
    public IReadOnlyList<string> Likely { get; private init; } = [];

    /// <summary>What may wait.</summary>
    public IReadOnlyList<string> Perhaps { get; private init; } = [];

    /// <summary>Whom the server would not be accepted by any more, as sentences.</summary>
    public IReadOnlyList<string> Losses { get; private init; } = [];

    /// <summary>Of whom that is not known.</summary>
    public IReadOnlyList<string> Doubts { get; private init; } = [];

    /// <summary>What client certificates are verified with until then; null if no other CA or CRL waits.</summary>
    public ClientTrust? TrustBefore { get; private init; }

    /// <summary>Looks for them.</summary>
    /// <param name="live">The server.</param>
    /// <param name="facts">What it says.</param>
    /// <param name="own">What the caller changes.</param>
    /// <param name="loaded">When the server loaded its configuration.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PgSslException">The session broke.</exception>
    public static async Task<PendingTlsFiles> FindAsync(
        LiveServer live, ServerTlsFacts facts, OwnChange own, DateTimeOffset loaded, CancellationToken cancellationToken)
    {
        if (!facts.SslIsOn || facts.IsWindows)
            return None;
        List<string> likely = [], perhaps = [], losses = [], doubts = [];
        IReadOnlyList<ServedAt> served = await new ServedCertificates(live).ObserveAsync(cancellationToken).ConfigureAwait(false);
        // All of it is loaded, or nothing.
        if (!own.ReplacesPair && !await FindPairAsync().ConfigureAwait(false))
            return None;
        bool trustWaits = await FindTrustAsync().ConfigureAwait(false);
        return new PendingTlsFiles
        {
            Likely = likely,
            Perhaps = perhaps,
            Losses = losses,
            Doubts = doubts,
            TrustBefore = trustWaits ? ClientTrust.Loaded(facts["ssl_ca_file"] ?? "", NamesIn(served)) : null,
        };

        // False if the server would not load the pair.
        async Task<bool> FindPairAsync()
        {
            if (Unchanged("ssl_cert_file") is not { } path || Unchanged("ssl_key_file") is not { } key)
                return true;
            IReadOnlyList<X509Certificate2> chain = await ReadChainAsync(live, path, cancellationToken).ConfigureAwait(false);
            ServerCertificateFacts? pair = live.FilesAreHere
                ? ServerCertificateFacts.Read(path, key) with { Server = ServerConditions.Of(facts, isLocal: true) } : null;
            if (pair is not null && ServerCertificateCheck.Judge(pair).Any(judged =>
                judged.IsMet == false && (judged.Source == RequirementSource.Server || judged.IsUnmet(Requirement.KeyReload))))
                return false;
            ServedAt[] others = [.. served.Where(answer => answer.Facts.Tls is { } tls && !(answer.Sends(chain) && tls.Chain.Count == chain.Count))];
            if (own.NamesPair || chain.Count == 0 || (served.Count > 0 && others.Length == 0))
                return true;
            SavedFile file = (await SavedFile.FindAsync(live, [path], live.FilesAreHere, loaded, cancellationToken).ConfigureAwait(false))[0];
            // A server adds intermediates that it finds in ssl_ca_file, so more may be sent than the file holds (ssl_add_cert_chain).
            if (file.State == SavedFileState.Loaded && others.All(answer => answer.Sends(chain)))
                return true;
            if (others.Length == 0)
            {
                (file.State is SavedFileState.SameMoment or SavedFileState.Unknown ? perhaps : likely).Add(file.Detail);
                return true;
            }
            likely.Add($"{path} holds {Describe(chain)}, and {others[0].Host} serves {Describe(others[0].Facts.Tls!.Chain)}.");
            if (pair is not null)
            {
                foreach (ClientLoss loss in ClientLosses.Find(chain, [.. PresentChain.Of(others)], pair))
                    (loss.IsBlocking ? losses : doubts).Add(loss.Detail);
            }
            return true;
        }

        async Task<bool> FindTrustAsync()
        {
            string[] paths = [.. new[] { Unchanged("ssl_ca_file"), Unchanged("ssl_crl_file") }.OfType<string>()];
            bool waits = false;
            foreach (SavedFile file in await SavedFile.FindAsync(live, paths, live.FilesAreHere, loaded, cancellationToken).ConfigureAwait(false))
            {
                if (file.State == SavedFileState.Loaded)
                    continue;
                bool isLikely = file.State is SavedFileState.Pending or SavedFileState.Unclear;
                (isLikely ? likely : perhaps).Add(file.Detail);
                waits |= file.State != SavedFileState.Unknown;
                string name = file.Path == Unchanged("ssl_ca_file") ? "ssl_ca_file" : "ssl_crl_file";
                if (isLikely && !own.Values.ContainsKey(name))
                    doubts.Add($"Whether {file.Path} costs a client its login that is not connected is not known.");
            }
            return waits;
        }

        // Another name is a setting that waits.
        string? Unchanged(string name) => facts.PathOf(name) is { } path && facts.NextPathOf(name) == path ? path : null;
    }

    /// <summary>The certificates in a server's ssl_cert_file, here or through SQL; empty if it cannot be read, or would not be loaded.</summary>
    public static async Task<IReadOnlyList<X509Certificate2>> ReadChainAsync(LiveServer live, string path, CancellationToken cancellationToken)
    {
        try
        {
            byte[]? content = live.FilesAreHere
                ? PemFile.ReadBytes(path) : await RemoteFile.ReadAsync(live.Session, path, cancellationToken).ConfigureAwait(false);
            return content is not null && ServerCertificateFile.Parse(content) is { Fault: null } file ? file.Certificates : [];
        }
        catch (PgSslException failure) when (failure.Error is PgSslError.FileNotFound or PgSslError.FileUnreadable
            or PgSslError.InsufficientPrivilege or PgSslError.SqlFailed)
        {
            return [];
        }
    }

    private static string Describe(IReadOnlyList<X509Certificate2> chain) =>
        $"{chain[0].Subject} ({Fingerprint.Of(chain[0])}{(chain.Count > 1 ? $", with {chain.Count - 1} more" : "")})";

    /// <summary>The names of the CAs that a server has loaded, as far as they can be read back from .NET's form.</summary>
    private static List<DistinguishedName> NamesIn(IReadOnlyList<ServedAt> served)
    {
        var names = new List<DistinguishedName>();
        foreach (string text in served.SelectMany(answer => answer.Facts.Tls?.ClientCertificateAuthorities ?? []).Distinct())
        {
            try
            {
                names.Add(DistinguishedName.Read(new System.Formats.Asn1.AsnReader(
                    new X500DistinguishedName(text).RawData, System.Formats.Asn1.AsnEncodingRules.BER)));
            }
            catch (Exception odd) when (odd is System.Security.Cryptography.CryptographicException or System.Formats.Asn1.AsnContentException)
            {
                // It is not known then.
            }
        }
        return names;
    }
}
