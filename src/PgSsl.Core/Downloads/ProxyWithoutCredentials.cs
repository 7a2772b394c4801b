using System.Net;

namespace PgSsl.Downloads;

/// <summary>The proxy of this machine's settings, without the user name and password that these may have.</summary>
internal sealed class ProxyWithoutCredentials(IWebProxy proxy) : IWebProxy
{
    /// <summary>Always null.</summary>
    public ICredentials? Credentials
    {
        get => null;
        set { }
    }

    public Uri? GetProxy(Uri destination) => proxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => proxy.IsBypassed(host);
}
