using System.Security.Cryptography.X509Certificates;
using System.Text;
using PgSsl.Downloads;
using PgSsl.Sandbox;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Downloads;

public sealed class CertificateDownloaderTests : IDisposable
{
    private static readonly DownloadRules Issuer = DownloadRules.Issuer with { MayAskThisMachine = true };
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("Downloaded Root");
    private static readonly TestAuthority Other = TestAuthority.CreateRoot("Other Root");

    private readonly WebServer _http = new();
    private readonly WebServer _https = new(isHttps: true);
    private readonly CertificateDownloader _downloader = WebServer.CreateDownloader();

    public void Dispose()
    {
        _downloader.Dispose();
        _http.Dispose();
        _https.Dispose();
    }

    private static byte[] Der => Root.Certificate.Certificate.RawData;

    [Fact]
    public async Task A_bundle_of_pem_comes_over_https()
    {
        Uri uri = _https.Serve("/bundle.pem", "# roots\n" + Root.CertificatePem + Other.CertificatePem);

        IReadOnlyList<X509Certificate2> got = await GetAsync(uri, DownloadRules.Bundle);

        Assert.Equal([Root.Certificate.Certificate, Other.Certificate.Certificate], got);
    }

    [Fact]
    public async Task A_certificate_as_der_comes_over_http() =>
        Assert.Equal([Root.Certificate.Certificate], await GetAsync(_http.Serve("/ca.crt", Der), Issuer));

    [Theory]
    [InlineData("DER")]
    [InlineData("PEM")]
    public async Task Certificates_come_as_openssl_packs_them_into_pkcs7(string form)
    {
        Assert.SkipUnless(OpenSslJudge.IsAvailable, "no openssl 3 here");
        using var directory = new TemporaryDirectory();
        directory.Write("in.pem", Root.CertificatePem + Other.CertificatePem);
        OpenSslJudge.Run(directory.Path, $"openssl crl2pkcs7 -nocrl -certfile in.pem -outform {form} -out out.p7c");
        Uri uri = _http.Serve("/ca.p7c", File.ReadAllBytes(Path.Combine(directory.Path, "out.p7c")));

        IReadOnlyList<X509Certificate2> got = await GetAsync(uri, Issuer);

        Assert.Equal(["CN=Downloaded Root", "CN=Other Root"], got.Select(certificate => certificate.Subject).Order());
    }

    [Fact]
    public async Task The_request_says_nothing_of_who_asks()
    {
        await GetAsync(_http.Serve("/ca.crt", Der), Issuer);

        string request = Assert.Single(_http.Requests);
        Assert.Equal($"GET /ca.crt HTTP/1.1\r\nHost: {_http.Url("/").Authority}\r\n\r\n", request);
    }

