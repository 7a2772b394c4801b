using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using PgSsl.RootFiles;

namespace PgSsl.Downloads;

/// <summary>
/// Fetches certificates over https and http. One object serves a whole run: it asks for each URL once, however many servers name it, and
/// however many ask at a time. A URL that failed is not asked again.
/// </summary>
internal sealed class CertificateDownloader : IDisposable
{
    private readonly HttpClient _clientForElsewhere;
    private readonly HttpClient _clientForAnywhere;
    private readonly ConcurrentDictionary<(Uri Uri, DownloadRules Rules), Lazy<Task<IReadOnlyList<X509Certificate2>>>> _answers = new();

    /// <summary>Creates a downloader with the proxy of this machine's settings.</summary>
    public CertificateDownloader()
        : this(GuardedHandler.Create)
    {
    }

    /// <param name="createHandler">Makes the handler for requests that may (or may not) go to this machine.</param>
    internal CertificateDownloader(Func<bool, HttpMessageHandler> createHandler)
    {
        _clientForElsewhere = Client(mayAskThisMachine: false);
        _clientForAnywhere = Client(mayAskThisMachine: true);
        HttpClient Client(bool mayAskThisMachine) => new(createHandler(mayAskThisMachine)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Fetches the certificates at a URL, in any form that <see cref="CertificateInput"/> reads.</summary>
    /// <param name="uri">An absolute URL.</param>
    /// <param name="rules">What is allowed.</param>
    /// <param name="cancellationToken">Ends the wait; others may still wait for the same answer.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.DownloadFailed"/>, or <see cref="PgSslError.InvalidCertificateFile"/>
    /// for an answer that is something else.</exception>
    public Task<IReadOnlyList<X509Certificate2>> GetAsync(Uri uri, DownloadRules rules, CancellationToken cancellationToken) =>
        _answers.GetOrAdd((uri, rules), key => new(() => FetchAsync(key.Uri, key.Rules))).Value.WaitAsync(cancellationToken);

    /// <summary>Ends all requests.</summary>
    public void Dispose()
    {
        _clientForElsewhere.Dispose();
        _clientForAnywhere.Dispose();
    }

    private async Task<IReadOnlyList<X509Certificate2>> FetchAsync(Uri uri, DownloadRules rules)
    {
        using var deadline = new CancellationTokenSource(rules.Timeout);
        try
        {
            return CertificateInput.Read(await FollowAsync(uri, rules, deadline.Token).ConfigureAwait(false), uri.AbsoluteUri);
        }
        catch (OperationCanceledException)
        {
            throw DownloadFailures.TimedOut(uri, rules.Timeout);
        }
        // It is documented nowhere which exceptions a hostile URL can cause, and no answer may end the run.
        catch (Exception exception) when (exception
            is HttpRequestException or IOException or InvalidOperationException or ArgumentException or FormatException or NotSupportedException)
        {
            throw Find(exception) ?? DownloadFailures.Network(uri, exception);
        }
    }

    /// <summary>An exception that was thrown while connecting arrives wrapped in others.</summary>
    private static PgSslException? Find(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is PgSslException known)
                return known;
        }
        return null;
    }

    private async Task<byte[]> FollowAsync(Uri uri, DownloadRules rules, CancellationToken deadline)
    {
        HttpClient client = rules.MayAskThisMachine ? _clientForAnywhere : _clientForElsewhere;
        Uri current = uri;
        for (int redirects = 0; ; redirects++)
        {
            Check(current, rules);
            using var request = new HttpRequestMessage(HttpMethod.Get, current);
            using HttpResponseMessage response =
                await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode))
                return await ReadAsync(response, current, rules.MaximumBytes, deadline).ConfigureAwait(false);
            if (redirects == rules.MaximumRedirects)
                throw DownloadFailures.TooManyRedirects(uri, rules.MaximumRedirects);
            current = Next(current, response.Headers.Location);
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status
        is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static Uri Next(Uri current, Uri? location)
    {
        if (location is null || !Uri.TryCreate(current, location, out Uri? next) || HostOf(next) is null)
            throw DownloadFailures.BadRedirect(current);
        return current.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps
            ? throw DownloadFailures.Downgrade(current, next)
            : next;
    }

    private static void Check(Uri uri, DownloadRules rules)
    {
        if (uri.Scheme != Uri.UriSchemeHttps && !(rules.MayUseHttp && uri.Scheme == Uri.UriSchemeHttp))
            throw DownloadFailures.BadScheme(uri, rules);
        if (uri.UserInfo.Length > 0)
            throw DownloadFailures.HasCredentials(uri);
        string host = HostOf(uri) ?? throw DownloadFailures.BadHost(uri);
        // Behind a proxy this is all that can be checked.
        if (IPAddress.TryParse(host, out IPAddress? address) && AddressGuard.WhyNot(address, rules.MayAskThisMachine) is { } reason)
            throw DownloadFailures.ForbiddenAddress(uri, address, reason);
    }

    /// <summary>The host, as it is sent; null for a name that IDNA forbids, which a Uri reports only here.</summary>
    private static string? HostOf(Uri uri)
    {
        try
        {
            return uri.IdnHost;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, Uri uri, int maximum, CancellationToken deadline)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            throw DownloadFailures.BadStatus(uri, response.StatusCode);
        if (response.Content.Headers.ContentLength > maximum)
            throw DownloadFailures.TooLong(uri, maximum);
        using Stream body = await response.Content.ReadAsStreamAsync(deadline).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        int count;
        while ((count = await body.ReadAsync(buffer, deadline).ConfigureAwait(false)) > 0)
        {
            if (bytes.Length + count > maximum)
                throw DownloadFailures.TooLong(uri, maximum);
            bytes.Write(buffer, 0, count);
        }
        return bytes.ToArray();
    }
}
