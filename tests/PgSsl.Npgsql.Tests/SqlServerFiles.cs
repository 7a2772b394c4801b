using PgSsl.Sandbox;

namespace PgSsl.Tests;

/// <summary>Files for clients, in a directory that goes with the process.</summary>
/// <param name="Root">The right root.</param>
/// <param name="OtherRoot">A root of another CA.</param>
/// <param name="Certificate">The certificate of by_certificate.</param>
/// <param name="Key">Its key, as PEM.</param>
/// <param name="DerKey">Its key in a form that libpq takes, and Npgsql does not.</param>
internal sealed record SqlServerFiles(string Root, string OtherRoot, string Certificate, string Key, string DerKey)
{
    public static SqlServerFiles Write(TestAuthority root, TestAuthority otherRoot, TestAuthority clientRoot)
    {
        string directory = SandboxDirectory.Create();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        TestCertificate client = clientRoot.Issue(new LeafOptions
        {
            CommonNames = ["by_certificate"],
            ExtendedKeyUsages = [LeafOptions.ClientAuthentication],
        });
        byte[] der = Convert.FromBase64String(string.Concat(client.KeyPem.Split('\n').Where(line => !line.StartsWith('-'))));
        return new(
            Write(directory, "root.crt", root.CertificatePem), Write(directory, "other.crt", otherRoot.CertificatePem),
            Write(directory, "client.crt", client.CertificatePem), Write(directory, "client.key", client.KeyPem),
            Write(directory, "client.der", der));
    }

    private static string Write(string directory, string name, string text) => Write(directory, name, System.Text.Encoding.ASCII.GetBytes(text));

    private static string Write(string directory, string name, byte[] content)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