    [Fact]
    public async Task A_url_that_many_want_at_once_is_asked_once()
    {
        Uri uri = _http.Serve("/ca.crt", Der);

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(() => GetAsync(uri, Issuer))));

        Assert.Single(_http.Requests);
    }

    [Fact]
    public async Task A_failure_is_not_asked_for_again()
    {
        await FailAsync(_http.Url("/missing"), Issuer);
        await FailAsync(_http.Url("/missing"), Issuer);

        Assert.Single(_http.Requests);
    }

    [Fact]
    public async Task One_who_gives_up_does_not_end_it_for_the_others()
    {
        var mayAnswer = new TaskCompletionSource();
        Uri uri = _http.Serve("/ca.crt", async (stream, cancellation) =>
        {
            await mayAnswer.Task;
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
            await stream.WriteAsync(Der, cancellation);
        });
        using var impatience = new CancellationTokenSource();
        Task<IReadOnlyList<X509Certificate2>> impatient = _downloader.GetAsync(uri, Issuer, impatience.Token);
        Task<IReadOnlyList<X509Certificate2>> patient = GetAsync(uri, Issuer);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        mayAnswer.SetResult();

        Assert.Single(await patient);
    }

    [Fact]
    public async Task Three_redirects_are_followed()
    {
        Uri end = _http.Serve("/3", Der);
        Uri start = _http.Redirect("/0", _http.Redirect("/1", _http.Redirect("/2", end)));

        Assert.Single(await GetAsync(start, Issuer));
    }

    [Fact]
    public async Task A_fourth_redirect_is_not() =>
        await FailAsync(_http.Redirect("/loop", _http.Url("/loop")), Issuer, "redirects more than 3 times");

    [Fact]
    public async Task From_http_to_https_is_fine_for_an_issuer() =>
        Assert.Single(await GetAsync(_http.Redirect("/up", _https.Serve("/ca.crt", Der)), Issuer));

    [Fact]
    public async Task From_https_to_http_is_refused_before_http_is_asked()
    {
        Uri insecure = _http.Serve("/ca.crt", Der);

        await FailAsync(_https.Redirect("/down", insecure), Issuer, "redirects to http, which is not secure");
        await FailAsync(_https.Redirect("/down", insecure), DownloadRules.Bundle, "redirects to http, which is not secure");
        Assert.Empty(_http.Requests);
    }

    [Fact]
    public async Task From_http_to_a_file_is_refused() =>
        await FailAsync(_http.Redirect("/file", new Uri("file:///etc/passwd")), Issuer, "is neither http nor https");

    [Theory]
    [InlineData("http://xn--\u00FC/")]
    [InlineData("//xn--\u00FC.test/ca.crt")]
    [InlineData("http://\u00AD/")]
    [InlineData("http://[::1/")]
    [InlineData("http:///")]
    public async Task A_redirect_to_a_host_that_cannot_be_is_a_failed_download(string location) =>
        await FailAsync(ServeLocation("/bad", location), Issuer, "redirects to nowhere");

    [Theory]
    [InlineData("http://xn--\u00FC/")]
    [InlineData("http://\u200D/")]
    public async Task A_url_with_a_host_that_cannot_be_is_a_failed_download(string url) => await FailAsync(new Uri(url), Issuer, "names a host");

    [Fact]
    public async Task Nothing_in_a_url_or_a_location_leads_to_another_error()
    {
        string[] pieces =
        [
            "http:", "https:", "//", "/", "xn--", "a", ".", "..", ":", "@", "[", "]", "::1", "%", "%C3%BC", "%00", "%25lo", "80", "-1", "?", "#", " ",
            "\\", "_", "*", "\u0001", "\t", "\u00AD", "\u00FC", "\u00C3\u00BC", "\u00E2\u0080\u008D", "\u00FF", new string('x', 70), "test",
        ];
        var random = new Random(20261122);
        using CertificateDownloader local = WebServer.CreateDownloader(_http);
        for (int i = 0; i < 1500; i++)
        {
            string text = (random.Next(3) > 0 ? "http://" : "") + string.Concat(random.GetItems(pieces, random.Next(1, 7)));
            var tried = new List<Uri> { ServeLocation($"/{i}", text) };
            if (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
                tried.Add(uri);
            foreach (Uri each in tried)
                Assert.IsType<PgSslException>(await Record.ExceptionAsync(() => local.GetAsync(each, Issuer, default)), exactMatch: false);
        }
    }

    [Fact]
    public async Task A_bundle_is_not_asked_for_over_http()
    {
        await FailAsync(_http.Serve("/bundle.pem", Root.CertificatePem), DownloadRules.Bundle, "is not https");
        Assert.Empty(_http.Requests);
    }

    [Fact]
    public async Task A_web_server_that_nobody_vouches_for_is_not_believed()
    {
        using var real = new CertificateDownloader();
        Uri uri = _https.Serve("/bundle.pem", Root.CertificatePem);

        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => real.GetAsync(uri, DownloadRules.Bundle, default));

        Assert.Equal(PgSslError.DownloadFailed, failure.Error);
        Assert.Empty(_https.Requests);
    }

    [Fact]
    public async Task A_user_name_in_a_url_is_sent_nowhere_and_shown_nowhere()
    {
        Uri uri = new UriBuilder(_http.Serve("/ca.crt", Der)) { UserName = "me", Password = "hunter2" }.Uri;

        PgSslException failure = await FailAsync(uri, Issuer, "has a user name");

        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_http.Requests);
    }

    [Fact]
    public async Task What_is_not_there_is_told_with_its_status() =>
        await FailAsync(_http.Url("/missing"), Issuer, "answered 404 NotFound");

    [Fact]
    public async Task A_body_without_end_is_cut_off() =>
        await FailAsync(_http.ServeEndless("/endless"), Issuer, "sends more than 64 KiB");

    [Fact]
    public async Task A_body_that_says_it_is_too_long_is_not_read() =>
        await FailAsync(_http.Serve("/long", "HTTP/1.1 200 OK\r\nContent-Length: 99999999", []), Issuer, "sends more than 64 KiB");

    [Fact]
    public async Task A_body_that_never_comes_is_waited_for_no_longer_than_told() =>
        await FailAsync(
            _http.ServeNeverEnding("/slow"), Issuer with { Timeout = TimeSpan.FromMilliseconds(200) }, "did not send everything within 0.2 s");

    [Fact]
    public async Task Headers_without_measure_are_cut_off() =>
        await FailAsync(_http.Serve("/headers", $"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 100_000)}", Der), Issuer);

    [Fact]
    public async Task Nothing_is_nothing() => await RefuseAsync(_http.Serve("/empty", ""), "is empty");

    [Fact]
    public async Task A_web_page_is_called_one() =>
        await RefuseAsync(_http.Serve("/login", "\n<!DOCTYPE html><html>please log in</html>"), "is an HTML or XML page");

    [Fact]
    public async Task A_private_key_is_refused() =>
        await RefuseAsync(_http.Serve("/key", Root.Certificate.KeyPem), "holds a private key");

    [Fact]
    public async Task A_pkcs12_file_is_refused() =>
        await RefuseAsync(_http.Serve("/p12", Root.Certificate.Certificate.Export(X509ContentType.Pkcs12)), "is PKCS #12");

    [Fact]
    public async Task Half_a_certificate_is_refused()
    {
        await RefuseAsync(_http.Serve("/half.crt", Der[..100]), "is binary, but not a certificate");
        await RefuseAsync(_http.Serve("/half.pem", Root.CertificatePem[..200]), "cannot be used");
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://2852039166/")]
    [InlineData("http://0xA9FEA9FE/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[fe80::1]/")]
    public async Task The_clouds_metadata_is_not_asked_however_it_is_written(string url) =>
        await FailAsync(new Uri(url), Issuer, "a link-local address");

    [Fact]
    public async Task An_issuers_url_does_not_lead_to_this_machine_by_number_name_or_redirect()
    {
        _http.Serve("/ca.crt", Der);

        await FailAsync(_http.Url("/ca.crt"), DownloadRules.Issuer, "this machine itself");
        await FailAsync(_http.Url("/ca.crt", "localhost"), DownloadRules.Issuer, "this machine itself");
        Assert.Empty(_http.Requests);
    }

    [Fact]
    public async Task A_connection_made_for_a_request_that_may_ask_this_machine_serves_no_other()
    {
        var mayShakeHands = new TaskCompletionSource();
        _https.MayShakeHands = mayShakeHands.Task;
        _https.Serve("/ca.crt", Der);
        Uri uri = _https.Url("/ca.crt", "localhost");
        int connections = 0;
        using CertificateDownloader downloader = WebServer.CreateDownloader(handler =>
        {
            // A connection without a lifetime goes to nobody else in .NET 10, but that is documented nowhere.
            handler.PooledConnectionLifetime = Timeout.InfiniteTimeSpan;
            var connect = handler.ConnectCallback!;
            handler.ConnectCallback = async (context, cancellation) =>
            {
                // The second one is slow, so that the first one's would be there sooner.
                if (Interlocked.Increment(ref connections) == 2)
                    await _https.FirstHandshake.Task;
                return await connect(context, cancellation);
            };
        });
        // Who asked gives up, and leaves a connection under way to whoever comes next.
        await Assert.ThrowsAsync<PgSslException>(() => downloader.GetAsync(uri, Issuer with { Timeout = TimeSpan.FromMilliseconds(300) }, default));

        Task forbidden = downloader.GetAsync(uri, DownloadRules.Issuer, default);
        mayShakeHands.SetResult();

        Assert.Contains("this machine itself", (await Assert.ThrowsAsync<PgSslException>(() => forbidden)).Message, StringComparison.Ordinal);
        Assert.Empty(_https.Requests);
    }

    /// <summary>Redirects with the bytes of a Location as they are.</summary>
    private Uri ServeLocation(string path, string location) => _http.Serve(path, async (stream, cancellation) =>
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), cancellation));

    private Task<IReadOnlyList<X509Certificate2>> GetAsync(Uri uri, DownloadRules rules) => _downloader.GetAsync(uri, rules, default);

    private Task<PgSslException> FailAsync(Uri uri, DownloadRules rules, string what = "") => FailAsync(PgSslError.DownloadFailed, uri, rules, what);

    private Task<PgSslException> RefuseAsync(Uri uri, string what) => FailAsync(PgSslError.InvalidCertificateFile, uri, Issuer, what);

    private async Task<PgSslException> FailAsync(PgSslError error, Uri uri, DownloadRules rules, string what)
    {
        PgSslException failure = await Assert.ThrowsAsync<PgSslException>(() => GetAsync(uri, rules));
        Assert.Equal(error, failure.Error);
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.Remedy);
        return failure;
    }
}
