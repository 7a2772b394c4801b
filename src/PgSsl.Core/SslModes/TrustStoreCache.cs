using System.Collections.Concurrent;
using PgSsl.Certificates.Trust;
using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.SslModes;

/// <summary>Loads each root file with each set of CRLs once for all endpoints of a run. Safe for concurrent use.</summary>
/// <param name="planned">
/// The content of root files after a planned change, under any path to the file; null for a file that will be deleted. It is used
/// instead of the content on disk, so that the change can be judged before it is made.
/// </param>
internal sealed class TrustStoreCache(IReadOnlyDictionary<string, byte[]?>? planned = null)
{
    private readonly Dictionary<string, byte[]?> _planned =
        planned?.ToDictionary(file => RealPath.Of(file.Key), file => file.Value, RealPath.Comparer) ?? [];

    // By root file, CRL file and CRL directory, separated by NUL, which a path cannot contain.
    private readonly ConcurrentDictionary<string, Lazy<TrustStore>> _stores = new();

    /// <summary>Whether a root file exists.</summary>
    public bool Exists(string path) =>
        TryGetPlanned(path, out byte[]? content) ? content is not null : File.Exists(path);

    /// <summary>Gets the roots in a file, and the revocation lists that the settings name.</summary>
    /// <exception cref="PgSslException">The file cannot be used: see <see cref="TrustStore.LoadFile"/>.</exception>
    public TrustStore GetFile(string path, ConnectionSettings settings) =>
        GetOrAdd($"{path}\0{settings.CrlPath}\0{settings.CrlDirectory}", () => Load(path).WithCrls(settings.CrlPath, settings.CrlDirectory));

    /// <summary>Gets the roots in a file without revocation lists, for clients that read none.</summary>
    /// <exception cref="PgSslException">The file cannot be used: see <see cref="TrustStore.LoadFile"/>.</exception>
    public TrustStore GetFile(string path) => GetOrAdd(path, () => Load(path));

    /// <summary>Gets the operating system's roots under another name, instead of roots that are part of a client.</summary>
    public TrustStore GetSystem(ConnectionEnvironment environment, string origin) =>
        GetOrAdd(origin, () => TrustStore.FromCertificates(GetSystem(environment).Certificates, origin));

    /// <summary>Gets the operating system's roots, as <c>sslrootcert=system</c> finds them. libpq checks no CRL with these.</summary>
    public TrustStore GetSystem(ConnectionEnvironment environment) =>
        GetOrAdd("system", () => TrustStore.LoadSystem(environment.GetVariable));

    /// <summary>
    /// Gets all roots of this machine that could verify a server: the existing files of the settings, in their order, and then the
    /// operating system's roots.
    /// </summary>
    /// <param name="settings">The settings of libpq, once for each file to try.</param>
    /// <param name="failure">Why the first of the unusable files cannot be used; null if all can.</param>
    public IReadOnlyList<TrustStore> GetCandidates(IEnumerable<ConnectionSettings> settings, out PgSslException? failure)
    {
        failure = null;
        var stores = new List<TrustStore>();
        foreach (ConnectionSettings candidate in settings)
        {
            try
            {
                if (candidate.UsesSystemRoots)
                    stores.Add(GetSystem(candidate.Environment));
                else if (candidate.RootCertificatePath is { } path
                    && (Exists(path) || candidate.Get("sslrootcert").Source != SettingSource.Default))
                    stores.Add(GetFile(path, candidate));
            }
            catch (PgSslException unusable)
            {
                failure ??= unusable;
            }
        }
        return [.. stores.Append(GetSystem(settings.First().Environment)).Distinct()];
    }

    private TrustStore GetOrAdd(string key, Func<TrustStore> load) => _stores.GetOrAdd(key, _ => new(load)).Value;

    private TrustStore Load(string path) =>
        TryGetPlanned(path, out byte[]? content) && content is not null
            ? TrustStore.Parse(content, path)
            : TrustStore.LoadFile(path);

    /// <summary>A change of a file is also a change of the links to it. Without a plan, links are not resolved.</summary>
    private bool TryGetPlanned(string path, out byte[]? content)
    {
        content = null;
        return _planned.Count > 0 && _planned.TryGetValue(RealPath.Of(path), out content);
    }
}
