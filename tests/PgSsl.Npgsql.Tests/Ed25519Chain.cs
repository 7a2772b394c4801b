using System.Diagnostics;

namespace PgSsl.Tests;

/// <summary>A certificate with an ECDSA key that a CA signed with Ed25519, and the CA's. The openssl program makes them: .NET cannot.</summary>
internal static class Ed25519Chain
{
    private const string Script =
        """
        set -e
        openssl genpkey -algorithm ED25519 -out ca.key
        openssl req -x509 -new -key ca.key -subj '/CN=Ed25519 CA' -days 9 -out ca.crt
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key
        openssl req -new -key server.key -subj /CN=localhost -out server.csr
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth\n' > server.ext
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 9 -extfile server.ext -out server.crt
        """;

    private static readonly Lazy<(string CertificatePem, string KeyPem)?> Made = new(Make);

    /// <summary>The certificate and its key; skips the test without openssl.</summary>
    public static (string CertificatePem, string KeyPem) Get()
    {
        Assert.SkipUnless(Made.Value is not null, "openssl 3 is not installed.");
        return Made.Value!.Value;
    }

    private static (string, string)? Make()
    {
        string directory = Directory.CreateTempSubdirectory("pgssl-ed25519-").FullName;
        try
        {
            var start = new ProcessStartInfo("sh")
            {
                WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true,
            };
            using Process process = Process.Start(start)!;
            process.StandardInput.Write(Script);
            process.StandardInput.Close();
            process.WaitForExit();
            return process.ExitCode != 0 ? null
                : (File.ReadAllText(Path.Combine(directory, "server.crt")), File.ReadAllText(Path.Combine(directory, "server.key")));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
