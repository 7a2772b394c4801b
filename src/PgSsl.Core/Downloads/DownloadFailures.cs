using System.Globalization;
using System.Net;

namespace PgSsl.Downloads;

/// <summary>What can go wrong with a download, as sentences. They repeat nothing that the other side says.</summary>
internal static class DownloadFailures
{
    private const string OtherWay = "Download the root in a browser, check its fingerprint, and give the file.";

    public static PgSslException BadScheme(Uri uri, DownloadRules rules) => Failed(
        uri, rules.MayUseHttp ? "is neither http nor https" : "is not https", OtherWay);

    public static PgSslException HasCredentials(Uri uri) => Failed(
        new UriBuilder(uri) { UserName = "", Password = "" }.Uri, "has a user name, and this module sends no credentials", OtherWay);

    public static PgSslException BadHost(Uri uri) => Failed(uri, "names a host that no network can have (IDNA)", OtherWay);

    public static PgSslException ForbiddenAddress(Uri uri, IPAddress address, string reason) => Failed(
        uri, $"leads to {address}, which is {reason}, so it is not asked", "Nothing is fetched from there. Give the root as a file.");

    public static PgSslException Downgrade(Uri from, Uri to) => Failed(
        from, $"redirects to {to.Scheme}, which is not secure", OtherWay);

    public static PgSslException TooManyRedirects(Uri uri, int maximum) => Failed(
        uri, string.Create(CultureInfo.InvariantCulture, $"redirects more than {maximum} times"), OtherWay);

    public static PgSslException BadRedirect(Uri uri) => Failed(uri, "redirects to nowhere", OtherWay);

    public static PgSslException BadStatus(Uri uri, HttpStatusCode status) => Failed(
        uri, string.Create(CultureInfo.InvariantCulture, $"answered {(int)status} {status}"), OtherWay);

    public static PgSslException TooLong(Uri uri, int maximum) => Failed(
        uri,
        string.Create(CultureInfo.InvariantCulture, $"sends more than {maximum / 1024} KiB, which is more than such certificates need"),
        OtherWay);

    public static PgSslException TimedOut(Uri uri, TimeSpan timeout) => Failed(
        uri, string.Create(CultureInfo.InvariantCulture, $"did not send everything within {timeout.TotalSeconds:0.###} s"), OtherWay);

    public static PgSslException Network(Uri uri, Exception cause)
    {
        Exception innermost = cause;
        while (innermost.InnerException is { } inner)
            innermost = inner;
        return Failed(
            uri, $"could not be fetched: {innermost.Message.TrimEnd('.')}", "Check the network and the proxy settings. Or: " + OtherWay, cause);
    }

    private static PgSslException Failed(Uri uri, string what, string remedy, Exception? cause = null) =>
        new(PgSslError.DownloadFailed, $"{uri} {what}.", remedy, cause);
}
