using System.Runtime.InteropServices;
using System.Text;
using PgSsl.Certificates;

namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>Hosts that look like addresses, beside the functions of the C library that libpq asks (fe-secure-openssl.c, is_ip_address).</summary>
public class HostAddressFuzzTests
{
    private const int V6 = 10;

    private static readonly string[] Pieces =
    [
        ":", "::", ".", "0", "1", "04", "255", "256", "1.2.3.4", "1.2.3.04", "f", "FFFF", "12345", "0x1f", "0xg", "08", "07", " ", "%1", "[", "]",
        "g", "-1",
    ];

    [Fact]
    public void The_C_library_says_the_same()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("The functions are those of the GNU C library.");
        var random = new Random(1);
        var wrong = new List<string>();
        for (int i = 0; i < 20_000; i++)
        {
            string host = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            byte[] v4 = new byte[4], v6 = new byte[16], text = [.. Encoding.ASCII.GetBytes(host), 0];
            bool isV4 = inet_aton(text, v4) != 0, isV6 = inet_pton(V6, text, v6) == 1;
            if (!Same(isV4 ? v4 : null, HostAddress.ParseV4(host)) || !Same(isV6 ? v6 : null, HostAddress.ParseV6(host)))
                wrong.Add(host);
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Take(20)));
    }

    private static bool Same(byte[]? theirs, byte[]? ours) => theirs is null ? ours is null : ours is not null && theirs.AsSpan().SequenceEqual(ours);

#pragma warning disable IDE1006 // The names are the C library's.
    [DllImport("libc")]
    private static extern int inet_aton(byte[] text, byte[] address);

    [DllImport("libc")]
    private static extern int inet_pton(int family, byte[] text, byte[] address);
#pragma warning restore IDE1006
}
